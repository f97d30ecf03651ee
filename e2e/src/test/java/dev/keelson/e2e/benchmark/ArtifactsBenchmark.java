package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;

/**
 * Large files of a run up and down through a server with a small heap, a download that is cut and goes on, an upload in parts
 * over a kill of the server, and a folder of many files by page. Options: {@code --megabytes} (1,024), {@code --memory} (of
 * the server's heap in MiB, 128), {@code --files} (100,000).
 */
public final class ArtifactsBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int PART = 64 << 20;
    private static final int BATCH = 5_000;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        long bytes = (long) arguments.number("megabytes", 1_024) << 20;
        int heap = arguments.number("memory", 128);
        int files = arguments.number("files", 100_000);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("bytes", bytes);
        node.put("server_heap_mb", heap);
        try (ServerProcess server = ServerProcess.start("-Xmx" + heap + "m", "-XX:+UseG1GC");
                HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            Session session = new Session(http, server.url());
            String run = session.post("/api/2.0/mlflow/runs/create", "{\"experiment_id\":\"0\",\"user_id\":\"u\"}")
                    .at("/run/info/run_id")
                    .asText();
            String root = "0/" + run + "/artifacts";
            String file = "/api/2.0/mlflow-artifacts/artifacts/" + root + "/large.bin";
            node.put("server_peak_mb_before", server.peakMegabytes());

            long start = System.nanoTime();
            session.put(file, bytes, 0, bytes);
            node.put("up_seconds", seconds(start));
            node.put("server_peak_mb_after_up", server.peakMegabytes());
            String expected = hash(new Noise(0, bytes));

            start = System.nanoTime();
            node.put("hash_is_right", session.hash(file, 0, MessageDigest.getInstance("SHA-256")).equals(expected));
            node.put("down_seconds", seconds(start));
            node.put("server_peak_mb_after_down", server.peakMegabytes());

            start = System.nanoTime();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long cut = session.cut(file, bytes * 2 / 5, digest);
            node.put("cut_after_bytes", cut);
            node.put("resumed_hash_is_right", session.hash(file, cut, digest).equals(expected));
            node.put("cut_and_resumed_seconds", seconds(start));

            node.set("in_parts", parts(server, session, root, bytes, expected));
            node.set("listed", list(server, session, run, root, files));
            node.put("server_peak_mb", server.peakMegabytes());
        }
        return node;
    }

    private static ObjectNode parts(ServerProcess server, Session session, String root, long bytes, String expected)
            throws Exception {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        int parts = (int) ((bytes + PART - 1) / PART);
        long start = System.nanoTime();
        JsonNode begun = session.post(
                "/api/2.0/mlflow-artifacts/mpu/create/" + root, "{\"path\":\"parts.bin\",\"num_parts\":%d}".formatted(parts));
        String upload = begun.path("upload_id").asText();
        int before = Math.max(1, parts / 2);
        for (int part = 1; part <= parts; part++) {
            if (part == before + 1) {
                server.kill();
                server.restart();
                node.put("parts_after_the_kill", session.get("/api/2.0/mlflow-artifacts/mpu/parts/" + upload).path("parts").size());
            }
            long from = (long) (part - 1) * PART;
            session.put(
                    "/api/2.0/mlflow-artifacts/mpu/parts/" + upload + "/" + part, bytes, from, Math.min(PART, bytes - from));
        }
        session.post(
                "/api/2.0/mlflow-artifacts/mpu/complete/" + root,
                "{\"path\":\"parts.bin\",\"upload_id\":\"%s\",\"parts\":[]}".formatted(upload));
        node.put("parts", parts);
        node.put("parts_before_the_kill", before);
        node.put("seconds_with_the_kill", seconds(start));
        node.put(
                "hash_is_right",
                session.hash(
                                "/api/2.0/mlflow-artifacts/artifacts/" + root + "/parts.bin",
                                0,
                                MessageDigest.getInstance("SHA-256"))
                        .equals(expected));
        return node;
    }

    private static ObjectNode list(ServerProcess server, Session session, String run, String root, int files)
            throws Exception {
        server.kill();
        try (SqliteCatalog catalog = SqliteCatalog.open(server.folder().resolve(".keelson/keelson.db"))) {
            for (int first = 0; first < files; first += BATCH) {
                int from = first;
                catalog.update(tx -> {
                    for (int i = from; i < Math.min(files, from + BATCH); i++) {
                        tx.files().put(
                                String.format(Locale.ROOT, "%s/many/%06d.txt", root, i), "0".repeat(64), i, Instant.EPOCH);
                    }
                });
            }
        }
        server.restart();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("files", files);
        long[] nanos = new long[(files + 999) / 1_000];
        int seen = 0;
        String token = "";
        long start = System.nanoTime();
        for (int page = 0; page < nanos.length; page++) {
            long asked = System.nanoTime();
            JsonNode answer = session.get("/api/2.0/mlflow/artifacts/list?run_id=" + run + "&path=many"
                    + (token.isEmpty() ? "" : "&page_token=" + token));
            nanos[page] = System.nanoTime() - asked;
            seen += answer.path("files").size();
            token = answer.path("next_page_token").asText("");
        }
        node.put("seen", seen);
        node.put("all_pages_seconds", seconds(start));
        node.put("last_page_ms", Timing.rounded(nanos[nanos.length - 1] / 1e6));
        node.set("page_of_1000", new Timing(nanos).millis());
        start = System.nanoTime();
        node.put(
                "proxy_in_one_answer",
                session.get("/api/2.0/mlflow-artifacts/artifacts?path=" + root + "/many").path("files").size());
        node.put("proxy_seconds", seconds(start));
        return node;
    }

    private static double seconds(long start) {
        return Timing.rounded((System.nanoTime() - start) / 1e9);
    }

    private static String hash(InputStream bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        read(bytes, digest, Long.MAX_VALUE);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static long read(InputStream bytes, MessageDigest digest, long most) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long read = 0;
        while (read < most) {
            int count = bytes.read(buffer, 0, (int) Math.min(buffer.length, most - read));
            if (count < 0) {
                break;
            }
            digest.update(buffer, 0, count);
            read += count;
        }
        return read;
    }

    /** Calls of a client. */
    private record Session(HttpClient http, String url) {

        JsonNode post(String path, String body) throws Exception {
            return json(HttpRequest.newBuilder(URI.create(url + path))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                    .build());
        }

        JsonNode get(String path) throws Exception {
            return json(HttpRequest.newBuilder(URI.create(url + path)).build());
        }

        private JsonNode json(HttpRequest request) throws Exception {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("%s: %d %s".formatted(request.uri(), answer.statusCode(), answer.body()));
            }
            return MAPPER.readTree(answer.body());
        }

        void put(String path, long bytes, long from, long length) throws Exception {
            json(HttpRequest.newBuilder(URI.create(url + path))
                    .PUT(BodyPublishers.fromPublisher(
                            BodyPublishers.ofInputStream(() -> new Noise(from, Math.min(bytes, from + length))), length))
                    .build());
        }

        /** Reads the rest of a file; the hash of all that the digest has seen. */
        String hash(String path, long from, MessageDigest digest) throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            HttpResponse<InputStream> answer = http.send(request.build(), BodyHandlers.ofInputStream());
            if (answer.statusCode() != (from > 0 ? 206 : 200)) {
                throw new IllegalStateException("%s: %d".formatted(path, answer.statusCode()));
            }
            try (InputStream body = answer.body()) {
                read(body, digest, Long.MAX_VALUE);
            }
            return HexFormat.of().formatHex(digest.digest());
        }

        /** Reads some bytes and closes the connection. */
        long cut(String path, long most, MessageDigest digest) throws Exception {
            HttpResponse<InputStream> answer =
                    http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                return read(body, digest, most);
            }
        }
    }

    /** Bytes that cannot be compressed, the same at every offset each time. */
    private static final class Noise extends InputStream {
        private static final byte[] BLOCK = new byte[1 << 20];

        static {
            new Random(7).nextBytes(BLOCK);
        }

        private final long end;
        private long at;

        Noise(long from, long end) {
            this.at = from;
            this.end = end;
        }

        @Override
        public int read() {
            if (at == end) {
                return -1;
            }
            int value = (BLOCK[(int) (at % BLOCK.length)] ^ (int) (at / BLOCK.length)) & 0xff;
            at++;
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (at == end) {
                return -1;
            }
            int within = (int) (at % BLOCK.length);
            int count = (int) Math.min(Math.min(length, BLOCK.length - within), end - at);
            byte mask = (byte) (at / BLOCK.length);
            for (int i = 0; i < count; i++) {
                buffer[offset + i] = (byte) (BLOCK[within + i] ^ mask);
            }
            at += count;
            return count;
        }
    }
}

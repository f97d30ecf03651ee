package dev.keelson.http.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.id.Sha256;
import dev.keelson.registry.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of runs over HTTP on a real store: the artifact proxy, uploads in parts, lists, and our own addresses. */
class ArtifactApiIT {
    private static final String PROXY = "/api/2.0/mlflow-artifacts/artifacts/";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    private static ServedCatalog served;
    private static Calls calls;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        served = ServedCatalog.start(folder);
        calls = new Calls(served.url());
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        calls.close();
        served.close();
    }

    private static String run() {
        return calls.post("runs/create", "{'experiment_id': '0', 'user_id': 'ann', 'start_time': 1000}")
                .at("/run/info/run_id")
                .asText();
    }

    private static String root(String run) {
        return PROXY + "0/" + run + "/artifacts/";
    }

    private static HttpResponse<byte[]> send(String method, String address, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(served.url() + address))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> get(String address, String... headers) throws Exception {
        return send("GET", address, new byte[0], headers);
    }

    private static HttpResponse<byte[]> put(String address, byte[] body, String... headers) throws Exception {
        return send("PUT", address, body, headers);
    }

    private static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return MAPPER.readTree(answer.body());
    }

    private static String error(HttpResponse<byte[]> answer) throws IOException {
        return answer.statusCode() + " " + json(answer).path("error_code").asText();
    }

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Path> incoming() throws IOException {
        Path incoming = folder.resolve(".keelson/artifacts/incoming");
        if (Files.notExists(incoming)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(incoming)) {
            return files.toList();
        }
    }

    // ---- the proxy

    @Test
    void fileComesBackAsItWasSent() throws Exception {
        String run = run();
        byte[] bytes = bytes(20_000_000, 1); // more than other bodies may have

        HttpResponse<byte[]> stored = put(root(run) + "model/weights.pkl", bytes);
        HttpResponse<byte[]> answer = get(root(run) + "model/weights.pkl");

        assertThat(stored.statusCode()).isEqualTo(200);
        assertThat(new String(stored.body(), StandardCharsets.UTF_8)).isEqualTo("{}");
        assertThat(answer.body()).isEqualTo(bytes);
        assertThat(answer.headers().map())
                .containsEntry("ETag", List.of("\"" + Sha256.ofBytes(bytes) + "\""))
                .containsEntry("Content-Length", List.of("20000000"))
                .containsEntry("Content-Type", List.of("application/octet-stream"))
                .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                .containsEntry("Accept-Ranges", List.of("bytes"));
        assertThat(answer.headers().firstValue("Content-Disposition").orElse("")).startsWith("attachment; filename=\"weights.pkl\"");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse("")).contains("sandbox");
    }

    @Test
    void pageOfARunIsNotShownByABrowser() throws Exception {
        String run = run();
        put(root(run) + "a%22b.html", utf8("<script>alert(1)</script>"));

        HttpResponse<byte[]> answer = get("/get-artifact?run_id=" + run + "&path=a%22b.html");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
        assertThat(answer.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"a_b.html\"; filename*=UTF-8''a%22b.html");
    }

    @Test
    void emptyFileIsAFile() throws Exception {
        String run = run();

        assertThat(put(root(run) + "empty", new byte[0]).statusCode()).isEqualTo(200);

        assertThat(get(root(run) + "empty").statusCode()).isEqualTo(200);
        assertThat(get(root(run) + "empty").body()).isEmpty();
        assertThat(get(root(run) + "empty", "Range", "bytes=0-").statusCode()).isEqualTo(416);
    }

    @Test
    void downloadGoesOnFromAnyByte() throws Exception {
        String run = run();
        byte[] bytes = bytes(500_000, 2);
        put(root(run) + "m", bytes);
        String tag = "\"" + Sha256.ofBytes(bytes) + "\"";

        HttpResponse<byte[]> rest = get(root(run) + "m", "Range", "bytes=123456-", "If-Range", tag);
        HttpResponse<byte[]> middle = get(root(run) + "m", "Range", "bytes=10-19");
        HttpResponse<byte[]> end = get(root(run) + "m", "Range", "bytes=-7");
        HttpResponse<byte[]> other = get(root(run) + "m", "Range", "bytes=10-19", "If-Range", "\"another\"");
        HttpResponse<byte[]> behind = get(root(run) + "m", "Range", "bytes=500000-");
        HttpResponse<byte[]> known = get(root(run) + "m", "If-None-Match", tag);

        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.headers().firstValue("Content-Range")).hasValue("bytes 123456-499999/500000");
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(bytes, 123_456, 500_000));
        assertThat(middle.body()).isEqualTo(Arrays.copyOfRange(bytes, 10, 20));
        assertThat(end.body()).isEqualTo(Arrays.copyOfRange(bytes, 499_993, 500_000));
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(other.body()).isEqualTo(bytes);
        assertThat(behind.statusCode()).isEqualTo(416);
        assertThat(behind.headers().firstValue("Content-Range")).hasValue("bytes */500000");
        assertThat(known.statusCode()).isEqualTo(304);
    }

    @Test
    void hashThatWasAnnouncedIsChecked() throws Exception {
        String run = run();
        byte[] bytes = utf8("some bytes");
        String hex = Sha256.ofBytes(bytes);
        String base64 = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));

        assertThat(put(root(run) + "a", bytes, "X-Content-SHA256", hex.toUpperCase(java.util.Locale.ROOT)).statusCode())
                .isEqualTo(200);
        assertThat(put(root(run) + "b", bytes, "Digest", "SHA-256=" + base64).statusCode()).isEqualTo(200);
        assertThat(put(root(run) + "c", bytes, "Content-Digest", "md5=:x:, sha-256=:" + base64 + ":").statusCode())
                .isEqualTo(200);
        assertThat(error(put(root(run) + "d", utf8("other bytes"), "X-Content-SHA256", hex)))
                .isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(put(root(run) + "d", bytes, "X-Content-SHA256", "abc"))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(get(root(run) + "d").statusCode()).isEqualTo(404);
        assertThat(incoming()).isEmpty();
    }

    @Test
    void nothingStaysOfAnUploadThatBreaksOff() throws Exception {
        String run = run();

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(served.url()).getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(utf8("PUT %sm HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n".formatted(root(run))));
            out.write(bytes(300_000, 3));
            out.flush();
        }
        Instant end = Instant.now().plusSeconds(10);
        while (!incoming().isEmpty() && Instant.now().isBefore(end)) {
            Thread.onSpinWait();
        }

        assertThat(incoming()).isEmpty();
        assertThat(get(root(run) + "m").statusCode()).isEqualTo(404);
    }

    @Test
    void damagedFileIsNeverGivenToItsEnd() throws Exception {
        String run = run();
        byte[] bytes = bytes(3_000_000, 4);
        put(root(run) + "m", bytes);
        String sha256 = Sha256.ofBytes(bytes);
        Path file = folder.resolve(".keelson/artifacts").resolve(sha256.substring(0, 2)).resolve(sha256);
        byte[] changed = bytes.clone();
        changed[2_999_999] ^= 1;
        Files.write(file, changed);

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> get(root(run) + "m"))).isInstanceOf(IOException.class);
        Files.write(file, Arrays.copyOf(bytes, 100));
        assertThat(error(get(root(run) + "m"))).isEqualTo("500 INTERNAL_ERROR");
        put(root(run) + "m", bytes);
        assertThat(get(root(run) + "m").body()).isEqualTo(bytes);
    }

    @Test
    void proxyListsNamesAndTheRunsListPaths() throws Exception {
        String run = run();
        put(root(run) + "model/MLmodel", utf8("x"));
        put(root(run) + "model/data/w.bin", utf8("1234"));
        put(root(run) + "notes.txt", utf8("12"));

        JsonNode proxied = json(get("/api/2.0/mlflow-artifacts/artifacts?path=0/" + run + "/artifacts/model"));
        JsonNode root = calls.get("artifacts/list?run_id=" + run).json();
        JsonNode model = calls.get("artifacts/list?run_uuid=" + run + "&path=model").json();

        assertThat(proxied.path("files").toString())
                .isEqualTo("[{\"path\":\"MLmodel\",\"is_dir\":false,\"file_size\":1},{\"path\":\"data\",\"is_dir\":true}]");
        assertThat(root.path("root_uri").asText()).isEqualTo("mlflow-artifacts:/0/" + run + "/artifacts");
        assertThat(root.path("files").toString())
                .isEqualTo("[{\"path\":\"model\",\"is_dir\":true},{\"path\":\"notes.txt\",\"is_dir\":false,\"file_size\":2}]");
        assertThat(model.path("files").toString())
                .isEqualTo("[{\"path\":\"model/MLmodel\",\"is_dir\":false,\"file_size\":1},{\"path\":\"model/data\",\"is_dir\":true}]");
        assertThat(calls.get("artifacts/list?run_id=" + run + "&path=nothing").json().path("files")).isEmpty();
        assertThat(calls.get("artifacts/list?run_id=none").error()).isEqualTo("404 RESOURCE_DOES_NOT_EXIST");
    }

    @Test
    void listComesByPage() throws Exception {
        String run = run();
        for (int i = 0; i < 7; i++) {
            put(root(run) + "f/" + i, utf8("x"));
        }
        List<String> seen = new ArrayList<>();
        String token = "";
        int pages = 0;

        do {
            JsonNode page = calls.get("artifacts/list?run_id=" + run + "&path=f&max_results=3"
                            + (token.isEmpty() ? "" : "&page_token=" + token))
                    .json();
            page.path("files").forEach(file -> seen.add(file.path("path").asText()));
            token = page.path("next_page_token").asText("");
            pages++;
        } while (!token.isEmpty());

        assertThat(seen).containsExactly("f/0", "f/1", "f/2", "f/3", "f/4", "f/5", "f/6");
        assertThat(pages).isEqualTo(3);
        assertThat(calls.get("artifacts/list?run_id=" + run + "&page_token=%2A%2A").error())
                .isEqualTo("400 INVALID_PARAMETER_VALUE");
    }

    @Test
    void fileAndFolderCannotHaveOneName() throws Exception {
        String run = run();
        put(root(run) + "a/b", utf8("x"));

        assertThat(error(put(root(run) + "a", utf8("x")))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(put(root(run) + "a/b/c", utf8("x")))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(put(root(run).substring(0, root(run).length() - 1), utf8("x"))))
                .isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(put(root(run) + "a/b", utf8("y")).statusCode()).isEqualTo(200);
        assertThat(get(root(run) + "a/b").body()).isEqualTo(utf8("y"));
    }

    @Test
    void deletedRunIsNotWritten() throws Exception {
        String run = run();
        put(root(run) + "kept", utf8("x"));
        calls.post("runs/delete", "{'run_id': '%s'}".formatted(run));

        assertThat(error(put(root(run) + "a", utf8("x")))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(send("DELETE", root(run) + "kept", new byte[0]))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(get(root(run) + "kept").body()).isEqualTo(utf8("x"));
    }

    @Test
    void folderIsDeletedWithAllThatIsInIt() throws Exception {
        String run = run();
        put(root(run) + "a/b/c", utf8("x"));
        put(root(run) + "ab", utf8("x"));

        assertThat(send("DELETE", root(run) + "a", new byte[0]).statusCode()).isEqualTo(200);

        assertThat(get(root(run) + "a/b/c").statusCode()).isEqualTo(404);
        assertThat(get(root(run) + "ab").statusCode()).isEqualTo(200);
        assertThat(error(send("DELETE", root(run) + "a", new byte[0]))).isEqualTo("404 RESOURCE_DOES_NOT_EXIST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..%2f..%2fetc%2fpasswd", "%2e%2e/x", "a/%2e%2e/x", "%252e%252e/x", "a%252f..%252fb", "%2fetc/passwd", "a%5cb", "C%3a/x",
                "NUL", "a%00b", "a//b", "a.", "%c0%ae%c0%ae/x", "a%0ab", "%ef%bc%8e%ef%bc%8e/x", "./x", "../x", "a/../../x"
            })
    void pathThatCouldLeadOutIsRefused(String path) throws Exception {
        String run = run();

        for (String method : List.of("GET", "PUT", "DELETE")) {
            assertThat(raw(method, root(run) + path)).as(method).startsWith("HTTP/1.1 40");
        }
        assertThat(raw("GET", "/get-artifact?run_id=" + run + "&path=" + path)).startsWith("HTTP/1.1 400");
        assertThat(raw("GET", "/api/2.0/mlflow-artifacts/artifacts?path=0/" + path)).startsWith("HTTP/1.1 400");
        assertThat(raw("GET", "/api/2.0/mlflow/artifacts/list?run_id=" + run + "&path=" + path)).startsWith("HTTP/1.1 400");
        assertThat(raw("PUT", "/api/v1/runs/" + run + "/files/" + path)).startsWith("HTTP/1.1 40");
        assertThat(calls.get("artifacts/list?run_id=" + run).json().path("files")).isEmpty();
        assertThat(json(get("/api/2.0/mlflow-artifacts/artifacts")).path("files").toString()).doesNotContain("etc", "x\"");
    }

    /** As it is written, which clients of HTTP would put right; the line of the status. */
    private static String raw(String method, String address) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(served.url()).getPort())) {
            socket.getOutputStream()
                    .write(utf8("%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
                            .formatted(method, address)));
            socket.setSoTimeout(20_000);
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine());
        }
    }

    @Test
    void otherBodiesKeepTheirLimit() throws Exception {
        byte[] large = new byte[9 << 20];

        HttpResponse<byte[]> chunked = http.send(
                HttpRequest.newBuilder(URI.create(served.url() + "/api/v1/outcomes"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(utf8(" ".repeat(9 << 20)))))
                        .build(),
                BodyHandlers.ofByteArray());
        String announced = rawHead("POST /api/2.0/mlflow/runs/log-metric", large.length);

        assertThat(chunked.statusCode()).as(new String(chunked.body(), StandardCharsets.UTF_8)).isEqualTo(413);
        assertThat(announced).startsWith("HTTP/1.1 4");
    }

    private static String rawHead(String line, long length) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(served.url()).getPort())) {
            socket.getOutputStream()
                    .write(utf8("%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                            .formatted(line, length)));
            socket.setSoTimeout(20_000);
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine());
        }
    }

    // ---- uploads in parts

    @Test
    void fileInPartsBecomesOne() throws Exception {
        String run = run();
        byte[] bytes = bytes(2_500_000, 5);
        JsonNode begun = json(send(
                "POST",
                "/api/2.0/mlflow-artifacts/mpu/create/0/" + run + "/artifacts/model",
                utf8("{\"path\": \"/home/ann/w.bin\", \"num_parts\": 3}"),
                "Content-Type", "application/json"));
        List<String> parts = new ArrayList<>();

        for (int number : new int[] {3, 1, 2}) {
            JsonNode credential = begun.path("credentials").get(number - 1);
            assertThat(credential.path("part_number").asInt()).isEqualTo(number);
            byte[] part = Arrays.copyOfRange(bytes, (number - 1) * 1_000_000, Math.min(bytes.length, number * 1_000_000));
            HttpResponse<byte[]> sent = http.send(
                    HttpRequest.newBuilder(URI.create(credential.path("url").asText()))
                            .PUT(BodyPublishers.ofByteArray(part))
                            .build(),
                    BodyHandlers.ofByteArray());
            parts.add("{\"part_number\": %d, \"etag\": %s, \"url\": \"\"}".formatted(
                    number, MAPPER.writeValueAsString(sent.headers().firstValue("ETag").orElseThrow())));
        }
        String upload = begun.path("upload_id").asText();
        JsonNode there = json(get("/api/2.0/mlflow-artifacts/mpu/parts/" + upload));
        parts.sort(null);
        HttpResponse<byte[]> completed = send(
                "POST",
                "/api/2.0/mlflow-artifacts/mpu/complete/0/" + run + "/artifacts/model",
                utf8("{\"path\": \"/home/ann/w.bin\", \"upload_id\": \"%s\", \"parts\": %s}".formatted(upload, parts)),
                "Content-Type", "application/json");

        assertThat(there.path("parts")).hasSize(3);
        assertThat(completed.statusCode()).isEqualTo(200);
        assertThat(get(root(run) + "model/w.bin").body()).isEqualTo(bytes);
        assertThat(get("/api/2.0/mlflow-artifacts/mpu/parts/" + upload).statusCode()).isEqualTo(404);
    }

    @Test
    void uploadThatLacksAPartIsNotCompleted() throws Exception {
        String run = run();
        String address = "0/" + run + "/artifacts";
        String upload = json(send(
                        "POST",
                        "/ajax-api/2.0/mlflow-artifacts/mpu/create/" + address,
                        utf8("{\"path\": \"w.bin\", \"num_parts\": 2}"),
                        "Content-Type", "application/json"))
                .path("upload_id")
                .asText();
        put("/api/2.0/mlflow-artifacts/mpu/parts/" + upload + "/2", utf8("x"));
        String body = "{\"path\": \"w.bin\", \"upload_id\": \"%s\", \"parts\": [{\"part_number\": %d, \"etag\": \"%s\"}]}";

        assertThat(error(complete(address, body.formatted(upload, 2, "")))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(complete(address, body.formatted(upload, 1, "")))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        put("/api/2.0/mlflow-artifacts/mpu/parts/" + upload + "/1", utf8("x"));
        assertThat(error(complete(address, body.formatted(upload, 1, "0".repeat(64))))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(complete(address + "/other", body.formatted(upload, 1, "")))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(complete(address, body.formatted("none", 1, "")))).isEqualTo("404 RESOURCE_DOES_NOT_EXIST");
        assertThat(error(put("/api/2.0/mlflow-artifacts/mpu/parts/" + upload + "/0", utf8("x"))))
                .isEqualTo("400 INVALID_PARAMETER_VALUE");
        HttpResponse<byte[]> aborted = send(
                "POST",
                "/api/2.0/mlflow-artifacts/mpu/abort/" + address,
                utf8("{\"path\": \"w.bin\", \"upload_id\": \"%s\"}".formatted(upload)),
                "Content-Type", "application/json");
        assertThat(aborted.statusCode()).isEqualTo(200);
        assertThat(error(put("/api/2.0/mlflow-artifacts/mpu/parts/" + upload + "/1", utf8("x"))))
                .isEqualTo("404 RESOURCE_DOES_NOT_EXIST");
    }

    private static HttpResponse<byte[]> complete(String address, String body) throws Exception {
        return send(
                "POST", "/api/2.0/mlflow-artifacts/mpu/complete/" + address, utf8(body), "Content-Type", "application/json");
    }

    @Test
    void presignedAddressesAreOurOwn() throws Exception {
        String run = run();
        put(root(run) + "a%20b.txt", utf8("hello"));

        JsonNode down = json(get("/api/2.0/mlflow-artifacts/presigned/0/" + run + "/artifacts/a%20b.txt"));
        JsonNode ofRun = calls.post("artifacts/presigned-download-url", "{'run_id': '%s', 'path': 'a b.txt'}".formatted(run))
                .json();
        JsonNode up = calls.post("artifacts/presigned-upload-url", "{'run_id': '%s', 'path': 'new.txt'}".formatted(run))
                .json();

        assertThat(down.path("file_size").asLong()).isEqualTo(5);
        assertThat(ofRun).isEqualTo(down);
        assertThat(http.send(HttpRequest.newBuilder(URI.create(down.path("url").asText())).build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo("hello");
        assertThat(up.path("url").asText()).isEqualTo(served.url() + root(run) + "new.txt");
        assertThat(calls.post("artifacts/presigned-download-url", "{'run_id': '%s', 'path': '../x'}".formatted(run)).error())
                .isEqualTo("400 INVALID_PARAMETER_VALUE");
    }

    // ---- our own addresses

    @Test
    void ownAddressesShowTheSameFiles() throws Exception {
        String run = run();
        put(root(run) + "plots/roc.svg", utf8("<svg/>"));

        JsonNode stored = json(put("/api/v1/runs/" + run + "/files/notes/a%20b.txt", utf8("note")));
        JsonNode listed = json(get("/api/v1/runs/" + run + "/files"));
        JsonNode plots = json(get("/api/v1/runs/" + run + "/files?path=plots"));
        JsonNode first = json(get("/api/v1/runs/" + run + "/files?limit=1"));

        assertThat(stored.path("sha256").asText()).isEqualTo(Sha256.ofBytes(utf8("note")));
        assertThat(listed.path("files").findValuesAsText("path")).containsExactly("notes", "plots");
        assertThat(plots.path("files").get(0).path("sha256").asText()).isEqualTo(Sha256.ofBytes(utf8("<svg/>")));
        assertThat(plots.path("files").get(0).path("path").asText()).isEqualTo("plots/roc.svg");
        assertThat(first.path("next").asText()).isEqualTo("notes");
        assertThat(json(get("/api/v1/runs/" + run + "/files?after=notes")).path("files").findValuesAsText("path"))
                .containsExactly("plots");
        assertThat(get("/api/v1/runs/" + run + "/files/notes/a%20b.txt").body()).isEqualTo(utf8("note"));
        assertThat(get(root(run) + "notes/a%20b.txt").body()).isEqualTo(utf8("note"));
        assertThat(json(get("/api/v1/runs/" + run + "/files/none")).path("type").asText()).isEqualTo("K309");
        assertThat(json(put("/api/v1/runs/" + run + "/files/a%2f..%2fb", utf8("x"))).path("type").asText()).isEqualTo("K313");
    }

    @Test
    void filesOfATrainingAreSeenAndStay() throws Exception {
        byte[] metrics = utf8("{}");
        String sha256 = Sha256.ofBytes(metrics);
        put(root(run()) + "same-bytes", metrics);
        String id = "00000000000000000000000000000abc";
        served.catalog().update(tx -> tx.putRun(new Run(
                id, "winner", Run.Status.FINISHED, Instant.EPOCH, Instant.EPOCH, Map.of(), Map.of(), Map.of(),
                List.of(new Run.Artifact("metrics.json", sha256, 2), new Run.Artifact("plots/a.svg", sha256, 2)),
                "{}")));
        String uri = calls.get("runs/get?run_id=" + id).at("/run/info/artifact_uri").asText();
        String root = PROXY + uri.substring("mlflow-artifacts:/".length()) + "/";

        put(root + "notes.txt", utf8("x"));
        put(root + "plots/b.svg", utf8("x"));

        assertThat(calls.get("artifacts/list?run_id=" + id).json().path("files").findValuesAsText("path"))
                .containsExactly("metrics.json", "notes.txt", "plots");
        assertThat(calls.get("artifacts/list?run_id=" + id + "&path=plots").json().path("files").findValuesAsText("path"))
                .containsExactly("plots/a.svg", "plots/b.svg");
        assertThat(calls.get("artifacts/list?run_id=" + id + "&max_results=1").json().path("next_page_token").asText())
                .isNotEmpty();
        assertThat(get(root + "plots/a.svg").body()).isEqualTo(metrics);
        assertThat(error(put(root + "metrics.json", utf8("x")))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(error(send("DELETE", root + "plots", new byte[0]))).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(send("DELETE", root + "plots/b.svg", new byte[0]).statusCode()).isEqualTo(200);
    }

    @Test
    void folderAboveWhatStaysIsNotDeleted() throws Exception {
        byte[] metrics = utf8("{}");
        put(root(run()) + "same-bytes", metrics);
        String id = "00000000000000000000000000000def";
        served.catalog().update(tx -> tx.putRun(new Run(
                id, "winner", Run.Status.FINISHED, Instant.EPOCH, Instant.EPOCH, Map.of(), Map.of(), Map.of(),
                List.of(new Run.Artifact("metrics.json", Sha256.ofBytes(metrics), 2)), "{}")));
        String root = calls.get("runs/get?run_id=" + id).at("/run/info/artifact_uri").asText().substring("mlflow-artifacts:/".length());
        String run = root.substring(0, root.lastIndexOf('/'));
        String experiment = run.substring(0, run.lastIndexOf('/'));
        String deleted = run();
        put(root(deleted) + "kept", utf8("x"));
        calls.post("runs/delete", "{'run_id': '%s'}".formatted(deleted));
        String free = run();
        put(root(free) + "a", utf8("x"));

        for (String folder : List.of(root, run, experiment, "0/" + deleted, "0")) {
            assertThat(error(send("DELETE", PROXY + folder, new byte[0]))).as(folder).isEqualTo("400 INVALID_PARAMETER_VALUE");
        }
        assertThat(get(PROXY + root + "/metrics.json").body()).isEqualTo(metrics);
        assertThat(get(root(deleted) + "kept").body()).isEqualTo(utf8("x"));
        assertThat(send("DELETE", PROXY + "0/" + free, new byte[0]).statusCode()).isEqualTo(200);
    }

    @Test
    void fileDoesNotTakeThePlaceOfAFolderOfOthers() throws Exception {
        String run = run();
        calls.post("experiments/create", "{'name': 'placed', 'artifact_location': 'mlflow-artifacts:/team/placed'}");

        for (String place : List.of("0", "77", "0/" + run, "0/models", "team", "team/placed")) {
            assertThat(error(put(PROXY + place, utf8("x")))).as(place).isEqualTo("400 INVALID_PARAMETER_VALUE");
        }
        assertThat(put(PROXY + "shared.txt", utf8("x")).statusCode()).isEqualTo(200);
        assertThat(put(root(run) + "a", utf8("x")).statusCode()).isEqualTo(200);
        assertThat(send("DELETE", PROXY + "shared.txt", new byte[0]).statusCode()).isEqualTo(200);
    }

    @Test
    void partsAreAllNamedOnce() throws Exception {
        String run = run();
        String address = "0/" + run + "/artifacts";
        String upload = json(send(
                        "POST",
                        "/api/2.0/mlflow-artifacts/mpu/create/" + address,
                        utf8("{\"path\": \"w.bin\", \"num_parts\": 3}"),
                        "Content-Type", "application/json"))
                .path("upload_id")
                .asText();
        for (int number = 1; number <= 3; number++) {
            put("/api/2.0/mlflow-artifacts/mpu/parts/" + upload + "/" + number, utf8("x" + number));
        }
        String body = "{\"path\": \"w.bin\", \"upload_id\": \"" + upload + "\", \"parts\": [%s]}";

        HttpResponse<byte[]> fourth = put("/api/2.0/mlflow-artifacts/mpu/parts/" + upload + "/4", utf8("x"));
        HttpResponse<byte[]> two = complete(address, body.formatted("{\"part_number\": 1}, {\"part_number\": 2}"));
        HttpResponse<byte[]> twice = complete(
                address, body.formatted("{\"part_number\": 1}, {\"part_number\": 2}, {\"part_number\": 2}"));

        assertThat(List.of(error(fourth), error(two), error(twice))).containsOnly("400 INVALID_PARAMETER_VALUE");
        assertThat(json(two).path("message").asText()).contains("begun with 3 parts; 2 are named");
        assertThat(complete(address, body.formatted("{\"part_number\": 1}, {\"part_number\": 2}, {\"part_number\": 3}"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(get(root(run) + "w.bin").body()).isEqualTo(utf8("x1x2x3"));
    }

    @Test
    void addressesOutsideOfTheProtocolFailInItsForm() throws Exception {
        String run = run();

        HttpResponse<byte[]> out = get("/get-artifact?run_id=" + run + "&path=../../x");
        String malformed = whole("/get-artifact?run_id=" + run + "&path=%zz");
        String path = whole("/api/2.0/mlflow-artifacts/artifacts/0/%zz");

        assertThat(error(out)).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(List.of(malformed, path)).allMatch(each -> each.startsWith("HTTP/1.1 400") && each.contains("error_code"));
    }

    /** As it is written; the whole answer. */
    private static String whole(String address) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(served.url()).getPort())) {
            socket.getOutputStream()
                    .write(utf8("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".formatted(address)));
            socket.setSoTimeout(20_000);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void longAddressesAreTakenAndLongerOnesRefusedInTheirForm() throws Exception {
        String ids = String.join(",", java.util.Collections.nCopies(500, "0123456789abcdef0123456789abcdef"));
        String history = "/api/2.0/mlflow/metrics/get-history-bulk-interval?metric_key=m&start_step=0&end_step=1&max_results=10"
                + "&run_ids=0123456789abcdef0123456789abcdef".repeat(100);
        String search = "/api/2.0/mlflow/model-versions/search?filter=run_id+IN+%28%27" + "a".repeat(60_000) + "%27%29";
        String long200 = "?x=" + "a".repeat(200_000);
        String long600 = "?x=" + "a".repeat(600_000);

        assertThat(get("/api/v1/runs/compare?ids=" + ids).statusCode()).isEqualTo(404);
        assertThat(get("/runs/compare?id=" + ids.replace(",", "&id=")).statusCode()).isNotEqualTo(414);
        assertThat(get(history).statusCode()).isNotEqualTo(414);
        assertThat(get(search).statusCode()).isEqualTo(200);
        assertThat(error(get("/api/2.0/mlflow/experiments/search" + long200))).isEqualTo("414 INVALID_PARAMETER_VALUE");
        HttpResponse<byte[]> own = get("/api/v1/runs" + long200);
        assertThat(own.statusCode()).isEqualTo(414);
        assertThat(json(own).path("type").asText()).isEqualTo("K314");
        assertThat(json(own).path("detail").asText()).isEqualTo("The address is longer than 128 KiB.");
        assertThat(rawLine(long600)).startsWith("HTTP/1.1 414");
    }

    private static String rawLine(String query) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(served.url()).getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(utf8("GET /api/v1/runs" + query));
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine());
        }
    }
}

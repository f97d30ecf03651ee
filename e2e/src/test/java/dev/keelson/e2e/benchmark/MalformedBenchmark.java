package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.benchmark.MalformedRequests.Good;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests that no honest client sends, against a server with a trained model: no answer may be a fault of the server (5xx) or show
 * a stack trace, no smuggled request may be answered, nothing may leak, and a good request is answered afterwards as before. Options:
 * {@code --requests}, {@code --connections}, {@code --seed}. The server runs in a process of its own.
 */
public final class MalformedBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    private static final Pattern TRACE = Pattern.compile("\\n\\s+at [a-z]|Exception|dev\\.keelson\\.|io\\.helidon");
    private static final int EXAMPLES = 10;
    private static final int WARM_UP = 1_000;
    private static final boolean LINUX = System.getProperty("os.name").startsWith("Linux");
    private static final Pattern CONNECTIONS = Pattern.compile("(?m)^keelson_http_connections ([0-9.E]+)");
    private static final String PROJECT = """
            keelson: 1
            project: bets
            timezone: UTC
            serve:
              default_model: winner
              bets: { model: winner, by: [sport] }
              limits: { delay: 60s, receive: 2s }
            sources:
              games:
                file: games.csv
                key: id
                event_time: time
                outcomes: { columns: [result, profit], known_after: 1d }
                columns:
                  id: string
                  time: timestamp
                  strength: double
                  odds: double
                  stake: double
                  profit: double
                  sport: string
                  result: { type: enum, values: [lost, won] }
            models:
              winner:
                label: games.result
                features: [strength]
                learner: { xgboost: { rounds: 5 } }
                validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
            """;
    private static final List<Good> GOODS = List.of(
            new Good(
                    "/api/v1/models/winner/predict",
                    "{\"rows\":[{\"id\":\"g9\",\"time\":\"2025-06-01T12:00:00Z\",\"strength\":0.5}],\"metadata\":{\"n\":1}}"),
            new Good(
                    "/api/v1/models/winner/predict",
                    "{\"id\":\"g9\",\"time\":\"2025-06-01T12:00:00Z\",\"strength\":0.25}"),
            new Good(
                    "/v2/models/winner/infer",
                    "{\"id\":\"r\",\"inputs\":[{\"name\":\"id\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"g9\"]},"
                            + "{\"name\":\"strength\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[0.5]}]}"),
            new Good("/invocations", "{\"dataframe_split\":{\"columns\":[\"id\",\"strength\"],\"data\":[[\"g9\",0.5]]}}"),
            new Good("/api/v1/outcomes", "{\"model\":\"winner\",\"entity\":\"g9\",\"outcome\":\"won\"}"),
            new Good(
                    "/api/v1/bets/score",
                    "{\"id\":\"g9\",\"strength\":0.5,\"odds\":2.1,\"stake\":10,\"sport\":\"tennis\"}"),
            new Good(
                    "/api/v1/opportunities",
                    "{\"id\":\"o1\",\"bet\":{\"id\":\"g9\",\"strength\":0.5,\"odds\":2.1,\"sport\":\"tennis\"},\"seen\":{\"url\":\"x\"}}"));

    /** What one connection after the other saw. */
    private static final class Seen {
        private final Map<String, Long> statuses = new TreeMap<>();
        private final Map<String, Long> kinds = new TreeMap<>();
        private final List<String> faults = new ArrayList<>();
        private long faulty;

        void kind(MalformedRequests.Kind kind) {
            kinds.merge(kind.name().toLowerCase(Locale.ROOT), 1L, Long::sum);
        }

        void answer(MalformedRequests.Request request, String answer) {
            Matcher status = STATUS.matcher(answer);
            boolean any = false;
            while (status.find()) {
                statuses.merge(status.group(1), 1L, Long::sum);
                if (status.group(1).startsWith("5")) {
                    fault(request, answer);
                }
                if (any && status.group(1).equals("200")) {
                    fault(request, answer); // what was hidden in the body was answered
                }
                any = true;
            }
            if (!any) {
                statuses.merge("none", 1L, Long::sum);
            }
            if (TRACE.matcher(answer).find()) {
                fault(request, answer);
            }
        }

        private void fault(MalformedRequests.Request request, String answer) {
            faulty++;
            if (faults.size() < EXAMPLES) {
                faults.add("%s\n%s".formatted(
                        cut(new String(request.bytes(), StandardCharsets.ISO_8859_1)), cut(answer)));
            }
        }

        private static String cut(String text) {
            return text.length() > 1_500 ? text.substring(0, 1_500) : text;
        }

        void add(Seen other) {
            other.statuses.forEach((status, count) -> statuses.merge(status, count, Long::sum));
            other.kinds.forEach((kind, count) -> kinds.merge(kind, count, Long::sum));
            faulty += other.faulty;
            other.faults.stream().limit(EXAMPLES - faults.size()).forEach(faults::add);
        }
    }

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        long count = arguments.number("requests", 1_000_000);
        int connections = arguments.number("connections", 64);
        long seed = arguments.number("seed", 42);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        try (ServerProcess server = ServerProcess.trained(project(), "-Xmx512m", "-XX:+UseG1GC")) {
            send(server.port(), new MalformedRequests("winner", GOODS, -seed), WARM_UP, 0); // what is made once is there
            JsonNode before = prediction(server);
            node.set("before", state(server));
            long start = System.nanoTime();
            Seen seen = new Seen();
            List<Callable<Seen>> workers = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int number = i;
                long mine = count / connections + (i < count % connections ? 1 : 0);
                workers.add(() -> send(
                        server.port(), new MalformedRequests("winner", GOODS, seed + number), mine, number));
            }
            try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
                for (Future<Seen> each : threads.invokeAll(workers)) {
                    seen.add(each.get());
                }
            }
            node.put("seconds", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
            quiet(server);
            node.set("after", state(server));
            node.put("requests", count);
            node.set("kinds", MAPPER.valueToTree(seen.kinds));
            node.set("statuses", MAPPER.valueToTree(seen.statuses));
            node.put("faults", seen.faulty);
            ArrayNode examples = node.putArray("examples");
            seen.faults.forEach(examples::add);
            node.put("same_answer_afterwards", before.equals(prediction(server)));
        }
        return node;
    }

    /** A model of bets, small, that takes all kinds of requests. */
    private static Path project() throws IOException {
        Path folder = Files.createTempDirectory("keelson-malformed-");
        StringBuilder rows = new StringBuilder("id,time,strength,odds,stake,profit,sport,result\n");
        Random random = new Random(1);
        LocalDate day = LocalDate.parse("2024-01-01");
        for (int i = 0; i < 500; i++) {
            double strength = random.nextDouble();
            boolean won = random.nextDouble() < strength;
            rows.append("g%d,%sT12:00:00Z,%s,2.0,10,%s,tennis,%s%n"
                    .formatted(i, day.plusDays(i), strength, won ? "10" : "-10", won ? "won" : "lost"));
        }
        Files.writeString(folder.resolve("games.csv"), rows);
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        return folder;
    }

    private static JsonNode prediction(ServerProcess server) throws IOException {
        Good good = GOODS.getFirst();
        byte[] body = good.body().getBytes(StandardCharsets.UTF_8);
        return MAPPER.readTree(ClosedLoop.once(server.port(), good.path(), body))
                .path("predictions")
                .path(0)
                .path("probabilities");
    }

    private static ObjectNode state(ServerProcess server) throws IOException, InterruptedException {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("live_heap_mb", Math.round(server.liveBytes() / 1e5) / 10.0);
        node.put("memory_mb", server.megabytes());
        node.put("open_files", server.openFiles());
        node.put("threads", server.threads());
        return node.put("connections", connections(server));
    }

    /** Connections that the server counts, that of the question included. */
    private static int connections(ServerProcess server) throws IOException {
        try (Socket socket = connect(server.port(), 0)) {
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            Matcher found = CONNECTIONS.matcher(
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            if (!found.find()) {
                throw new IllegalStateException("The server does not tell its connections.");
            }
            return (int) Double.parseDouble(found.group(1));
        }
    }

    /** Waits until what was left half-way has been given up: {@code serve.limits.receive} of the project, and a little more. */
    private static void quiet(ServerProcess server) throws IOException, InterruptedException {
        for (int i = 0; i < 100 && connections(server) > 1; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static Seen send(int port, MalformedRequests requests, long count, int number) throws IOException {
        Seen seen = new Seen();
        Socket socket = connect(port, number);
        try {
            for (long i = 0; i < count; i++) {
                MalformedRequests.Request request = requests.next();
                seen.kind(request.kind());
                boolean goesOn;
                try {
                    socket.getOutputStream().write(request.bytes());
                    if (request.kind() == MalformedRequests.Kind.HALF) {
                        goesOn = false; // the server must not wait for the rest for ever
                    } else {
                        goesOn = answered(seen, request, socket);
                    }
                } catch (SocketException e) {
                    seen.answer(request, ""); // it closed the connection while the request was sent
                    goesOn = false;
                }
                if (!goesOn) {
                    socket.close();
                    socket = connect(port, number);
                }
            }
        } finally {
            socket.close();
        }
        return seen;
    }

    /** Reads the answer; whether the connection can go on. */
    private static boolean answered(Seen seen, MalformedRequests.Request request, Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        socket.setSoTimeout(request.whole() ? 10_000 : 20);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        boolean open = true;
        try {
            while (open && !(request.whole() && complete(bytes.toString(StandardCharsets.ISO_8859_1)))) {
                int read = in.read(buffer);
                if (read < 0) {
                    open = false;
                } else {
                    bytes.write(buffer, 0, read);
                }
            }
        } catch (SocketTimeoutException e) {
            open = false; // it waits for more, or says no more
        }
        String answer = bytes.toString(StandardCharsets.ISO_8859_1);
        seen.answer(request, answer);
        return open && request.whole() && !answer.toLowerCase(Locale.ROOT).contains("\r\nconnection: close");
    }

    private static boolean complete(String answer) {
        int head = answer.indexOf("\r\n\r\n");
        if (head < 0) {
            return false;
        }
        Matcher length = LENGTH.matcher(answer.substring(0, head));
        return length.find()
                ? answer.length() >= head + 4 + Integer.parseInt(length.group(1))
                : answer.endsWith("0\r\n\r\n") || answer.startsWith("HTTP/1.1 204") || answer.startsWith("HTTP/1.1 30");
    }

    /** From an address of its own for each of those that send, as one has not so many ports. */
    private static Socket connect(int port, int number) throws IOException {
        Socket socket = LINUX
                ? new Socket(
                        InetAddress.getLoopbackAddress(),
                        port,
                        InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (1 + number % 250)}),
                        0)
                : new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoLinger(true, 0);
        return socket;
    }
}

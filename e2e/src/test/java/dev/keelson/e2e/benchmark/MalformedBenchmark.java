package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.RunPipeline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * {@code --requests}, {@code --connections}, {@code --seed}.
 */
public final class MalformedBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    private static final Pattern TRACE = Pattern.compile("\\n\\s+at [a-z]|Exception|dev\\.keelson\\.|io\\.helidon");
    private static final int EXAMPLES = 10;
    private static final int BODIES = 64;

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
        int connections = arguments.number("connections", 8);
        long seed = arguments.number("seed", 42);
        try (Football football = Football.of(arguments, 1)) {
            Instant now = football.afterAll();
            InstantSource clock = InstantSource.fixed(now);
            RunPipeline.run(football.project(), clock, line -> {});
            LocalDate tomorrow = now.atZone(football.project().zone()).toLocalDate().plusDays(1);
            List<byte[]> bodies = new ArrayList<>();
            for (var request : football.requests(BODIES, tomorrow)) {
                bodies.add(MAPPER.writeValueAsBytes(request));
            }
            String model = football.definition().name();
            String path = "/api/v1/models/" + model + "/predict";
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            try (LiveBackend backend = LiveBackend.open(football.project(), clock);
                    KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
                backend.startIndexing();
                JsonNode before = probabilities(ClosedLoop.once(server.port(), path, bodies.getFirst()));
                settle();
                node.put("open_files_before", openFiles()).put("heap_mb_before", heapMegabytes());
                Seen seen = new Seen();
                List<Callable<Seen>> workers = new ArrayList<>();
                for (int i = 0; i < connections; i++) {
                    MalformedRequests requests = new MalformedRequests(model, bodies, seed + i);
                    long mine = count / connections + (i < count % connections ? 1 : 0);
                    workers.add(() -> send(server.port(), requests, mine));
                }
                try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
                    for (Future<Seen> each : threads.invokeAll(workers)) {
                        seen.add(each.get());
                    }
                }
                settle();
                node.put("open_files_after", openFiles()).put("heap_mb_after", heapMegabytes());
                JsonNode after = probabilities(ClosedLoop.once(server.port(), path, bodies.getFirst()));
                node.put("requests", count);
                node.set("kinds", MAPPER.valueToTree(seen.kinds));
                node.set("statuses", MAPPER.valueToTree(seen.statuses));
                node.put("faults", seen.faulty);
                ArrayNode examples = node.putArray("examples");
                seen.faults.forEach(examples::add);
                node.put("same_answer_afterwards", before.equals(after));
            }
            return node;
        }
    }

    private static JsonNode probabilities(byte[] answer) throws IOException {
        return MAPPER.readTree(answer).path("predictions").path(0).path("probabilities");
    }

    private static void settle() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    private static long heapMegabytes() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    private static Seen send(int port, MalformedRequests requests, long count) throws IOException {
        Seen seen = new Seen();
        Socket socket = connect(port);
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
                    socket = connect(port);
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

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        return socket;
    }
}

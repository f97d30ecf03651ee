package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.RunPipeline;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One prediction over HTTP in a closed loop on 127.0.0.1, load generator in the same process: each connection sends the next
 * request when it has the answer. Every prediction is checked, given its features, journaled and indexed. Beside it as the floor: a bare
 * server that parses the same body and answers as many bytes. Options: {@code --connections} (a list), {@code --seconds}.
 */
public final class HttpBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int REQUESTS = 256;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        Duration length = Duration.ofSeconds(arguments.number("seconds", 8));
        List<Integer> connections = arguments.numbers("connections", List.of(8, 32));
        try (Football football = Football.of(arguments, 1)) {
            Instant now = football.afterAll();
            InstantSource clock = InstantSource.fixed(now);
            RunPipeline.run(football.project(), clock, line -> {});
            LocalDate tomorrow = now.atZone(football.project().zone()).toLocalDate().plusDays(1);
            List<byte[]> bodies = new ArrayList<>();
            for (var request : football.requests(REQUESTS, tomorrow)) {
                bodies.add(MAPPER.writeValueAsBytes(request));
            }
            String path = "/api/v1/models/" + football.definition().name() + "/predict";
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("model", football.definition().name());
            node.put("features", football.service().names().size());
            node.put("body_bytes", bodies.getFirst().length);
            node.put("seconds_each", length.toSeconds());
            byte[] answer;
            try (LiveBackend backend = LiveBackend.open(football.project(), clock);
                    KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
                backend.startIndexing();
                answer = ClosedLoop.once(server.port(), path, bodies.getFirst());
                node.put("answer_bytes", answer.length);
                ClosedLoop.run(server.port(), path, bodies, connections.getLast(), length); // warm-up
                ObjectNode predict = node.putObject("predict");
                for (int count : connections) {
                    predict.set(count + "_connections", ClosedLoop.run(server.port(), path, bodies, count, length));
                }
                long stopped = System.nanoTime();
                long lag = backend.journalLag();
                while (backend.journalLag() > 0 && System.nanoTime() - stopped < TimeUnit.MINUTES.toNanos(2)) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
                node.put("index_lag_bytes_at_the_end", lag);
                node.put("index_caught_up_after_s", Timing.rounded((System.nanoTime() - stopped) / 1e9));
            }
            WebServer echo = EchoServer.start(0, path, answer);
            try {
                ClosedLoop.run(echo.port(), path, bodies, connections.getLast(), length);
                ObjectNode floor = node.putObject("echo");
                for (int count : connections) {
                    floor.set(count + "_connections", ClosedLoop.run(echo.port(), path, bodies, count, length));
                }
            } finally {
                echo.stop();
            }
            ObjectNode share = node.putObject("predict_over_echo");
            for (int count : connections) {
                String key = count + "_connections";
                share.put(
                        key,
                        Timing.rounded(rate(node.get("predict"), key) / rate(node.get("echo"), key)));
            }
            return node;
        }
    }

    private static double rate(JsonNode figures, String key) {
        return figures.get(key).get("requests_a_second").asDouble();
    }

    /** The head of a request with its body. */
    static byte[] request(int port, String path, byte[] body) {
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }
}

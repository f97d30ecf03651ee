package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a scrape of {@code /metrics} costs a server whose one model has many features, all of them with a drift score: bytes, time, and
 * time of the server's processor. Options: {@code --features} (1,000), {@code --calls} (200), {@code --seconds} before one that
 * gathers anew, more than 30 (0: that is left out).
 */
public final class ScrapeBenchmark implements Task {
    private static final int ROWS = 300;
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int features = arguments.number("features", 1_000);
        int calls = arguments.number("calls", 200);
        int seconds = arguments.number("seconds", 0);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("features", features);
        try (ServerProcess server = ServerProcess.trained(project(features), "-Xmx512m", "-XX:+UseG1GC")) {
            post(server, "/api/v1/models/winner/predict", rows(features));
            post(server, "/api/v1/models/winner/drift-check", "{}");
            ObjectNode first = node.putObject("first");
            String text = one(server, first);
            node.put("bytes", text.getBytes(StandardCharsets.UTF_8).length);
            node.put("drift_scores", text.lines().filter(line -> line.startsWith("model_drift_score{")).count());
            Duration before = server.processor();
            Timing kept = Timing.of(0, calls, () -> scrape(server));
            node.put("processor_ms_a_scrape", Timing.rounded(server.processor().minus(before).toNanos() / 1e6 / calls));
            node.set("kept", kept.millis());
            if (seconds > 0) {
                Thread.sleep(Duration.ofSeconds(seconds));
                one(server, node.putObject("gathered_anew"));
            }
        }
        return node;
    }

    /** One scrape with what it costs; what it told. */
    private static String one(ServerProcess server, ObjectNode node) throws IOException, InterruptedException {
        Duration before = server.processor();
        long start = System.nanoTime();
        String text = scrape(server);
        node.put("ms", Timing.rounded((System.nanoTime() - start) / 1e6));
        node.put("processor_ms", server.processor().minus(before).toMillis());
        return text;
    }

    private static String scrape(ServerProcess server) throws IOException, InterruptedException {
        return sent(HttpRequest.newBuilder(URI.create(server.url() + "/metrics")).build());
    }

    private static void post(ServerProcess server, String path, String body) throws IOException, InterruptedException {
        sent(HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static String sent(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("%s answered %d: %s".formatted(request.uri(), response.statusCode(), response.body()));
        }
        return response.body();
    }

    private static String rows(int features) {
        Random random = new Random(2);
        return IntStream.range(0, ROWS)
                .mapToObj(row -> IntStream.range(0, features)
                        .mapToObj(f -> "\"f%d\":%.4f".formatted(f, random.nextDouble()))
                        .collect(Collectors.joining(",", "{\"id\":\"p" + row + "\",", "}")))
                .collect(Collectors.joining(",", "{\"rows\":[", "]}"));
    }

    private static Path project(int features) throws IOException {
        Path folder = Files.createTempDirectory("keelson-scrape-");
        Random random = new Random(1);
        LocalDate day = LocalDate.parse("2023-01-01");
        StringBuilder rows = new StringBuilder("id,time,result");
        IntStream.range(0, features).forEach(f -> rows.append(",f").append(f));
        for (int i = 0; i < ROWS; i++) {
            double[] values = random.doubles(features).toArray();
            rows.append("\ng%d,%sT12:00:00Z,%s"
                    .formatted(i, day.plusDays(i), random.nextDouble() < values[0] ? "won" : "lost"));
            for (double value : values) {
                rows.append(String.format(Locale.ROOT, ",%.4f", value));
            }
        }
        Files.writeString(folder.resolve("games.csv"), rows.append('\n'));
        StringBuilder project = new StringBuilder(
                """
                keelson: 1
                project: games
                timezone: UTC
                sources:
                  games:
                    file: games.csv
                    key: id
                    event_time: time
                    outcomes: { columns: [result], known_after: 1d }
                    columns:
                      id: string
                      time: timestamp
                      result: { type: enum, values: [lost, won] }
                """);
        IntStream.range(0, features).forEach(f -> project.append("      f%d: double\n".formatted(f)));
        project.append("monitors:\n  drift: { models: winner, baseline: training, current: \"last 7d, at least 100 rows\", policy: recommended }\n");
        project.append("models:\n  winner:\n    label: games.result\n    features:\n");
        IntStream.range(0, features).forEach(f -> project.append("      - f%d\n".formatted(f)));
        project.append("    learner: { xgboost: { rounds: 5 } }\n    validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }\n");
        Files.writeString(folder.resolve("keelson.yaml"), project);
        return folder;
    }
}

package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What /metrics tells while a rollout goes on, read from the page. */
final class RolloutMetricsIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-06-01T00:00:00Z"));
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveBackend backend;

    @SuppressWarnings("NullAway.Init") // set before each test
    private KeelsonServer server;

    @BeforeEach
    void serve() throws IOException {
        RunPipeline.run(project("logistic"), CLOCK, line -> {});
        Project second = project("{ xgboost: { rounds: 5 } }");
        backend = LiveBackend.open(second, CLOCK);
        String id = backend.trainings().start(dev.keelson.http.ModelTraining.full("direction", "ann")).id();
        JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
        server = KeelsonServer.start(backend, "127.0.0.1", 0);
    }

    @AfterEach
    void end() {
        server.close();
        backend.close();
    }

    private Project project(String learner) throws IOException {
        return PriceProject.in(folder, PriceProject.model("direction", learner));
    }

    private JsonNode post(String path, String body, String type) throws IOException, InterruptedException {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body());
    }

    private String page() throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(server.url() + "/metrics")).build(), BodyHandlers.ofString())
                .body();
    }

    /** Name with labels to value. */
    private Map<String, Double> metrics() throws IOException, InterruptedException {
        Map<String, Double> all = new TreeMap<>();
        page().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int at = line.lastIndexOf(' ');
            all.put(line.substring(0, at), Double.valueOf(line.substring(at + 1).replace("Inf", "Infinity")));
        });
        return all;
    }

    private static String rows(int count) {
        StringBuilder rows = new StringBuilder("symbol,time,close,volume\n");
        for (int i = 0; i < count; i++) {
            rows.append("BTC,%s,101,7\n".formatted(START.plus(Duration.ofDays(40)).plusSeconds(60L * i)));
        }
        return rows.toString();
    }

    private void rollout(String verb, String body) throws IOException, InterruptedException {
        var unused = post("/api/v1/models/direction/rollout" + verb, body, "application/json");
    }

    @Test
    void rolloutAndVersionsOfABatchAreTold() throws IOException, InterruptedException {
        rollout("", "{\"version\":2,\"kind\":\"ab\",\"actor\":\"ann\",\"reason\":\"To compare.\"}");
        JsonNode answers = post("/api/v1/models/direction/predict", rows(400), "text/csv").path("predictions");
        Map<Integer, Double> versions = new TreeMap<>();
        answers.forEach(each -> versions.merge(each.path("version").asInt(), 1.0, Double::sum));

        Map<String, Double> told = metrics();

        assertThat(versions).containsOnlyKeys(1, 2);
        versions.forEach((version, count) -> {
            assertThat(told).containsEntry("model_predictions_total{model=\"direction\",version=\"%d\"}".formatted(version), count);
            assertThat(told)
                    .containsEntry(
                            "keelson_rollout_predictions_total{arm=\"%s\",model=\"direction\",result=\"served\",version=\"%d\"}"
                                    .formatted(version == 1 ? "baseline" : "candidate", version),
                            count);
        });
        assertThat(told)
                .containsEntry("keelson_rollout_step{model=\"direction\"}", 1.0)
                .containsEntry("keelson_rollout_steps{model=\"direction\"}", 1.0)
                .containsEntry("keelson_rollout_weight{arm=\"baseline\",model=\"direction\",version=\"1\"}", 0.5)
                .containsEntry("keelson_rollout_weight{arm=\"candidate\",model=\"direction\",version=\"2\"}", 0.5)
                .containsEntry("keelson_rollout_aborts_total{model=\"direction\",state=\"aborted\"}", 0.0)
                .containsEntry("keelson_engine_waiting", 0.0);
        assertThat(told.keySet()).anyMatch(name -> name.startsWith("keelson_rollout_guardrail{") && name.contains("state=\"kept\""));
        assertThat(told.keySet()).anyMatch(name -> name.startsWith("keelson_rollout_guardrail_log_evidence{"));

        rollout("/abort", "{\"actor\":\"ann\",\"reason\":\"Enough.\"}");

        Map<String, Double> after = metrics();
        assertThat(after).containsEntry("keelson_rollout_aborts_total{model=\"direction\",state=\"aborted\"}", 1.0);
        assertThat(after.keySet()).noneMatch(name -> name.startsWith("keelson_rollout_step"));
    }

    @Test
    void thePageIsAsPrometheusWantsIt() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PROMTOOL), "promtool of Prometheus is not installed.");
        rollout("", "{\"version\":2,\"kind\":\"ab\",\"actor\":\"ann\",\"reason\":\"To compare.\"}");
        var unused = post("/api/v1/models/direction/predict", rows(50), "text/csv");
        Process check = new ProcessBuilder(PROMTOOL.toString(), "check", "metrics").redirectErrorStream(true).start();

        try (OutputStream page = check.getOutputStream()) {
            page.write(page().getBytes(StandardCharsets.UTF_8));
        }

        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(said).isZero();
    }
}

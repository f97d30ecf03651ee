package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.project.Project;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.serve.OutcomeEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of a real project: errors of its predictions and an input. */
final class StreamsIT {
    private static final Instant NOW = Instant.parse("2024-03-20T00:00:00Z");
    private static final String MODEL = "direction";

    @TempDir
    Path folder;

    private Project project(String streams) throws IOException {
        return PriceProject.in(folder, PriceProject.model(MODEL, "logistic") + """
                monitors:
                  drift: { model: direction, policy: recommended, streams: %s }
                """.formatted(streams));
    }

    /** A request at every hour since some hours before now. */
    private static List<Prediction> predict(LiveBackend backend, int from, int to, double factor) {
        Random random = new Random(from);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (int hour = from; hour > to; hour--) {
            rows.add(Map.of(
                    "symbol",
                    "BTC",
                    "time",
                    NOW.minus(Duration.ofHours(hour)).toString(),
                    "close",
                    factor * (100 + random.nextInt(20)),
                    "volume",
                    1.0 + random.nextInt(1000)));
        }
        return backend.predict(MODEL, rows, PredictOptions.DEFAULT);
    }

    private static void settle(LiveBackend backend, List<Prediction> predictions, boolean right) {
        List<OutcomeEvent> outcomes = new ArrayList<>();
        Random random = new Random(1);
        for (Prediction each : predictions) {
            boolean likely = each.probabilities()[1] > 0.5;
            boolean hit = random.nextDouble() < (right ? 0.9 : 0.1);
            outcomes.add(new OutcomeEvent(MODEL, each.entity(), Boolean.toString(likely == hit), NOW));
        }
        backend.outcomes(outcomes);
    }

    @Test
    void aChangeOfAnInputIsFoundOnceAlsoAfterARestart() throws IOException {
        Project project = project("[close]");
        RunPipeline.run(project, () -> NOW, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW)) {
            predict(backend, 800, 300, 1);
            JsonNode quiet = backend.streams().check(MODEL);
            assertThat(quiet.path("found")).isEmpty();
            assertThat(quiet.path("values").asInt()).isEqualTo(1_000);
        }

        JsonNode found;
        JsonNode again;
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW)) {
            predict(backend, 300, 100, 1.2);
            found = backend.streams().check(MODEL);
            again = backend.streams().check(MODEL);
            assertThat(backend.alerts().list(new AlertQuery(EnumSet.noneOf(Alert.State.class), "drift", MODEL, null, 10))
                            .path("alerts"))
                    .singleElement()
                    .satisfies(alert -> assertThat(alert.path("title").asText()).isEqualTo("close rose"));
        }

        assertThat(found.path("found")).extracting(each -> each.path("detector").asText()).contains("page_hinkley", "adwin");
        assertThat(found.path("found").path(0).path("began").asText())
                .satisfies(began -> assertThat(Duration.between(NOW.minus(Duration.ofHours(300)), Instant.parse(began)).toHours())
                        .isBetween(-32L, 32L));
        assertThat(again.path("found")).isEmpty();
        assertThat(again.path("values").asInt()).isZero();
        assertThat(again.path("changes").size()).isEqualTo(found.path("found").size());
    }

    @Test
    void predictionsThatTurnWrongAreFoundByTheirErrors() throws IOException {
        Project project = project("[brier]");
        RunPipeline.run(project, () -> NOW, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW)) {
            settle(backend, predict(backend, 900, 500, 1), true);
            assertThat(backend.streams().check(MODEL).path("found")).isEmpty();
            settle(backend, predict(backend, 500, 100, 1), false);

            JsonNode found = backend.streams().check(MODEL).path("found");

            assertThat(found).isNotEmpty();
            assertThat(found.path(0).path("after").asDouble()).isGreaterThan(found.path(0).path("before").asDouble());
        }
    }

    private static JsonNode alerts(LiveBackend backend, String cause) {
        return backend.alerts().list(new AlertQuery(EnumSet.noneOf(Alert.State.class), "drift", MODEL, null, 50)).path("alerts").valueStream()
                .filter(each -> each.path("cause").asText().equals(cause))
                .findFirst()
                .orElseGet(MissingNode::getInstance);
    }

    @Test
    void aFallOfAnErrorIsGoodNewsAndHidesNoRise() throws IOException {
        Project project = project("[brier]");
        RunPipeline.run(project, () -> NOW, line -> {});
        String rise = "stream/direction/brier";
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW)) {
            settle(backend, predict(backend, 2_400, 2_000, 1), true);
            settle(backend, predict(backend, 2_000, 1_600, 1), false);
            backend.streams().check(MODEL);
            String id = alerts(backend, rise).path("id").asText();
            backend.alerts().alerts().acknowledge(id, "anna", "Looking.");
            settle(backend, predict(backend, 1_600, 1_000, 1), true);

            JsonNode fell = backend.streams().check(MODEL).path("found");

            assertThat(fell).isNotEmpty().allMatch(each -> each.path("better").asBoolean());
            assertThat(alerts(backend, rise).path("title").asText()).isEqualTo("brier rose");
            assertThat(alerts(backend, rise).path("state").asText()).isEqualTo("acknowledged");
            assertThat(alerts(backend, rise + "/fell").path("severity").asText()).isEqualTo("info");
            assertThat(alerts(backend, rise + "/fell").path("state").asText()).isEqualTo("resolved");

            settle(backend, predict(backend, 1_000, 600, 1), false);
            JsonNode rose = backend.streams().check(MODEL).path("found");

            assertThat(rose).isNotEmpty().noneMatch(each -> each.path("better").asBoolean());
            assertThat(alerts(backend, rise).path("id").asText()).isEqualTo(id);
            assertThat(alerts(backend, rise).path("state").asText()).isEqualTo("open");
        }
    }

    @Test
    void changedSettingsCountAtOnceAndUnknownNamesAreRefused() throws IOException {
        Project project = project("[close]");
        RunPipeline.run(project, () -> NOW, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW)) {
            predict(backend, 300, 200, 1);
            backend.streams().check(MODEL);
            String setting = "monitors.drift.streams[0]";

            assertThatThrownBy(() -> backend.settings().set(Map.of(setting, "log_los"), null, "ann", "Try."))
                    .hasMessageContaining(setting + ": `streams` names `log_los`");
            backend.settings().set(Map.of(setting, "log_loss"), null, "ann", "Errors instead.");

            assertThat(backend.streams().changes(MODEL).path("streams"))
                    .hasSize(2)
                    .allSatisfy(each -> assertThat(each.path("of").asText()).isEqualTo("log_loss"))
                    .allSatisfy(each -> assertThat(each.path("values").asLong()).isZero());
            settle(backend, predict(backend, 200, 100, 1), true);
            backend.streams().check(MODEL);
            assertThat(backend.streams().changes(MODEL).path("streams"))
                    .allSatisfy(each -> assertThat(each.path("values").asLong()).isEqualTo(100));
        }
    }
}

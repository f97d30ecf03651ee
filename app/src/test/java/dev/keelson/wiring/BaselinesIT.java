package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.BaselineService;
import dev.keelson.http.PredictOptions;
import dev.keelson.monitor.BaselineVerdict;
import dev.keelson.monitor.DriftReport;
import dev.keelson.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Baselines of a real project. */
final class BaselinesIT {
    private static final Instant NOW = Instant.parse("2024-02-10T00:00:00Z");
    private static final String MODEL = "direction";

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveBackend backend;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Project project;

    @BeforeEach
    void open() throws IOException {
        project = PriceProject.in(folder, PriceProject.model(MODEL, "logistic") + """
                monitors:
                  drift: { model: direction, baseline: [training, last 10d], current: "last 7d, at least 100 rows" }
                schedules:
                  weekly: { cron: "0 3 * * SUN", run: baseline }
                """);
        RunPipeline.run(project, now::get, line -> {});
        backend = LiveBackend.open(project, now::get);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    /** A request at every hour of the last days before now. */
    private void predict(int days, double factor) {
        Random random = new Random(8);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (int hour = 24 * days; hour > 0; hour--) {
            rows.add(Map.of(
                    "symbol",
                    "BTC",
                    "time",
                    now.get().minus(Duration.ofHours(hour)).toString(),
                    "close",
                    factor * (100 + random.nextInt(20)),
                    "volume",
                    1.0 + random.nextInt(1000)));
        }
        backend.predict(MODEL, rows, PredictOptions.DEFAULT);
    }

    private JsonNode create(@Nullable String source) {
        return backend.baselines().create(new BaselineService.Request(MODEL, source, "ada", "A test asks for it."));
    }

    @Test
    void theFirstCheckMakesWhatTheMonitorNamesAndTheNextOneReadsIt() {
        predict(7, 1);

        DriftReport report = backend.checkDrift(MODEL);
        DriftReport again = backend.checkDrift(MODEL);

        assertThat(report.baselines())
                .extracting(BaselineVerdict::baseline)
                .containsExactly("direction.training.1", "direction.last-10d.1");
        assertThat(again.baselines())
                .extracting(BaselineVerdict::baseline)
                .containsExactly("direction.training.1", "direction.last-10d.1");
        // nothing of a baseline lies in the window judged
        assertThat(report.baselines()).allSatisfy(each -> assertThat(each.to()).isBeforeOrEqualTo(report.from()));
        assertThat(report.baselines().getFirst().leftOut()).isPositive();
        assertThat(backend.reports("drift_beside", "direction against last 10d", 10)).isNotEmpty();
        assertThat(backend.baselines().list(MODEL).path("baselines")).hasSize(2);
    }

    @Test
    void aScaledColumnIsNamedByBoth() {
        predict(7, 1.2);

        DriftReport report = backend.checkDrift(MODEL);

        assertThat(report.verdict()).isEqualTo(DriftReport.Verdict.ALARM);
        assertThat(report.baselines()).allSatisfy(each -> assertThat(each.columns()).containsExactly("close"));
    }

    @Test
    void baselinesAreNumberedShownAndDeleted() {
        JsonNode first = create("last 5d").path("baselines").path(0);
        JsonNode second = create("last 5d").path("baselines").path(0);

        assertThat(second.path("id").asText()).isEqualTo("direction.last-5d.2");
        assertThat(first.path("rows").asInt()).isEqualTo(24 * 5);
        assertThat(Instant.parse(first.path("to").asText())).isBefore(NOW.minus(Duration.ofDays(7)));
        assertThat(first.path("columns")).hasSize(2);
        assertThat(first.path("columns").path(0).path("quantiles").path("0.50").isNumber()).isTrue();

        backend.baselines().delete("direction.last-5d.2", "ada", "Not needed.");

        assertThatThrownBy(() -> backend.baselines().one("direction.last-5d.2"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("no baseline (direction.last-5d.2)");
        assertThat(backend.baselines().one("direction.last-5d.1").path("source").asText()).isEqualTo("last 5d");
        assertThat(backend.audit(MODEL, 1)).singleElement().satisfies(entry -> assertThat(entry.action()).isEqualTo("delete_baseline"));
        assertThat(create("last 5d").path("baselines").path(0).path("number").asInt()).isEqualTo(3);
    }

    @Test
    void profilesSurviveARestartAndAreMadeAnewFromTheJournal() throws IOException {
        predict(3, 1);
        predict(2, 1.1);
        DriftReport before = backend.checkDrift(MODEL);

        backend.close();
        backend = LiveBackend.open(project, now::get);
        DriftReport restarted = backend.checkDrift(MODEL);
        predict(1, 1);
        DriftReport more = backend.checkDrift(MODEL);
        backend.close();
        Files.delete(folder.resolve(".keelson/profiles.bin"));
        backend = LiveBackend.open(project, now::get);
        DriftReport anew = backend.checkDrift(MODEL);

        assertThat(before.rows()).isEqualTo(24 * 5);
        assertThat(restarted.features()).isEqualTo(before.features());
        assertThat(more.rows()).isEqualTo(24 * 6);
        assertThat(anew.rows()).isEqualTo(more.rows());
        assertThat(anew.features()).isEqualTo(more.features());
    }

    @Test
    void whatCameAfterTheLastOrderlyEndIsTakenFromTheJournalOnce() throws IOException {
        Path profiles = folder.resolve(".keelson/profiles.bin");
        predict(3, 1);
        backend.close();
        byte[] orderly = Files.readAllBytes(profiles);
        backend = LiveBackend.open(project, now::get);
        predict(2, 1);
        backend.close();
        Files.write(profiles, orderly); // as if the second process had been killed

        backend = LiveBackend.open(project, now::get);
        predict(1, 1);

        assertThat(backend.checkDrift(MODEL).rows()).isEqualTo(24 * 6);
    }

    @Test
    void aDatasetVersionIsABaseline() {
        String version = ProjectDatasets.latest(project).values().iterator().next().id();

        JsonNode made = create("dataset " + version).path("baselines").path(0);

        assertThat(made.path("rows").asInt()).isEqualTo(24 * 40 - 1); // the last hour is not known yet
        assertThat(made.path("origin").asText()).contains(version);
    }

    @Test
    void wrongSourcesAreRefusedWithWhatWasExpected() {
        assertThatThrownBy(() -> create("yesterday")).hasMessageContaining("`training`, `last 30d` or `dataset VERSION`");
        assertThatThrownBy(() -> create("dataset nowhere")).hasMessageContaining("nowhere");
        assertThatThrownBy(() -> create("last 1h")).hasMessageContaining("would have 1 rows");
    }

    @Test
    void theScheduleMakesThemAnew() {
        predict(7, 1);
        backend.checkDrift(MODEL);

        backend.schedules().run("weekly", "ada", "now");
        boolean worked = backend.schedules().workOnce();

        assertThat(worked).isTrue();
        assertThat(backend.baselines().list(MODEL).path("baselines"))
                .extracting(each -> each.path("id").asText())
                .contains("direction.training.2", "direction.last-10d.2");
    }
}

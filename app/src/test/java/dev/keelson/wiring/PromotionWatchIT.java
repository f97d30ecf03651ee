package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Governance;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens after a promotion: the former champion goes on predicting, and comes back when it is better. */
final class PromotionWatchIT {
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");
    private static final Instant START = Instant.parse("2024-03-01T00:00:00Z");
    private static final String MODEL = "direction";

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveBackend backend;

    @BeforeEach
    void open() throws IOException {
        Project project = PriceProject.in(
                folder,
                PriceProject.model(MODEL, "logistic")
                        + "policies:\n  promote: { models: direction, change: { alpha: 0.05 }, watch: 90 }\n");
        RunPipeline.run(project, () -> NOW, line -> {});
        backend = LiveBackend.open(project, () -> NOW);
        int version = LowPrices.version(backend, MODEL, 5);
        Governance.Promotion promoted =
                backend.governance().promote(new Governance.Request(MODEL, version, "ann", "It is better offline.", true));
        assertThat(promoted.serves()).isTrue();
    }

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void formerChampionComesBackWhenItIsBetter() {
        assertThat(alias(ModelVersion.CHAMPION)).isEqualTo(2);
        assertThat(alias(ModelVersion.CHALLENGER)).isEqualTo(1);

        // the new one is sure that prices fall when they are low
        settle(80, "true");

        assertThat(until(() -> alias(ModelVersion.CHAMPION) == 1)).as("%s", backend.governance().audit(MODEL, 5)).isTrue();
        AuditEntry rollback = backend.governance().audit(MODEL, 1).getFirst();
        assertThat(rollback.action()).isEqualTo("rollback");
        assertThat(rollback.actor()).isEqualTo("system");
        assertThat(rollback.reason()).startsWith("ROLLBACK: v1 is better than v2, which replaced it: ");
        assertThat(backend.governance().verify(null).sound()).isTrue();
    }

    @Test
    void watchIsOverWhenTheSuccessorIsBetter() {
        settle(60, "false");

        assertThat(until(() -> alias(ModelVersion.CHALLENGER) == 0)).as("%s", backend.governance().audit(MODEL, 5)).isTrue();
        assertThat(alias(ModelVersion.CHAMPION)).isEqualTo(2);
        assertThat(backend.governance().audit(MODEL, 1).getFirst().action()).isEqualTo("watch_over");
    }

    private void settle(int days, String outcome) {
        List<OutcomeEvent> outcomes = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            Map<String, @Nullable Object> row = Map.of(
                    "symbol", "BTC",
                    "time", START.plus(Duration.ofDays(day)).toString(),
                    "close", 101.0,
                    "volume", 7.0 + day);
            Prediction prediction = backend.predict(MODEL, List.of(row), PredictOptions.DEFAULT).getFirst();
            outcomes.add(new OutcomeEvent(MODEL, prediction.entity(), outcome, NOW));
        }
        backend.countPredictions(new PredictionQuery(MODEL, null, null, null, null, null, null, false, 1));
        backend.outcomes(outcomes);
    }

    private int alias(String name) {
        return backend.governance().registered(MODEL).stream()
                .filter(version -> version.aliases().contains(name))
                .mapToInt(version -> version.version())
                .findFirst()
                .orElse(0);
    }

    private static boolean until(BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            if (holds.getAsBoolean()) {
                return true;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        return holds.getAsBoolean();
    }
}

package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.store.files.StateFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The thread that keeps the index up to date. */
final class IndexingTest {
    private static final Instant NOW = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    @Timeout(60)
    void whoAsksFindsEverythingThoughTheThreadRests() {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(new StateFolder(folder))) {
            log.startIndexing();

            for (int round = 1; round <= 20; round++) {
                append(log, round, 100);
                log.catchUp();

                assertThat(log.count(PredictionQuery.of("m", "champion"))).isEqualTo(100L * round);
                assertThat(log.lag()).isZero();
            }
        }
    }

    @Test
    @Timeout(60)
    void theThreadCatchesUpUnasked() {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(new StateFolder(folder))) {
            log.startIndexing();

            append(log, 1, 5_000);

            while (log.count(PredictionQuery.of("m", "champion")) < 5_000) {
                Thread.onSpinWait();
            }
            assertThat(log.find(new UUID(1, 4_999))).isPresent();
        }
    }

    @Test
    @Timeout(60)
    void theThreadStopsInTheMidstOfItsWork() {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(new StateFolder(folder))) {
            append(log, 1, 5_000);
            log.startIndexing();

            log.stopIndexing();
            log.catchUp();

            assertThat(log.count(PredictionQuery.of("m", "champion"))).isEqualTo(5_000);
        }
    }

    private static void append(JournaledPredictionLog log, int round, int count) {
        List<PredictionEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(new PredictionEvent(
                    new UUID(round, i), "m", 1, "champion", "e" + i, "", NOW, NOW, NOW,
                    new double[] {0.5, 0.3, 0.2}, new double[] {i, Double.NaN}, new double[0]));
        }
        log.append(events, false);
    }
}

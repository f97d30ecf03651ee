package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.store.files.StateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments of the format before, whose lines have no numbers, against the index that was made of them. */
final class FormerSegmentsReconciliationTest {
    private static final JournalConfig CONFIG = new JournalConfig(1 << 20, Duration.ofMillis(1));
    private static final PredictionQuery ALL =
            new PredictionQuery(null, null, null, null, null, null, null, false, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    private StateFolder state;
    private Path file;
    private List<LoggedPrediction> before;

    @BeforeEach
    void open() throws IOException {
        state = new StateFolder(folder);
        file = state.journal().resolve("000001.csv");
        Lines lines = new Lines(64, 3);
        lines.addHeader();
        for (int i = 0; i < 60; i++) {
            Instant at = Instant.ofEpochSecond(1_700_000_000 + i);
            lines.add(new PredictionEvent(
                    new UUID(3, i), "m", 1, "champion", "e" + i, "", at, at, at, new double[] {0.5, 0.5}, new double[] {i},
                    new double[0]));
            lines.add(new OutcomeEvent("m", "e" + i, "H", at));
        }
        Files.createDirectories(state.journal());
        Files.write(file, Arrays.copyOf(lines.array(), lines.length()));
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state, CONFIG)) {
            before = log.find(ALL);
            assertThat(before).hasSize(60);
            assertThat(log.reconcile(false).journal().agrees()).isTrue();
        }
    }

    @Test
    void aRemovedLineIsOneMissingRecordAlthoughAllOthersMoved() throws Exception {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.remove(21);
        Files.writeString(file, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state, CONFIG)) {
            JournaledPredictionLog.Reconciled found = log.reconcile(false);
            JournaledPredictionLog.Reconciled mended = log.reconcile(true);
            JournaledPredictionLog.Reconciled after = log.reconcile(false);

            assertThat(found.journal().missing()).isEqualTo(1);
            assertThat(found.journal().examples().getFirst().id()).isEqualTo(new UUID(3, 10).toString());
            assertThat(found.index().differences()).isZero();
            assertThat(mended.journal().recovered()).isEqualTo(1);
            assertThat(after.journal().damages() + after.index().differences() + after.index().moved()).isZero();
            assertSame(log);
        }
    }

    @Test
    void anAlteredLineIsWrittenAnewFromTheIndex() throws Exception {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        Files.writeString(file, text.replace("O,m,e20,H", "O,m,e20,A"), StandardCharsets.UTF_8);

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state, CONFIG)) {
            JournaledPredictionLog.Reconciled found = log.reconcile(false);
            JournaledPredictionLog.Reconciled mended = log.reconcile(true);

            assertThat(List.of(found.journal().altered(), found.journal().missing(), found.journal().restorable()))
                    .containsExactly(1L, 0L, 1L);
            assertThat(mended.journal().lost()).isZero();
            assertThat(log.reconcile(false).journal().damages()).isZero();
            assertThat(Files.readString(file, StandardCharsets.UTF_8)).contains("o,m,e20,H");
            assertSame(log);
        }
    }

    private void assertSame(JournaledPredictionLog log) {
        assertThat(log.find(ALL))
                .usingRecursiveComparison()
                .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class)
                .isEqualTo(before);
    }
}

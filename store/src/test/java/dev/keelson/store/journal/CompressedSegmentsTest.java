package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.store.files.StateFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments that were compressed are read as they were. */
final class CompressedSegmentsTest {
    private static final JournalConfig SMALL = new JournalConfig(2_000, Duration.ofMillis(1));
    private static final PredictionQuery ALL =
            new PredictionQuery(null, null, null, null, null, null, null, false, Integer.MAX_VALUE);

    @TempDir
    Path folder;

    private StateFolder state() {
        return new StateFolder(folder);
    }

    @Test
    void closedSegmentsAreCompressedAndTheIndexIsMadeFromThemAnew() throws Exception {
        List<LoggedPrediction> before;
        JournalPosition end;
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 0, 60);
            before = log.find(ALL);
            end = log.position();
            log.compressAll();
            assertThat(log.position()).isEqualTo(end);
        }
        assertThat(names()).contains("000001.csv.gz", "000002.csv.gz").doesNotContain("000001.csv", "000002.csv");
        assertThat(names().getLast()).matches("[0-9]{6}\\.csv");
        Files.delete(state().predictions());

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            assertThat(log.find(ALL))
                    .usingRecursiveComparison()
                    .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class) // NaN equals NaN
                    .isEqualTo(before);
            assertThat(log.position()).isEqualTo(end);
            append(log, 60, 61);
            assertThat(log.count(ALL)).isEqualTo(61);
        }
    }

    @Test
    void aPersonReadsThemWithZcat() throws Exception {
        byte[] plain;
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 0, 60);
            plain = Files.readAllBytes(state().journal().resolve("000001.csv"));
            log.compressAll();
        }

        try (InputStream in = new GZIPInputStream(Files.newInputStream(state().journal().resolve("000001.csv.gz")))) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
    }

    @Test
    void aPlainFileBesideACompressedOneCounts() throws Exception {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 0, 60);
            byte[] plain = Files.readAllBytes(state().journal().resolve("000001.csv"));
            log.compressAll();
            // killed between the two names
            Files.write(state().journal().resolve("000001.csv"), plain);
            Files.write(state().journal().resolve("000001.csv.gz"), new byte[] {1, 2, 3});
        }
        Files.delete(state().predictions());

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            assertThat(log.count(ALL)).isEqualTo(60);
        }
    }

    @Test
    void aCutExpandsTheSegmentItFallsInto() throws Exception {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 0, 3);
            JournalPosition place = log.position();
            append(log, 3, 60);
            log.compressAll();
            assertThat(place.segment()).isEqualTo(1);

            log.truncateTo(place);

            assertThat(names()).containsExactly("000001.csv");
            assertThat(log.count(ALL)).isEqualTo(3);
            append(log, 100, 120);
            assertThat(log.count(ALL)).isEqualTo(23);
        }
        Files.delete(state().predictions());
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            assertThat(log.count(ALL)).isEqualTo(23);
        }
    }

    @Test
    void aCutToTheStartOfACompressedSegmentLeavesNoneOfIt() throws Exception {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 0, 60);
            log.compressAll();

            log.truncateTo(new JournalPosition(2, 0));

            assertThat(names()).containsExactly("000001.csv.gz");
            append(log, 100, 101);
        }
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            assertThat(names()).contains("000001.csv.gz", "000002.csv");
            assertThat(log.find(new UUID(0, 100))).isPresent();
        }
    }

    @Test
    void aJournalWhoseLastSegmentIsCompressedGoesOnInANewOne() throws Exception {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 0, 60);
            log.compressAll();
        }
        List<String> names = names();
        Files.delete(state().journal().resolve(names.getLast()));
        Files.delete(state().predictions());

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 60, 61);
        }

        assertThat(names()).hasSameSizeAs(names);
    }

    @Test
    void aDamagedCompressedSegmentIsWrittenAnewFromTheIndex() throws Exception {
        byte[] plain;
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            append(log, 0, 60);
            plain = Files.readAllBytes(state().journal().resolve("000001.csv"));
            log.compressAll();
        }
        Path file = state().journal().resolve("000001.csv.gz");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 0x55;
        Files.write(file, bytes);

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state(), SMALL)) {
            JournaledPredictionLog.Reconciled found = log.reconcile(false);
            JournaledPredictionLog.Reconciled mended = log.reconcile(true);

            assertThat(found.journal().damages()).isPositive();
            assertThat(found.index().differences()).isZero();
            assertThat(mended.journal().lost()).isZero();
            assertThat(log.reconcile(false).journal().damages()).isZero();
        }
        assertThat(state().journal().resolve("000001.csv")).hasBinaryContent(plain);
        assertThat(state().root().resolve("replaced/journal/000001.csv.gz")).hasBinaryContent(bytes);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(state().journal())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void append(JournaledPredictionLog log, int from, int to) {
        for (int i = from; i < to; i++) {
            List<PredictionEvent> events = new ArrayList<>();
            events.add(new PredictionEvent(
                    new UUID(0, i), "m", 1, "champion", "e" + i, "", Instant.EPOCH, Instant.EPOCH, Instant.EPOCH,
                    new double[] {0.5, 0.5}, new double[] {i, Double.NaN, 1.0 / (i + 1)}, new double[0]));
            log.append(events, true);
        }
        log.catchUp();
    }
}

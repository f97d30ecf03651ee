package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.StateFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a kill leaves of the files, opening them again gives a journal and an index that say the same. */
final class JournalCrashPropertyTest {
    private static final JournalConfig SMALL = new JournalConfig(4096, Duration.ofMillis(1));
    private static final PredictionQuery ALL =
            new PredictionQuery(null, null, null, null, null, null, null, false, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    @Test
    void journalCutAtAnyByteAndItsIndexAgree() throws Exception {
        StateFolder whole = new StateFolder(folder.resolve("whole"));
        Random random = new Random(42);
        try (JournaledPredictionLog log = JournaledPredictionLog.open(whole, SMALL)) {
            fill(log, random, 60);
            log.catchUp();
        }
        for (int i = 0; i < 40; i++) {
            StateFolder copy = new StateFolder(folder.resolve("cut" + i));
            DurableFiles.copyFolder(whole.root(), copy.root());
            cutAnywhere(copy.journal(), random);
            assertPutBack(whole, copy, "cut " + i);

            assertInStep(copy, "cut " + i);
        }
    }

    @Test
    void copyTakenInAnyOrderWhileWritingAgrees() throws Exception {
        StateFolder live = new StateFolder(folder.resolve("live"));
        Random random = new Random(43);
        try (JournaledPredictionLog log = JournaledPredictionLog.open(live, SMALL)) {
            log.startIndexing();
            List<JournalPosition> positions = new ArrayList<>(List.of(log.position()));
            for (int i = 0; i < 20; i++) {
                fill(log, random, 5);
                if (i % 3 == 0) {
                    log.catchUp();
                }
                if (i % 5 == 4) {
                    log.truncateTo(positions.get(positions.size() - 2));
                }
                positions.add(log.position());
                StateFolder copy = new StateFolder(folder.resolve("copy" + i));
                copyAsAKillWouldLeave(live, copy, i % 2 == 0);
                if (i % 2 == 0) { // its index may know more than its journal
                    try (JournaledPredictionLog behind = JournaledPredictionLog.open(copy, SMALL)) {
                        assertThat(behind.reconcile(true).journal().lost()).isZero();
                    }
                }

                assertInStep(copy, "copy " + i);
            }
        }
        assertInStep(live, "live");
    }

    @Test
    void killBetweenTheTwoCutsLeavesWhatWasThere() throws Exception {
        StateFolder state = new StateFolder(folder);
        JournalPosition position;
        JournalPosition end;
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state, SMALL)) {
            fill(log, new Random(1), 10);
            position = log.position();
            fill(log, new Random(2), 40);
            log.catchUp();
            end = log.position();
        }
        try (Journal journal = Journal.open(state.journal(), SMALL, JournalPosition.START);
                PredictionIndex index = PredictionIndex.open(state.predictions())) {
            index.truncateTo(position, journal.placeAt(position)); // and here it is killed
        }

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state, SMALL)) {
            assertThat(log.position()).isEqualTo(end);
            assertThat(log.lag()).isZero();
            assertThat(log.reconcile(false).index().agrees()).isTrue();
            log.truncateTo(position);
            assertThat(log.position()).isEqualTo(position);
        }
        assertInStep(state, "after the cut");
    }

    @Test
    void lostIndexIsMadeAnew() throws Exception {
        StateFolder state = new StateFolder(folder);
        long count;
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state, SMALL)) {
            fill(log, new Random(1), 30);
            log.catchUp();
            count = log.count(ALL);
        }
        Files.delete(state.predictions());

        try (JournaledPredictionLog log = JournaledPredictionLog.open(state, SMALL)) {
            assertThat(log.count(ALL)).isEqualTo(count).isPositive();
        }
    }

    /** What the index knows comes back into the journal as it was, byte by byte. */
    private static void assertPutBack(StateFolder whole, StateFolder copy, String what) throws IOException {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(copy, SMALL)) {
            JournaledPredictionLog.Reconciled mended = log.reconcile(true);
            assertThat(mended.journal().lost()).as(what).isZero();
            assertThat(mended.journal().recovered()).as(what).isZero();
            assertThat(log.reconcile(false).journal().damages()).as(what).isZero();
        }
        try (Stream<Path> files = Files.list(whole.journal())) {
            for (Path file : files.toList()) {
                assertThat(copy.journal().resolve(file.getFileName().toString())).as(what).hasSameBinaryContentAs(file);
            }
        }
    }

    /** Opens, compares the index with a plain reading of the journal, appends, and compares again after a restart. */
    private static void assertInStep(StateFolder state, String what) {
        for (int round = 0; round < 2; round++) {
            Map<UUID, PredictionEvent> predictions = new HashMap<>();
            Map<String, String> outcomes = new HashMap<>();
            try (JournaledPredictionLog log = JournaledPredictionLog.open(state, SMALL)) {
                assertThat(log.lag()).as(what).isZero();
                try (Journal journal = Journal.open(state.journal(), SMALL, JournalPosition.START)) {
                    journal.read(JournalPosition.START, journal.end(), (record, at) -> {
                        switch (record) {
                            case JournalRecord.Predicted(PredictionEvent event) ->
                                predictions.putIfAbsent(event.id(), event);
                            case JournalRecord.Settled(OutcomeEvent event) ->
                                outcomes.put(event.entity(), event.outcome());
                            case JournalRecord.Told told -> throw new AssertionError(told);
                        }
                    });
                }
                List<LoggedPrediction> found = log.find(ALL);
                assertThat(found).as(what).hasSize(predictions.size());
                for (LoggedPrediction logged : found) {
                    assertThat(logged.event())
                            .as(what)
                            .usingRecursiveComparison()
                            .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class) // exact
                            .isEqualTo(predictions.get(logged.event().id()));
                    assertThat(logged.outcome()).as(what).isEqualTo(outcomes.get(logged.event().entity()));
                }
                fill(log, new Random(99 + round), 3);
            }
        }
    }

    private static void fill(JournaledPredictionLog log, Random random, int rounds) {
        for (int i = 0; i < rounds; i++) {
            String entity = "e" + random.nextInt(20);
            Instant time = Instant.ofEpochSecond(random.nextInt(1_000_000));
            log.append(
                    List.of(new PredictionEvent(
                            new UUID(random.nextLong(), random.nextLong()), "m", 1, "champion", entity, "E0", time, time,
                            time, new double[] {random.nextDouble(), 0.5}, new double[] {random.nextGaussian()},
                            new double[0])),
                    random.nextInt(4) == 0);
            if (random.nextBoolean()) {
                log.appendOutcomes(
                        List.of(new OutcomeEvent("m", entity, "o" + random.nextInt(1_000), time)), random.nextInt(4) == 0);
            }
        }
    }

    /** As after losing the end of the journal: a random segment is cut at a random byte, later ones are gone. */
    private static void cutAnywhere(Path journal, Random random) throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.list(journal)) {
            segments = files.sorted().toList();
        }
        int last = random.nextInt(segments.size());
        for (Path gone : segments.subList(last + 1, segments.size())) {
            Files.delete(gone);
        }
        try (FileChannel channel = FileChannel.open(segments.get(last), StandardOpenOption.WRITE)) {
            channel.truncate(random.nextLong(channel.size() + 1));
        }
    }

    private static void copyAsAKillWouldLeave(StateFolder live, StateFolder copy, boolean journalFirst)
            throws IOException {
        Files.createDirectories(copy.journal());
        if (journalFirst) {
            copyInto(live.journal(), copy.journal());
        }
        // SQLite's own files of one moment: the write-ahead log is copied while nothing is being committed to it.
        try (PredictionIndex index = PredictionIndex.openReadOnly(live.predictions())) {
            index.copyTo(copy.predictions());
        }
        if (!journalFirst) {
            copyInto(live.journal(), copy.journal());
        }
    }

    private static void copyInto(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            files.sorted().forEach(file -> {
                try {
                    Files.copy(file, to.resolve(file.getFileName().toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}

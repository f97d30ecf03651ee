package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.JournalDamage;
import dev.keelson.serve.JournalDamage.What;
import dev.keelson.serve.JournalReport;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.StateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to the lines and files of a journal is told as it was done, and one repair ends it. */
final class JournalDamagePropertyTest {
    private static final JournalConfig SMALL = new JournalConfig(3_000, Duration.ofMillis(1));
    private static final PredictionQuery ALL =
            new PredictionQuery(null, null, null, null, null, null, null, false, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    private StateFolder whole;
    private List<LoggedPrediction> before;
    private int segments;

    @BeforeEach
    void fill() throws IOException {
        whole = new StateFolder(folder.resolve("whole"));
        try (JournaledPredictionLog log = JournaledPredictionLog.open(whole, SMALL)) {
            for (int i = 0; i < 90; i++) {
                Instant at = Instant.ofEpochSecond(1_700_000_000 + i);
                log.append(
                        List.of(new PredictionEvent(
                                new UUID(7, i), "m", 1, "champion", "e" + i % 40, "", at, at, at, new double[] {0.25, 0.75},
                                new double[] {i / 8.0, Double.NaN}, new double[0])),
                        false);
                if (i % 3 == 0) {
                    log.appendOutcomes(List.of(new OutcomeEvent("m", "e" + i % 40, i % 2 == 0 ? "H" : "A", at)), i % 9 == 0);
                }
            }
            log.catchUp();
            before = log.find(ALL);
        }
        try (Stream<Path> files = Files.list(whole.journal())) {
            segments = (int) files.count();
        }
        assertThat(segments).isGreaterThan(3);
    }

    /** What is done to a copy of the journal, and what is expected to be told of it. */
    private final class Damage {
        final StateFolder state;
        final Random random;
        final int segment;
        final List<String> lines;

        Damage(StateFolder state, Random random) throws IOException {
            this.state = state;
            this.random = random;
            this.segment = 1 + random.nextInt(segments);
            this.lines = new ArrayList<>(Files.readAllLines(file(segment)));
        }

        Path file(int number) {
            return state.journal().resolve("%06d.csv".formatted(number));
        }

        /** The number of any record that has one after it. */
        int any() {
            return 1 + random.nextInt(lines.size() - 2);
        }

        void write() throws IOException {
            Files.writeString(file(segment), String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
        }
    }

    private interface Deed {
        /** Does it, and returns what should be told: what, segment and number; null where the mended files alone tell. */
        @Nullable List<String> on(Damage damage) throws IOException, SQLException;
    }

    private static List<String> told(What what, int segment, int... numbers) {
        List<String> told = new ArrayList<>();
        for (int number : numbers) {
            told.add(what + " " + segment + " " + number);
        }
        return told;
    }

    @Test
    void aRemovedLineIsOneMissingRecordAndComesBack() throws Exception {
        forSeeds(true, damage -> {
            int number = 1 + damage.random.nextInt(damage.lines.size() - 1); // the very last one, too
            damage.lines.remove(number);
            damage.write();
            return told(What.MISSING, damage.segment, number);
        });
    }

    @Test
    void severalRemovedLinesAreToldOneByOne() throws Exception {
        forSeeds(true, damage -> {
            int first = 1 + damage.random.nextInt(damage.lines.size() - 4);
            damage.lines.remove(first);
            damage.lines.remove(first + 1);
            damage.write();
            return told(What.MISSING, damage.segment, first, first + 2);
        });
    }

    @Test
    void anAlteredLineIsNamedAndComesBack() throws Exception {
        forSeeds(true, damage -> {
            int number = damage.any();
            damage.lines.set(number, damage.lines.get(number).replaceFirst("e[0-9]", "x"));
            damage.write();
            return told(What.ALTERED, damage.segment, number);
        });
    }

    @Test
    void aLineWhoseChecksumWasMadeToFitIsNamedByTheNextOne() throws Exception {
        forSeeds(true, damage -> {
            int number = damage.any();
            String line = damage.lines.get(number).replaceFirst("e[0-9]", "x");
            String fields = line.substring(0, line.lastIndexOf(','));
            CRC32 crc = new CRC32();
            crc.update(fields.getBytes(StandardCharsets.UTF_8));
            damage.lines.set(number, "%s,%08x".formatted(fields, crc.getValue()));
            damage.write();
            return told(What.ALTERED, damage.segment, number);
        });
    }

    @Test
    void exchangedLinesAreNamedAndPutInOrder() throws Exception {
        forSeeds(true, damage -> {
            int first = damage.any();
            int second = damage.any();
            Collections.swap(damage.lines, first, second);
            damage.write();
            int low = Math.min(first, second);
            int high = Math.max(first, second);
            return low == high
                    ? List.of()
                    : high == low + 1 ? told(What.MOVED, damage.segment, high) : told(What.MOVED, damage.segment, high, low);
        });
    }

    @Test
    void aDoubledLineIsNamedAndCountsOnce() throws Exception {
        forSeeds(true, damage -> {
            int number = damage.any();
            int place = 1 + damage.random.nextInt(damage.lines.size() - 1);
            damage.lines.add(place, damage.lines.get(number));
            damage.write();
            List<String> expected = told(What.REPEATED, damage.segment, number);
            if (place < number) { // then the first one is the one out of order
                expected.addAll(told(What.MOVED, damage.segment, number));
            }
            return expected;
        });
    }

    @Test
    void aLineThatNobodyWroteIsNamedAndGoes() throws Exception {
        forSeeds(true, damage -> {
            damage.lines.add(damage.any(), "P,was,never,here,12345678");
            damage.write();
            return told(What.FOREIGN, damage.segment, 0);
        });
    }

    @Test
    void anAlteredHeaderIsNamedAndComesBack() throws Exception {
        forSeeds(true, damage -> {
            damage.lines.set(0, damage.lines.getFirst().replace("keelson", "kilsen"));
            damage.write();
            return told(What.HEADER, damage.segment, 0);
        });
    }

    @Test
    void aCutSegmentComesBack() throws Exception {
        forSeeds(true, damage -> {
            byte[] bytes = Files.readAllBytes(damage.file(damage.segment));
            Files.write(damage.file(damage.segment), Arrays.copyOf(bytes, damage.random.nextInt(bytes.length)));
            return null;
        });
    }

    @Test
    void aMissingSegmentComesBack() throws Exception {
        forSeeds(true, damage -> {
            Files.delete(damage.file(damage.segment));
            int records = damage.lines.size() - 1;
            return records > 5 ? told(What.MISSING, damage.segment, 1) : null;
        });
    }

    @Test
    void renamedSegmentsAreNamedAndNamedAnew() throws Exception {
        forSeeds(true, damage -> {
            int other = damage.segment % segments + 1;
            Path between = damage.state.journal().resolve("between");
            Files.move(damage.file(damage.segment), between);
            Files.move(damage.file(other), damage.file(damage.segment));
            Files.move(between, damage.file(other));
            List<String> expected = new ArrayList<>(told(What.RENAMED, damage.segment, 0));
            expected.addAll(told(What.RENAMED, other, 0));
            return expected;
        });
    }

    @Test
    void aJournalThatIsGoneIsMadeFromItsIndex() throws Exception {
        forSeeds(true, damage -> {
            DurableFiles.deleteAll(damage.state.journal());
            return null;
        });
    }

    @Test
    void rowsThatTheIndexLacksAreNoDamageOfTheJournal() throws Exception {
        forSeeds(true, damage -> {
            execute(damage.state, "delete from predictions where place % 5 = " + damage.random.nextInt(5), "delete from outcomes");
            return List.of();
        });
    }

    @Test
    void aRecordThatNobodyHasIsToldAsLostOnceAndForAll() throws Exception {
        forSeeds(false, damage -> {
            int number = damage.any();
            damage.lines.remove(number);
            damage.write();
            for (String table : List.of("predictions", "outcomes")) {
                execute(damage.state, "delete from %s where place = %d".formatted(table, Inspection.place(damage.segment, number)));
            }
            return told(What.MISSING, damage.segment, number);
        });
    }

    private void forSeeds(boolean restorable, Deed deed) throws Exception {
        for (int seed = 0; seed < 6; seed++) {
            StateFolder state = new StateFolder(folder.resolve("copy" + seed));
            DurableFiles.copyFolder(whole.root(), state.root());
            @Nullable List<String> expected = deed.on(new Damage(state, new Random(seed)));

            try (JournaledPredictionLog log = JournaledPredictionLog.open(state, SMALL)) {
                JournaledPredictionLog.Reconciled found = log.reconcile(false);
                JournaledPredictionLog.Reconciled mended = log.reconcile(true);
                JournaledPredictionLog.Reconciled after = log.reconcile(false);

                String what = "seed %d: %s".formatted(seed, found);
                if (expected != null) {
                    assertThat(found.journal().examples()).extracting(JournalDamagePropertyTest::text).as(what)
                            .containsExactlyInAnyOrderElementsOf(expected);
                    assertThat(found.journal().agrees()).as(what).isEqualTo(expected.isEmpty());
                }
                assertThat(found.index().extra() + found.index().differing()).as(what).isZero();
                assertThat(mended.journal().agrees() && mended.index().agrees()).as(what).isTrue();
                assertThat(after.journal().damages() + after.index().differences() + after.index().moved()).as(what).isZero();
                assertThat(after.journal().lost()).as(what).isEqualTo(restorable ? 0 : 1);
                if (restorable) {
                    assertThat(found.journal().lost()).as(what).isZero();
                    assertSame(log.find(ALL), what);
                    assertThat(log.find(new UUID(7, seed))).as(what).isPresent();
                    assertFilesAsTheyWere(state, what);
                }
                log.appendOutcomes(List.of(new OutcomeEvent("m", "e1", "D", Instant.EPOCH)), true);
            }
            try (JournaledPredictionLog log = JournaledPredictionLog.open(state, SMALL)) {
                JournalReport report = log.reconcile(false).journal();
                assertThat(report.damages()).isZero();
                assertThat(report.records()).isEqualTo(before.size() + 30 + (restorable ? 1 : 0));
            }
            DurableFiles.deleteAll(state.root());
        }
    }

    private static String text(JournalDamage damage) {
        return damage.what() + " " + damage.segment() + " " + damage.number();
    }

    private void assertSame(List<LoggedPrediction> found, String what) {
        assertThat(found)
                .as(what)
                .usingRecursiveComparison()
                .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class) // NaN equals NaN
                .isEqualTo(before);
    }

    private void assertFilesAsTheyWere(StateFolder state, String what) throws IOException {
        for (int segment = 1; segment <= segments; segment++) {
            String name = "%06d.csv".formatted(segment);
            assertThat(state.journal().resolve(name)).as(what).hasSameTextualContentAs(whole.journal().resolve(name));
        }
    }

    private static void execute(StateFolder state, String... statements) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + state.predictions().toAbsolutePath());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }
}

package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.frame.ColumnType;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bulk and piecewise loads of the same rows give the same version. */
class DataLoadPropertyTest {
    private static final Instant NOW = Instant.parse("2022-01-01T00:00:00Z");
    private static final String HEADER = "id,date,team,odds\n";

    /** Rows in order of date, several a day, over some months. */
    private static List<String> rows(Random random) {
        List<String> rows = new ArrayList<>();
        LocalDate day = LocalDate.of(2021, 1, 20);
        int count = 40 + random.nextInt(100);
        for (int i = 0; i < count; i++) {
            day = day.plusDays(random.nextInt(3));
            String odds = random.nextInt(5) == 0 ? "" : Double.toString(random.nextInt(100, 900) / 100.0);
            rows.add("%d,%s,team %d,%s".formatted(random.nextInt(1 << 20) * 256 + i, day, random.nextInt(9), odds));
        }
        return rows;
    }

    private static String csv(List<String> rows) {
        return HEADER + String.join("\n", rows) + "\n";
    }

    private static String id(LoadReport report) {
        return Objects.requireNonNull(report.version()).id();
    }

    private static String bulk(SourceDefinition source, List<String> rows) {
        return id(new DataLoad(new InMemoryDatasetStore()).load(Sources.read(source, csv(rows)), null, NOW));
    }

    @Test
    void piecesInOrderOfTimeGiveTheVersionOfABulkLoad() {
        SourceDefinition source =
                Sources.dated().column("odds", ColumnType.DOUBLE).build();
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            List<String> rows = rows(random);
            InMemoryDatasetStore store = new InMemoryDatasetStore();
            LoadReport last = null;
            int from = 0;
            while (from < rows.size()) {
                int to = Math.min(rows.size(), from + 1 + random.nextInt(30));
                // Each file holds only its own piece, or everything so far, in any order within the file.
                List<String> piece = new ArrayList<>(rows.subList(random.nextBoolean() ? 0 : from, to));
                Collections.shuffle(piece, random);
                DataLoad load = new DataLoad(store);
                last = load.load(
                        Sources.read(source, csv(piece), store.latest("matches").orElse(null)), null, NOW);
                assertThat(last.loaded()).as("seed %d", seed).isEqualTo(to - from);
                from = to;
            }

            assertThat(id(Objects.requireNonNull(last))).as("seed %d", seed).isEqualTo(bulk(source, rows));
        }
    }

    @Test
    void stepsThroughOneReadingGiveTheVersionOfABulkLoad() {
        SourceDefinition source = Sources.dated().build();
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            List<String> rows = rows(random);
            SourceRows reading = Sources.read(source, csv(rows));
            DataLoad load = new DataLoad(new InMemoryDatasetStore());
            Instant until = Instant.parse("2021-01-22T00:00:00Z");
            LoadReport report = load.load(reading, until, NOW);
            long loaded = report.loaded();
            while (report.read() < rows.size()) {
                until = until.plusSeconds(86_400L * (1 + random.nextInt(20)));
                report = load.load(reading, until, NOW);
                loaded += report.loaded();
            }

            assertThat(loaded).as("seed %d", seed).isEqualTo(rows.size());
            assertThat(id(report)).as("seed %d", seed).isEqualTo(bulk(source, rows));
        }
    }

    @Test
    void withACreatedColumnAnyRowsOfTheEventsMayComeInAnyPiecesOfCreation() {
        SourceDefinition source = Sources.dated()
                .column("made", ColumnType.TIMESTAMP)
                .column("odds", ColumnType.DOUBLE)
                .created("made")
                .build();
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            List<String> rows = rows(random);
            Collections.shuffle(rows, random); // events in any order, created one after the other
            for (int i = 0; i < rows.size(); i++) {
                rows.set(i, rows.get(i) + ",2021-09-01T%02d:%02d:00Z".formatted(i / 60, i % 60));
            }
            String header = "id,date,team,odds,made\n";
            InMemoryDatasetStore store = new InMemoryDatasetStore();
            LoadReport last = null;
            for (int from = 0; from < rows.size(); ) {
                int to = Math.min(rows.size(), from + 1 + random.nextInt(40));
                last = new DataLoad(store)
                        .load(Sources.read(source, header + String.join("\n", rows.subList(from, to))), null, NOW);
                from = to;
            }
            Collections.shuffle(rows, random);
            String whole = id(new DataLoad(new InMemoryDatasetStore())
                    .load(Sources.read(source, header + String.join("\n", rows)), null, NOW));

            assertThat(id(Objects.requireNonNull(last))).as("seed %d", seed).isEqualTo(whole);
        }
    }

    @Test
    void aChangedCellChangesTheVersion() {
        SourceDefinition source = Sources.dated().build();
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            List<String> rows = rows(random);
            List<String> changed = new ArrayList<>(rows);
            int at = random.nextInt(rows.size());
            changed.set(at, rows.get(at).replace(",team ", ",Team "));

            assertThat(bulk(source, changed)).as("seed %d", seed).isNotEqualTo(bulk(source, rows));
        }
    }
}

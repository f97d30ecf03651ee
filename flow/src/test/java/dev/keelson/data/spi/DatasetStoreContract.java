package dev.keelson.data.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.CheckResult;
import dev.keelson.data.ColumnStatistics;
import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetDifference;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.RowRule;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.data.Sources;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.Validation;
import dev.keelson.data.ValidationReport;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every dataset store does. */
public abstract class DatasetStoreContract {
    protected static final Instant NOW = Instant.parse("2021-07-01T00:00:00Z");

    /** Every type, missing cells, odd names, odd values, several months. */
    private static final String CSV = """
            id,date,seen,"the ""name"", first",select,d,flag
            2,2021-05-31,2021-06-01T10:00:00.123456Z,Köln 🏟,9223372036854775807,-0.0,true
            1,2021-06-02,,"it's, ""quoted""
            over lines",-5,NaN,false
            3,2021-05-31,1969-12-31T23:59:59Z,,,1e-300,
            4,1899-01-01,2021-06-01T10:00:00Z,x,0,,true
            """;

    private final SourceDefinition source = Sources.dated()
            .column("seen", ColumnType.TIMESTAMP)
            .column("d", ColumnType.DOUBLE)
            .column("flag", ColumnType.BOOLEAN)
            .build();

    /** An empty store. */
    protected abstract DatasetStore store();

    /** A store over what another one wrote, as after a restart. */
    protected abstract DatasetStore reopened(DatasetStore store);

    private SourceRows rows() {
        return Sources.read(source, CSV);
    }

    private static DatasetVersion version(LoadReport report) {
        return Objects.requireNonNull(report.version());
    }

    @Test
    void monthsStoredOneByOneMakeTheVersionThatIsStoredAtOnce() {
        String csv = "id,date,value\n1,2021-05-31,0.5\n2,2021-05-01,\n1,2021-06-01,7\n";
        SourceDefinition plain = Sources.dated()
                .key("id", "date")
                .column("id", ColumnType.STRING)
                .column("value", ColumnType.DOUBLE)
                .build();
        SourceReader reader = new SourceReader(file -> new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)));
        DatasetStore store = store();
        DatasetStore other = store();

        DatasetVersion oneByOne = version(new DataLoad(store).load(reader, plain, null, NOW));
        DatasetVersion atOnce = version(new DataLoad(other).load(Sources.read(plain, csv), null, NOW));

        assertThat(oneByOne.id()).isEqualTo(atOnce.id());
        store.verify(oneByOne);
        assertThat(reopened(store).latest("matches")).contains(oneByOne);
        assertThat(store.sweep()).isZero();
    }

    @Test
    void everyCellComesBackAsItWas() {
        DatasetStore store = store();
        SourceRows rows = rows();
        DatasetVersion version = version(new DataLoad(store).load(rows, null, NOW));

        Frame frame = store.read(version);

        assertThat(frame.schema()).isEqualTo(rows.schema());
        assertThat(frame.rows()).isEqualTo(4);
        for (String name : frame.schema().names()) {
            for (int row = 0; row < 4; row++) {
                assertThat(frame.vector(name).get(row))
                        .as("%s of row %d", name, row)
                        .isEqualTo(rows.frame().vector(name).get(row));
            }
        }
        store.verify(version);
    }

    @Test
    void rowsComeInKnownOrderAlsoWithoutTheColumnsThatMakeIt() {
        DatasetStore store = store();
        DatasetVersion version = version(new DataLoad(store).load(rows(), null, NOW));

        Frame frame = store.read(version, List.of("select", "id"));

        assertThat(frame.schema().names()).containsExactly("select", "id");
        assertThat(frame.longs("id").values()).containsExactly(4, 2, 3, 1);
    }

    private static DatasetVersion load(DatasetStore store, String csv, int day) {
        SourceDefinition plain = Sources.dated().lateWindow(Duration.ofDays(999)).build();
        return version(new DataLoad(store).load(Sources.read(plain, csv), null, NOW.plus(Duration.ofDays(day))));
    }

    @Test
    void tagsNameVersionsAndMove() {
        DatasetStore store = store();
        DatasetVersion first = load(store, "id,date,x\n1,2021-05-31,1\n", 0);
        DatasetVersion second = load(store, "id,date,x\n1,2021-05-31,2\n", 1);

        store.tag(first, "season-2020");
        store.tag(first, "moves");
        store.tag(second, "moves");

        assertThat(reopened(store).tags("matches"))
                .containsExactly(Map.entry("moves", second.id()), Map.entry("season-2020", first.id()));
        assertThat(store.untag("matches", "moves")).isTrue();
        assertThat(store.untag("matches", "moves")).isFalse();
        assertThat(store.tags("matches")).hasSize(1);
        for (String wrong : List.of("", "latest", "abc", "../x", "a/b", ".x")) {
            assertThatThrownBy(() -> store.tag(first, wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void garbageIsWhatNobodyNames() {
        DatasetStore store = store();
        String may = "id,date,x\n1,2021-05-31,%s\n2,2021-06-02,7\n";
        List<DatasetVersion> versions = List.of(
                load(store, may.formatted(1), 0),
                load(store, may.formatted(2), 1),
                load(store, may.formatted(3), 2),
                load(store, may.formatted(4), 3));
        store.tag(versions.get(0), "first");
        Set<String> run = Set.of(versions.get(1).id());

        DatasetGarbage dry = store.collect("matches", run, true);
        DatasetGarbage garbage = store.collect("matches", run, false);

        assertThat(garbage).isEqualTo(dry);
        assertThat(garbage.versions()).containsExactly(versions.get(2).id());
        assertThat(garbage.files()).isEqualTo(2); // the version and its own month; the shared month stays
        assertThat(store.versions("matches"))
                .extracting(DatasetVersion::id)
                .containsExactly(versions.get(0).id(), versions.get(1).id(), versions.get(3).id());
        store.versions("matches").forEach(store::verify);
        assertThat(store.collect("matches", run, false).versions()).isEmpty();
        store.untag("matches", "first");
        assertThat(store.collect("matches", Set.of(), false).versions()).hasSize(2);
        store.verify(store.latest("matches").orElseThrow());
    }

    @Test
    void statisticsAreThoseOfTheRows() {
        DatasetStore store = store();
        DatasetVersion version = load(store, "id,date,x,t\n1,2021-05-31,1,a\n2,2021-06-02,3,b\n3,2021-06-03,,a\n", 0);

        List<ColumnStatistics> statistics = store.statistics(version);

        assertThat(statistics).extracting(ColumnStatistics::column).containsExactly("id", "date", "x", "t");
        ColumnStatistics x = statistics.get(2);
        assertThat(x.missing()).isEqualTo(1);
        assertThat(x.mean()).isEqualTo(2);
        assertThat(x.std()).isEqualTo(Math.sqrt(2));
        assertThat(x.quantiles().get(3)).isEqualTo(2);
        assertThat(statistics.get(1).greatest()).isEqualTo("2021-06-03");
        assertThat(statistics.get(3).frequent().getFirst()).isEqualTo(new ColumnStatistics.Frequency("a", 2));
        assertThat(reopened(store).statistics(version)).isEqualTo(statistics);
    }

    @Test
    void versionsAreComparedByKey() {
        DatasetStore store = store();
        DatasetVersion before =
                load(store, "id,date,x\n1,2021-04-01,1\n2,2021-05-31,1\n3,2021-06-02,3\n4,2021-06-03,4\n", 0);
        DatasetVersion after = load(
                store, "id,date,x,y\n1,2021-04-01,1,\n2,2021-05-31,1.5,\n3,2021-07-02,3,u\n5,2021-06-02,4,v\n", 1);

        DatasetDifference difference = DatasetDifference.between(store, before, after, 10, true);

        // rows that a file no longer has stay: row 4 is not removed
        assertThat(difference.added()).isEqualTo(1);
        assertThat(difference.removed()).isZero();
        assertThat(difference.changed()).isEqualTo(2);
        assertThat(difference.columnChanges()).contains("+ y string").anyMatch(each -> each.contains("x"));
        assertThat(difference.changedCells()).isEqualTo(Map.of("x", 1L, "date", 1L));
        assertThat(difference.examples())
                .filteredOn(example -> example.key().equals("2"))
                .extracting(DatasetDifference.Example::cells)
                .containsExactly(Map.of("x", List.of("1", "1.5")));
        DatasetDifference back = DatasetDifference.between(store, after, before, 10, false);
        assertThat(back.removed()).isEqualTo(1);
        assertThat(back.changed()).isEqualTo(2);
        assertThat(DatasetDifference.between(store, after, after, 10, false).same()).isTrue();
    }

    @Test
    void storedVersionIsValidatedLikeAFile() {
        DatasetStore store = store();
        DatasetVersion version = load(store, "id,date,x\n1,2021-05-31,1\n2,2021-06-02,9\n", 0);
        SourceDefinition strict = Sources.dated()
                .block("row_count >= 2")
                .rule("x < 5", RowRule.OnFail.BLOCK)
                .build();

        ValidationReport report = new Validation(store).version(strict, version, NOW);

        assertThat(report.verdict()).isEqualTo(ValidationReport.Verdict.BLOCKED);
        assertThat(report.checks()).extracting(CheckResult::passed).containsExactly(true, false);
        assertThat(report.examples().getFirst().rawLine()).isEqualTo("2,2021-06-02,9");
    }

    @Test
    void onePartitionCanBeReadAlone() {
        DatasetStore store = store();
        DatasetVersion version = version(new DataLoad(store).load(rows(), null, NOW));

        Frame may = store.read(version, version.partitions().subList(1, 2), List.of("id", SystemColumns.EVENT_TIME));
        Frame none = store.read(version, List.of(), List.of("id"));

        assertThat(may.longs("id").values()).containsExactly(2, 3);
        assertThat(none.rows()).isZero();
    }

    @Test
    void unknownColumnIsRefused() {
        DatasetStore store = store();
        DatasetVersion version = version(new DataLoad(store).load(rows(), null, NOW));

        assertThatThrownBy(() -> store.read(version, List.of("nothing"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatWasStoredIsThereAfterARestart() {
        DatasetStore store = store();
        LoadReport report = new DataLoad(store).load(rows(), null, NOW);

        DatasetStore again = reopened(store);

        assertThat(again.latest("matches")).hasValue(version(report));
        assertThat(again.get(version(report).id().substring(0, 10))).hasValue(version(report));
        assertThat(again.read(version(report)).rows()).isEqualTo(4);
        assertThat(again.versions("matches")).containsExactly(version(report));
        assertThat(new DataLoad(again).load(rows(), null, NOW).unchanged()).isEqualTo(4);
    }

    @Test
    void nothingIsThereBeforeTheFirstLoad() {
        DatasetStore store = store();

        assertThat(store.latest("matches")).isEmpty();
        assertThat(store.get("0123")).isEmpty();
        assertThat(store.versions("matches")).isEmpty();
        assertThat(store.quarantine("matches", "0".repeat(32))).isEmpty();
        assertThat(store.sweep()).isZero();
    }

    @Test
    void latestMovesBackAndAway() {
        DatasetStore store = store();
        DataLoad load = new DataLoad(store);
        SourceRows rows = rows();
        DatasetVersion first = version(load.load(rows, Instant.parse("2021-06-02T00:00:00Z"), NOW));
        DatasetVersion second = version(load.load(rows, null, NOW.plusSeconds(1)));

        store.moveTo("matches", first.id());

        assertThat(store.latest("matches")).hasValue(first);
        assertThat(store.versions("matches")).containsExactly(first, second);
        store.moveTo("matches", null);
        assertThat(store.latest("matches")).isEmpty();
        KeelsonException unknown =
                catchThrowableOfType(KeelsonException.class, () -> store.moveTo("matches", "0".repeat(64)));
        assertThat(unknown.code()).isEqualTo(ErrorCode.DATASET_NOT_FOUND);
    }

    @Test
    void quarantineComesBackInOrder() {
        DatasetStore store = store();
        List<QuarantinedRow> bad =
                Sources.read(source, CSV + "5,x,,,,,\n6,2021-06-03\n").quarantined();

        String id = store.putQuarantine("matches", bad);

        assertThat(store.putQuarantine("matches", bad)).isEqualTo(id);
        assertThat(reopened(store).quarantine("matches", id)).isEqualTo(bad).hasSize(2);
    }

    @Test
    void sweepLeavesWhatIsUsed() {
        DatasetStore store = store();
        DatasetVersion version = version(new DataLoad(store).load(rows(), null, NOW));

        assertThat(store.sweep()).isZero();

        store.verify(version);
    }
}

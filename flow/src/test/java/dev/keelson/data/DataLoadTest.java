package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DataLoadTest {
    private static final Instant NOW = Instant.parse("2021-06-30T00:00:00Z");

    private final InMemoryDatasetStore store = new InMemoryDatasetStore();
    private final DataLoad load = new DataLoad(store);

    private LoadReport load(SourceDefinition source, String csv) {
        return load.load(Sources.read(source, csv, store.latest("matches").orElse(null)), null, NOW);
    }

    private static DatasetVersion version(LoadReport report) {
        @Nullable DatasetVersion version = report.version();
        assertThat(version).isNotNull();
        return Objects.requireNonNull(version);
    }

    /** One row a day from the first of May 2021. */
    private static String daily(int days) {
        StringBuilder csv = new StringBuilder("id,date,odds\n");
        for (int day = 0; day < days; day++) {
            csv.append("%d,%s,%s\n".formatted(day, LocalDate.of(2021, 5, 1).plusDays(day), 1.5 + day));
        }
        return csv.toString();
    }

    @Test
    void firstLoadMakesAVersionPartitionedByMonth() {
        LoadReport report = load(Sources.dated().build(), daily(40));

        DatasetVersion version = version(report);
        assertThat(report.loaded()).isEqualTo(40);
        assertThat(version.partitions())
                .extracting(DatasetVersion.Partition::month)
                .containsExactly(YearMonth.of(2021, 5), YearMonth.of(2021, 6));
        assertThat(version.rows()).isEqualTo(40);
        assertThat(version.lastEvent()).isEqualTo("2021-06-09T00:00:00Z");
        assertThat(version.watermark()).isEqualTo("2021-06-10T00:00:00Z");
        assertThat(version.cursorMark()).isEqualTo("2021-06-09T00:00:00Z");
        assertThat(version.parent()).isNull();
        assertThat(version.partitions()).allSatisfy(partition -> {
            assertThat(partition.uniqueByKeyAndEvent()).isTrue();
            assertThat(partition.sortedByKeyAndKnown()).isTrue();
            assertThat(partition.eventOrderIsKnownOrder()).isTrue();
        });
    }

    @Test
    void loadingTheSameFileAgainChangesNothing() {
        SourceDefinition source = Sources.dated().build();
        LoadReport first = load(source, daily(40));

        LoadReport again = load(source, daily(40));
        LoadReport afterRestart = new DataLoad(store).load(Sources.read(source, daily(40)), null, NOW);

        for (LoadReport report : new LoadReport[] {again, afterRestart}) {
            assertThat(report.unchanged()).isEqualTo(40);
            assertThat(report.loaded()).isZero();
            assertThat(report.changed()).isFalse();
            assertThat(report.version()).isEqualTo(first.version());
        }
        assertThat(store.partitionsWritten()).containsExactly(2);
    }

    @Test
    void datasetMadeAnewHasTheRowsOfTheSourceAloneAndFollowsTheVersionBefore() {
        SourceDefinition source = Sources.dated().build();
        DatasetVersion before = version(load(source, daily(40)));
        SourceDefinition later = source.with().knownAfter(Duration.ofHours(7)).build();

        LoadReport judged = load.checkAnew(Sources.read(later, daily(30)), null, NOW);
        LoadReport report = load.loadAnew(Sources.read(later, daily(30)), null, NOW);

        assertThat(judged.loaded()).isEqualTo(30);
        assertThat(judged.version()).isEqualTo(before);
        assertThat(report.loaded()).isEqualTo(30);
        assertThat(report.previous()).isEqualTo(before);
        assertThat(version(report).rows()).isEqualTo(30);
        assertThat(version(report).parent()).isEqualTo(before.id());
        InMemoryDatasetStore fresh = new InMemoryDatasetStore();
        assertThat(version(report).id())
                .isEqualTo(version(new DataLoad(fresh).load(Sources.read(later, daily(30)), null, NOW)).id());
        assertThat(load(later, daily(30)).changed()).isFalse();
    }

    @Test
    void datasetIsNotMadeAnewOfNoRow() {
        SourceDefinition source = Sources.dated().build();
        DatasetVersion before = version(load(source, daily(3)));

        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class,
                () -> load.loadAnew(Sources.read(source, daily(3)), Instant.parse("2021-01-01T00:00:00Z"), NOW));

        assertThat(refused.code()).isEqualTo(ErrorCode.DATA_BLOCKED);
        assertThat(store.latest("matches")).contains(before);
    }

    @Test
    void newRowsRewriteOnlyTheirMonth() {
        SourceDefinition source = Sources.dated().build();
        load(source, daily(40));

        LoadReport report = load(source, daily(42));

        assertThat(report.loaded()).isEqualTo(2);
        assertThat(report.unchanged()).isEqualTo(40);
        assertThat(store.partitionsWritten()).containsExactly(2, 1);
        assertThat(version(report).parent())
                .isEqualTo(Objects.requireNonNull(report.previous()).id());
    }

    @Test
    void rowsNotYetKnownAreNotVisible() {
        SourceDefinition source = Sources.dated().build();
        SourceRows rows = Sources.read(source, daily(40));

        LoadReport report = load.load(rows, Instant.parse("2021-05-11T00:00:00Z"), NOW);

        assertThat(report.read()).isEqualTo(9);
        assertThat(version(report).lastEvent()).isEqualTo("2021-05-09T00:00:00Z");
    }

    @Test
    void nothingVisibleIsNoVersion() {
        SourceRows rows = Sources.read(Sources.dated().build(), daily(5));

        LoadReport report = load.load(rows, Instant.parse("2000-01-01T00:00:00Z"), NOW);

        assertThat(report.version()).isNull();
        assertThat(report.read()).isZero();
    }

    @Test
    void weeklyLoadsOfOneReadingGiveTheVersionOfABulkLoadWithoutReadingAnythingBack() {
        SourceDefinition source = Sources.dated().build();
        SourceRows rows = Sources.read(source, daily(60));
        DatasetVersion bulk = version(new DataLoad(new InMemoryDatasetStore()).load(rows, null, NOW));

        LoadReport last = load.load(rows, Instant.parse("2021-05-08T00:00:00Z"), NOW);
        for (Instant until = Instant.parse("2021-05-15T00:00:00Z");
                until.isBefore(NOW.plus(Duration.ofDays(10)));
                until = until.plus(Duration.ofDays(7))) {
            last = load.load(rows, until, until);
        }

        assertThat(version(last).id()).isEqualTo(bulk.id());
        assertThat(store.reads()).isZero();
        assertThat(last.unchanged() + last.loaded()).isEqualTo(60);
    }

    @Test
    void replayMayGoBackToAnEarlierVersion() {
        SourceRows rows = Sources.read(Sources.dated().build(), daily(60));
        LoadReport first = load.load(rows, Instant.parse("2021-05-08T00:00:00Z"), NOW);
        LoadReport second = load.load(rows, Instant.parse("2021-05-20T00:00:00Z"), NOW);

        store.moveTo("matches", version(first).id());
        LoadReport again = load.load(rows, Instant.parse("2021-05-20T00:00:00Z"), NOW);

        assertThat(again.loaded()).isEqualTo(second.loaded());
        assertThat(version(again).id()).isEqualTo(version(second).id());
    }

    @Test
    void changedRowWithinTheLateWindowReplacesTheOldOne() {
        SourceDefinition source = Sources.dated().build();
        load(source, daily(10));

        LoadReport report = load(source, daily(10).replace("8,2021-05-09,9.5", "8,2021-05-09,9.9"));

        assertThat(report.updated()).isEqualTo(1);
        assertThat(report.unchanged()).isEqualTo(9);
        Frame frame = store.read(version(report));
        assertThat(frame.rows()).isEqualTo(10);
        assertThat(frame.doubles("odds").values()).contains(9.9).doesNotContain(9.5);
        assertThat(frame.vector(SystemColumns.KNOWN_AT).get(9)).isEqualTo(Instant.parse("2021-05-11T00:00:00.000001Z"));
    }

    @Test
    void changedRowMayMoveToAnotherMonth() {
        SourceDefinition source =
                Sources.dated().lateWindow(Duration.ofDays(60)).build();
        load(source, "id,date,odds\n1,2021-04-30,2\n2,2021-05-01,3\n");

        LoadReport report = load(source, "id,date,odds\n1,2021-05-02,2\n2,2021-05-01,3\n");
        LoadReport again = load(source, "id,date,odds\n1,2021-05-02,2\n2,2021-05-01,3\n");

        assertThat(report.updated()).isEqualTo(1);
        assertThat(version(report).partitions())
                .extracting(DatasetVersion.Partition::month)
                .containsExactly(YearMonth.of(2021, 5));
        assertThat(version(report).rows()).isEqualTo(2);
        assertThat(again.unchanged()).isEqualTo(2);
    }

    @Test
    void changedRowAfterTheLateWindowIsSetAsideWithWhatDiffers() {
        SourceDefinition source = Sources.dated().build();
        LoadReport before = load(source, daily(10));

        LoadReport report = load(source, daily(10).replace("2,2021-05-03,3.5", "2,2021-05-03,3.6"));

        assertThat(report.quarantined()).hasSize(1);
        assertThat(report.quarantined().getFirst()).hasToString("""
                matches.csv:4:14: The row (2) changed after the late window (3d): in the dataset odds is 3.5, not 3.6.
                The row of the dataset stays. Maybe set a longer late_window for the source `matches`.""");
        assertThat(report.version()).isEqualTo(before.version());
        assertThat(report.unchanged()).isEqualTo(9);
    }

    @Test
    void newRowWithinTheLateWindowIsKnownRightAfterTheWatermark() {
        SourceDefinition source = Sources.dated().build();
        load(source, daily(10).replace("8,2021-05-09,9.5\n", ""));

        LoadReport report = load(source, daily(10));

        assertThat(report.loaded()).isEqualTo(1);
        Frame frame = store.read(version(report));
        assertThat(frame.longs("id").values()).endsWith(9, 8);
        assertThat(frame.vector(SystemColumns.KNOWN_AT).get(9)).isEqualTo(Instant.parse("2021-05-11T00:00:00.000001Z"));
    }

    @Test
    void newRowAfterTheLateWindowIsSetAside() {
        SourceDefinition source = Sources.dated().build();
        load(source, daily(10).replace("2,2021-05-03,3.5\n", ""));

        LoadReport report = load(source, daily(10));
        LoadReport again = load(source, daily(10));

        assertThat(report.quarantined()).hasSize(1);
        assertThat(report.quarantined().getFirst().reason())
                .isEqualTo(
                        "The row is new, but its date (2021-05-03) lies before what was loaded up to 2021-05-10T00:00:00Z by more than the late window (3d).");
        assertThat(again.quarantined()).hasSize(1);
    }

    @Test
    void createdColumnKeepsItsTimesHoweverRowsComeIn() {
        SourceDefinition source = Sources.dated()
                .column("made", ColumnType.TIMESTAMP)
                .created("made")
                .build();
        String header = "id,date,made\n";
        String early = "1,2021-05-01,2021-05-20T00:00Z\n";
        String late = "2,2021-03-01,2021-05-21T00:00Z\n";
        load(source, header + early);

        LoadReport report = load(source, header + early + late);

        assertThat(report.loaded()).isEqualTo(1);
        assertThat(store.read(version(report)).vector(SystemColumns.KNOWN_AT).get(1))
                .isEqualTo(Instant.parse("2021-05-21T00:00:00Z"));
    }

    @Test
    void everyCheckIsReportedWithWhatWasMeasured() {
        SourceDefinition source = Sources.dated()
                .block("row_count >= 3")
                .block("duplicate_keys == 0")
                .warn("missing(odds) < 10%")
                .warn("unique(id) == 100%")
                .warn("unique(odds) == 100%")
                .warn("freshness < 8d")
                .warn("quarantined == 0")
                .build();

        LoadReport report = load(source, "id,date,odds\n1,2021-06-01,2\n2,2021-06-02,2\n3,2021-06-03,\n4,2021-06-04\n");

        assertThat(report.checks())
                .extracting(CheckResult::observedText)
                .containsExactly("3", "0", "33.33 %", "100.00 %", "50.00 %", "27d", "25.00 %");
        assertThat(report.warnings())
                .extracting(CheckResult::condition)
                .containsExactly("missing(odds) < 10%", "unique(odds) == 100%", "freshness < 8d", "quarantined == 0");
    }

    @Test
    void measurementsFollowIncrementalLoads() {
        SourceDefinition source = Sources.dated()
                .warn("missing(odds) < 10%")
                .warn("unique(odds) == 100%")
                .build();
        load(source, "id,date,odds\n1,2021-05-31,2\n2,2021-06-01,\n");

        LoadReport report =
                load(source, "id,date,odds\n1,2021-05-31,2\n2,2021-06-01,3\n4,2021-06-02,2\n5,2021-06-02,\n");

        assertThat(report.checks()).extracting(CheckResult::observedText).containsExactly("25.00 %", "66.67 %");
        assertThat(version(report).nulls()).containsExactly(entry("odds", 1L));
    }

    @Test
    void failedBlockLeavesEverythingAsItWas() {
        SourceDefinition open = Sources.dated().build();
        SourceDefinition strict = Sources.dated()
                .block("row_count >= 100")
                .block("missing(odds) == 0")
                .build();
        LoadReport before = load(open, daily(10));

        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class, () -> load(strict, daily(11) + "11,2021-05-12,\n12,oops,1\n"));

        assertThat(refused.problems())
                .extracting(Problem::code)
                .containsExactly(ErrorCode.DATA_BLOCKED, ErrorCode.DATA_BLOCKED);
        assertThat(refused).hasMessageStartingWith("""
                The load of the source (matches) is blocked: row_count >= 100 was expected, but it is 12.
                Nothing was changed. Maybe the file is not the one that was meant; 1 of its rows went to quarantine: `keelson data quarantine` lists them.""");
        assertThat(store.latest("matches")).hasValue(version(before));
        assertThat(load(open, daily(11)).loaded()).isEqualTo(1);
    }

    @Test
    void aFileWithoutAnyGoodRowIsRefused() {
        SourceDefinition source = Sources.dated().build();

        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class, () -> load(source, "id,date\n1,14/08/2010\n2,15/08/2010\n"));

        assertThat(refused.code()).isEqualTo(ErrorCode.DATA_BLOCKED);
        assertThat(refused).hasMessage("""
                matches.csv:2:3: None of the 2 rows of the source (matches) is good. The first one: The value (14/08/2010) of the column (date) is not an ISO date (such as 2021-05-23).
                Maybe it is in the format dd/MM/yyyy; declare it for the column `date`.""");
        assertThat(store.latest("matches")).isEmpty();
    }

    @Test
    void quarantinedRowsCanBeReadBack() {
        SourceDefinition source = Sources.dated().build();

        LoadReport report = load(source, "id,date\n1,2021-05-01\n2,never\n");

        String id = Objects.requireNonNull(report.quarantineId());
        assertThat(store.quarantine("matches", id))
                .isEqualTo(report.quarantined())
                .hasSize(1);
        assertThat(report.quarantined().getFirst().toJson().path("code").asText()).startsWith("K2");
        assertThat(QuarantinedRow.fromJson(report.quarantined().getFirst().toJson()))
                .isEqualTo(report.quarantined().getFirst());
    }

    @Test
    void newColumnsJoinTheDatasetAndOldRowsLackThem() {
        SourceDefinition source = Sources.dated().build();
        load(source, "id,date\n1,2021-04-30\n2,2021-05-01\n");

        LoadReport report = load(source, "extra,id,date\n5,3,2021-05-02\n6,2,2021-05-01\n");
        LoadReport again = load(source, "extra,id,date\n5,3,2021-05-02\n6,2,2021-05-01\n");

        assertThat(version(report).schema().names()).containsExactly("id", "date", "extra", "_event_time", "_known_at");
        assertThat(report.loaded()).isEqualTo(1);
        assertThat(report.updated()).isEqualTo(1);
        assertThat(version(report).nulls()).containsExactly(entry("extra", 1L));
        assertThat(again.unchanged()).isEqualTo(2);
    }

    @Test
    void undeclaredTypesArePinnedByTheVersionBefore() {
        SourceDefinition source = Sources.dated().build();
        load(source, "id,date,goals,empty\n1,2021-05-01,3,\n");

        LoadReport report = load(source, "id,date,goals,empty\n2,2021-05-02,2.5,x\n3,2021-05-03,2,y\n");

        assertThat(report.quarantined()).hasSize(1);
        assertThat(report.quarantined().getFirst().hint())
                .isEqualTo("Earlier rows of the undeclared column were long. Maybe declare its type.");
        assertThat(version(report).schema().column("empty").type()).isEqualTo(ColumnType.STRING);
    }

    @Test
    void declaringWholeNumbersAsNumbersWidensTheDataset() {
        load(Sources.dated().build(), "id,date,goals\n1,2021-05-01,3\n");

        LoadReport report = load(
                Sources.dated().column("goals", ColumnType.DOUBLE).build(),
                "id,date,goals\n1,2021-05-01,3\n2,2021-05-02,2.5\n");

        assertThat(report.unchanged()).isEqualTo(1);
        assertThat(report.loaded()).isEqualTo(1);
        assertThat(store.read(version(report)).doubles("goals").values()).containsExactly(3.0, 2.5);
    }

    @Test
    void anotherTypeOrKeyIsRefused() {
        load(Sources.dated().build(), "id,date,team\n1,2021-05-01,A\n");

        KeelsonException type = catchThrowableOfType(
                KeelsonException.class,
                () -> load(Sources.dated().column("team", ColumnType.LONG).build(), "id,date,team\n1,2021-05-01,5\n"));
        KeelsonException key = catchThrowableOfType(
                KeelsonException.class,
                () -> load(Sources.dated().key("id", "team").build(), "id,date,team\n1,2021-05-01,A\n"));

        assertThat(type.code()).isEqualTo(ErrorCode.WRONG_TYPE);
        assertThat(key.code()).isEqualTo(ErrorCode.BAD_VALUE);
    }

    @Test
    void columnThatDisappearsIsMissing() {
        SourceDefinition source = Sources.dated().build();
        load(source, "id,date,odds\n1,2021-05-01,3\n");

        KeelsonException failure =
                catchThrowableOfType(KeelsonException.class, () -> load(source, "id,date\n1,2021-05-01\n"));

        assertThat(failure.code()).isEqualTo(ErrorCode.MISSING_COLUMN);
    }

    @Test
    void unknownMeasurementsAreFoundWhenTheProjectIsRead() {
        CheckDefinition check = new CheckDefinition(CheckDefinition.Severity.WARN, Located.of("row_cuont >= 1"));

        assertThat(SourceChecks.problem(check)).hasValueSatisfying(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_REFERENCE);
            assertThat(problem.hint()).isEqualTo("Maybe `row_count` was meant.");
        });
    }

    @Test
    void manifestReadsBackAsItWas() {
        DatasetVersion version = version(load(Sources.dated().build(), daily(40)));

        assertThat(DatasetManifest.read(DatasetManifest.write(version))).isEqualTo(version);
    }
}

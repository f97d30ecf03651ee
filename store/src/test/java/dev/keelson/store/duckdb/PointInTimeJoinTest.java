package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.features.spi.JoinRequest.EntityRows;
import dev.keelson.features.spi.JoinRequest.FeatureRows;
import dev.keelson.features.spi.JoinRequest.View;
import dev.keelson.features.JoinSummary;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointInTimeJoinTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path folder;

    private DuckDb engine;
    private DuckDbPointInTimeJoin join;

    @BeforeEach
    void open() {
        engine = new DuckDb(DuckDbSettings.defaults());
        join = new DuckDbPointInTimeJoin(engine, new ParquetDatasetStore(folder.resolve("datasets"), engine));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    /** One row for key 7: happened and known at noon, elo 1500. */
    private static View ratings(Duration ttl) {
        long noon = NOON.getEpochSecond() * 1_000_000;
        Frame rows = new Frame(
                new Schema(List.of(
                        new Column("id", ColumnType.LONG),
                        new Column("happened", ColumnType.TIMESTAMP),
                        new Column("known", ColumnType.TIMESTAMP),
                        new Column("elo", ColumnType.DOUBLE))),
                List.of(
                        new Vector.Longs(ColumnType.LONG, new long[] {7}, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, new long[] {noon}, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, new long[] {noon}, null),
                        new Vector.Doubles(new double[] {1500}, null)),
                1);
        return new View(
                "ratings",
                new FeatureRows.InFrame(rows, "happened", "known"),
                List.of(new JoinRequest.Key("team", "id")),
                List.of("elo"),
                ttl,
                null);
    }

    private JoinRequest asking(String csv, View... views) throws IOException {
        Path file = folder.resolve("asked.csv");
        Files.writeString(file, csv);
        return new JoinRequest(new EntityRows.InFile(file), "as_of", List.of(views));
    }

    @Test
    void everyRowOfACsvFileComesBackInItsOrderAndAsItWasWritten() throws IOException {
        JoinRequest request = asking(
                """
                team,as_of,note
                7,2026-01-01T13:00:00+01:00,same instant as it was known
                7,2026-01-01 12:00:00.000001Z,"a comma, and ""quotes\"\"\"
                8,2026-01-02T00:00:00Z,
                ,2026-01-02T00:00:00Z,no key
                7,2026-01-08T12:00:00Z,old but fresh
                7,2026-01-08T12:00:00.000001Z,stale
                07,2026-01-02T00:00:00Z,another text
                """,
                ratings(Duration.ofDays(7)));
        Path result = folder.resolve("joined.csv");

        JoinSummary summary = join.toFile(request, result);

        assertThat(Files.readString(result))
                .isEqualTo(
                        """
                        team,as_of,note,ratings.elo,ratings._status,ratings._age_seconds
                        7,2026-01-01T13:00:00+01:00,same instant as it was known,,NOT_FOUND,
                        7,2026-01-01 12:00:00.000001Z,"a comma, and ""quotes\"\"\",1500.0,PRESENT,1e-06
                        8,2026-01-02T00:00:00Z,,,NOT_FOUND,
                        ,2026-01-02T00:00:00Z,no key,,NULL_KEY,
                        7,2026-01-08T12:00:00Z,old but fresh,1500.0,PRESENT,604800.0
                        7,2026-01-08T12:00:00.000001Z,stale,,STALE,604800.000001
                        07,2026-01-02T00:00:00Z,another text,,NOT_FOUND,
                        """);
        assertThat(summary.rows()).isEqualTo(7);
        assertThat(summary.views().getFirst().statuses())
                .containsEntry(FeatureStatus.PRESENT, 2L)
                .containsEntry(FeatureStatus.NULL, 0L)
                .containsEntry(FeatureStatus.STALE, 1L)
                .containsEntry(FeatureStatus.NOT_FOUND, 3L)
                .containsEntry(FeatureStatus.NULL_KEY, 1L);
    }

    @Test
    void csvFilesHoldNoTextThatASpreadsheetRuns() throws IOException {
        JoinRequest request = asking(
                """
                team,as_of,=note
                7,2026-01-01T13:00:00Z,"=HYPERLINK(""http://x"")"
                7,2026-01-01T13:00:00Z,+1+cmd|' /C calc'!A0
                7,2026-01-01T13:00:00Z,@SUM(A1)
                7,2026-01-01T13:00:00Z,-A1
                7,2026-01-01T13:00:00Z,"\t=1"
                7,2026-01-01T13:00:00Z,-12.5e3
                7,2026-01-01T13:00:00Z,+4
                7,2026-01-01T13:00:00Z,a=b
                """,
                ratings(Duration.ofDays(7)));
        Path csv = folder.resolve("joined.csv");
        Path parquet = folder.resolve("joined.parquet");

        join.toFile(request, csv);
        join.toFile(request, parquet);

        assertThat(Files.readString(csv))
                .startsWith("team,as_of,'=note,ratings.elo")
                .contains(
                        ",\"'=HYPERLINK(\"\"http://x\"\")\",1500.0",
                        ",'+1+cmd|' /C calc'!A0,",
                        ",'@SUM(A1),",
                        ",'-A1,",
                        ",'\t=1,",
                        ",-12.5e3,",
                        ",+4,",
                        ",a=b,");
        Frame raw = join.toFrame(request);
        assertThat(raw.strings("=note").values()).contains("@SUM(A1)", "\t=1");
        assertThat(Files.size(parquet)).isPositive();
    }

    @Test
    void aMemoryThatIsTooSmallIsToldFromAFullDisk() throws IOException {
        StringBuilder rows = new StringBuilder("team,as_of,note\n");
        for (int i = 0; i < 60_000; i++) {
            rows.append(i).append(",2026-01-02T00:00:00Z,").append("note ".repeat(200)).append(i).append('\n');
        }
        JoinRequest request = asking(rows.toString(), ratings(Duration.ZERO));

        try (DuckDb small = new DuckDb(new DuckDbSettings(64, 1, null))) {
            DuckDbPointInTimeJoin limited =
                    new DuckDbPointInTimeJoin(small, new ParquetDatasetStore(folder.resolve("datasets"), small));

            KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> limited.toFrame(request));

            assertThat(failure.code()).isEqualTo(ErrorCode.MEMORY_LIMIT);
            assertThat(failure)
                    .hasMessageContaining("has reached its memory limit")
                    .hasMessageContaining("-Dkeelson.engine.memory=");
        }
    }

    @Test
    void aFolderThatIsTooSmallToSpillToIsAFullDisk() throws Exception {
        try (DuckDb small = new DuckDb(new DuckDbSettings(64, 1, folder.resolve("spill")))) {
            ParquetFiles.execute(small.connection(), "SET max_temp_directory_size = '1MB'");

            SQLException failure = catchThrowableOfType(
                    SQLException.class,
                    () -> ParquetFiles.execute(
                            small.connection(),
                            "CREATE TABLE t AS SELECT hash(i) || 'abc' || i AS s FROM range(5000000) r(i)"));

            assertThat(EngineErrors.noRoom(failure)).isNotNull().satisfies(each -> assertThat(each.code())
                    .isEqualTo(ErrorCode.DISK_FULL));
        }
    }

    @Test
    void noRowsGiveNoRows() throws IOException {
        JoinRequest request = asking("team,as_of\n", ratings(Duration.ZERO));

        Frame joined = join.toFrame(request);

        assertThat(joined.rows()).isZero();
        assertThat(joined.schema().names())
                .containsExactly("team", "as_of", "ratings.elo", "ratings._status", "ratings._age_seconds");
    }

    @Test
    void aTimeWithoutAZoneIsRefusedWithItsRow() throws IOException {
        JoinRequest request = asking("team,as_of\n7,2026-01-01T12:00:00Z\n7,2026-01-01T12:00:00\n", ratings(Duration.ZERO));

        assertFails(request, ErrorCode.BAD_CELL, "Row 2", "(2026-01-01T12:00:00)", "Maybe its zone is missing");
    }

    @Test
    void aMissingTimeIsRefusedWithItsRow() throws IOException {
        JoinRequest request = asking("team,as_of\n7,2026-01-01T12:00:00Z\n7,\n", ratings(Duration.ZERO));

        assertFails(request, ErrorCode.BAD_CELL, "Row 2", "nothing");
    }

    @Test
    void aMisspeltColumnIsNamedWithTheClosest() throws IOException {
        JoinRequest request = asking("teem,as_of\n7,2026-01-01T12:00:00Z\n", ratings(Duration.ZERO));

        assertFails(request, ErrorCode.MISSING_COLUMN, "(team)", "teem");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path file = folder.resolve("nothing.parquet");
        JoinRequest request = new JoinRequest(new EntityRows.InFile(file), "as_of", List.of());

        assertFails(request, ErrorCode.SOURCE_NOT_FOUND, "nothing.parquet");
    }

    @Test
    void aFileThatIsNoParquetIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("broken.parquet"), "PAR1 but not really PAR1");
        JoinRequest request = new JoinRequest(new EntityRows.InFile(file), "as_of", List.of());

        assertFails(request, ErrorCode.SOURCE_UNREADABLE, "broken.parquet");
    }

    @Test
    void aColumnOfTheResultIsNotOverwritten() throws IOException {
        JoinRequest request = asking("team,as_of,Ratings.Elo\n7,2026-01-01T12:00:00Z,1\n", ratings(Duration.ZERO));

        assertFails(request, ErrorCode.BAD_VALUE, "two columns (ratings.elo)");
    }

    @Test
    void whatFailedLeavesNothingBehind() throws IOException {
        JoinRequest bad = asking("team,as_of\n7,\n", ratings(Duration.ZERO));
        assertFails(bad, ErrorCode.BAD_CELL, "Row 1");
        JoinRequest good = asking("team,as_of\n7,2026-01-01T12:00:00Z\n", ratings(Duration.ZERO));

        join.toFile(good, folder.resolve("joined.parquet"));

        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("asked.csv", "joined.parquet");
    }

    private void assertFails(JoinRequest request, ErrorCode code, String... told) {
        assertThatThrownBy(() -> join.toFile(request, folder.resolve("failed.parquet")))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(
                                e.problems().getFirst().code())
                        .isEqualTo(code))
                .hasMessageContainingAll(told);
    }
}

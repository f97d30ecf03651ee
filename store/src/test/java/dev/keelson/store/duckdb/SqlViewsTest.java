package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.features.SqlViews;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlViewsTest {
    private static final int BETS = 400;
    private static final long HOUR = 3_600_000_000L;
    private static final long START = 1_767_225_600_000_000L; // 2026-01-01
    private static final String PROFIT =
            """
            SELECT market, _event_time AS event_time,
                sum(profit) OVER (PARTITION BY market ORDER BY _event_time, id) AS profit_so_far,
                count(*) OVER (PARTITION BY market ORDER BY _event_time, id) AS bets
            FROM bets
            """;

    @TempDir
    Path folder;

    private DuckDb engine;
    private ParquetDatasetStore datasets;
    private DatasetVersion bets;

    @BeforeEach
    void loadBets() {
        engine = new DuckDb(DuckDbSettings.defaults());
        datasets = new ParquetDatasetStore(folder.resolve("datasets"), engine);
        long[] ids = new long[BETS];
        @Nullable String[] markets = new @Nullable String[BETS];
        double[] profits = new double[BETS];
        long[] times = new long[BETS];
        for (int i = 0; i < BETS; i++) {
            ids[i] = i;
            markets[i] = "market " + i % 3;
            profits[i] = (i * 7919 % 1000) / 997.0 - 0.5;
            times[i] = START + i * HOUR;
        }
        Frame rows = new Frame(
                new Schema(List.of(
                        new Column("id", ColumnType.LONG),
                        new Column("market", ColumnType.STRING),
                        new Column("profit", ColumnType.DOUBLE),
                        new Column(SystemColumns.EVENT_TIME, ColumnType.TIMESTAMP),
                        new Column(SystemColumns.KNOWN_AT, ColumnType.TIMESTAMP))),
                List.of(
                        new Vector.Longs(ColumnType.LONG, ids, null),
                        new Vector.Strings(markets),
                        new Vector.Doubles(profits, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, times, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, times, null)),
                BETS);
        bets = datasets.put(new DatasetDraft(
                "bets",
                rows.schema(),
                List.of("id"),
                List.of(),
                List.of(PartitionRows.of(YearMonth.of(2026, 1), rows, List.of("id"))),
                Map.of(),
                Instant.EPOCH,
                null,
                Instant.EPOCH));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static SqlViewDefinition view(String sql) {
        return new SqlViewDefinition(
                "markets", "market", List.of("bets"), new Located(sql, new Location("keelson.yaml", 20, 7)), null, null);
    }

    private DatasetVersion materialize(String sql, @Nullable Duration knownAfter) {
        return new SqlViews(new DuckDbSqlEngine(DuckDbSettings.defaults(), datasets), datasets)
                .materialize(view(sql), Map.of("bets", bets), List.of("market"), knownAfter, Instant.parse("2030-01-01T00:00:00Z"));
    }

    private Problem problem(String sql, @Nullable Duration knownAfter) {
        return catchThrowableOfType(KeelsonException.class, () -> materialize(sql, knownAfter))
                .problems()
                .getFirst();
    }

    @Test
    void theSameQueryOverTheSameRowsGivesTheSameVersion() {
        DatasetVersion first = materialize(PROFIT, Duration.ofDays(1));

        DatasetVersion second = materialize(PROFIT, Duration.ofDays(1));

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(first.source()).isEqualTo("view.markets");
        assertThat(first.rows()).isEqualTo(BETS);
        assertThat(first.schema().names())
                .containsExactly("market", "profit_so_far", "bets", SystemColumns.EVENT_TIME, SystemColumns.KNOWN_AT);
        assertThat(first.partitions()).allMatch(DatasetVersion.Partition::uniqueByKeyAndEvent);
    }

    @Test
    void aViewIsJoinedAsOfWhenItsRowsWereKnown() {
        DatasetVersion version = materialize(PROFIT, Duration.ofDays(1));
        long dayAfterTheFirst = START + 24 * HOUR;
        Frame asked = new Frame(
                new Schema(List.of(new Column("market", ColumnType.STRING), new Column("at", ColumnType.TIMESTAMP))),
                List.of(
                        new Vector.Strings(new @Nullable String[] {"market 0", "market 0", "market 9"}),
                        new Vector.Longs(
                                ColumnType.TIMESTAMP,
                                new long[] {dayAfterTheFirst, dayAfterTheFirst + 1, dayAfterTheFirst + 1},
                                null)),
                3);

        Frame joined = new DuckDbPointInTimeJoin(engine, datasets)
                .toFrame(new JoinRequest(
                        new JoinRequest.EntityRows.InFrame(asked),
                        "at",
                        List.of(new JoinRequest.View(
                                "markets",
                                new JoinRequest.FeatureRows.OfVersion(version),
                                List.of(new JoinRequest.Key("market", "market")),
                                List.of("total"),
                                Map.of("total", "bets"),
                                null,
                                null))));

        assertThat(joined.strings("markets._status").values()).containsExactly("NOT_FOUND", "PRESENT", "NOT_FOUND");
        assertThat(joined.vector("markets.total").get(1)).isEqualTo(1L);
    }

    @Test
    void aKnownTimeOfItsOwnCounts() {
        String sql = "SELECT market, _event_time AS event_time, _event_time + INTERVAL 2 HOUR AS known_at, profit FROM bets";

        DatasetVersion version = materialize(sql, null);

        assertThat(version.watermark()).isEqualTo(version.lastEvent().plus(Duration.ofHours(2)));
    }

    @Test
    void whereKnownTimesAreCreationTimesTheQueryMustGiveThem() {
        Problem problem = problem("SELECT market, _event_time AS event_time, profit FROM bets", null);

        assertThat(problem.code()).isEqualTo(ErrorCode.MISSING_COLUMN);
        assertThat(problem.message()).contains("(known_at)", "`created`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM read_csv('%s')",
                "SELECT * FROM '%s'",
                "SELECT content FROM read_text('%s')",
                "SELECT * FROM bets; SELECT 1",
                "COPY bets TO '%s'",
                "DROP VIEW bets",
                "SET threads = 4",
                "ATTACH '%s'",
                "INSTALL httpfs",
                "SELECT market, _event_time AS event_time, random() AS r FROM bets",
                "SELECT market, now() AS event_time, 1 AS r FROM bets",
                "SELECT market, current_timestamp AS event_time, 1 AS r FROM bets",
                "SELECT market, _event_time AS event_time, 1 AS r FROM bets USING SAMPLE 10",
                "SELECT * FROM duckdb_settings()",
                "SELECT * FROM information_schema.tables",
                "SELECT (SELECT max(i) FROM glob('%s') t(i)) AS r, market, _event_time AS event_time FROM bets",
                "SELECT * FROM elsewhere"
            })
    void aQueryReadsNothingButTheRowsOfItsSources(String sql) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.csv"), "a\n1\n");

        Problem problem = problem(sql.formatted(secret), Duration.ZERO);

        assertThat(problem.code()).isIn(ErrorCode.BAD_VALUE, ErrorCode.EXPRESSION_SYNTAX);
        assertThat(problem.location()).isNotNull();
        assertThat(secret).hasContent("a\n1\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT market,@ FROM bets WHERE@ profit >>| 22",
                "SELECT market,@ _event_time AS event_time,@ profitt AS p@ FROM bets | 22",
                "SELECT market,@ random() AS r@ FROM bets | 21",
                "SELECT market,@ 1 AS r@ FROM betz | 22"
            })
    void aMistakeIsPlacedInItsLine(String sql, int line) {
        Problem problem = problem(sql.replace('@', '\n'), Duration.ZERO);

        assertThat(problem.location()).isNotNull();
        assertThat(String.valueOf(problem.location())).startsWith("keelson.yaml:" + line + ":");
    }

    @Test
    void whatItMustGiveIsNamed() {
        assertThat(problem("SELECT _event_time AS event_time, profit FROM bets", Duration.ZERO).message())
                .contains("(market)", "[event_time, profit]");
        assertThat(problem("SELECT market, profit FROM bets", Duration.ZERO).message()).contains("(event_time)");
        assertThat(problem("SELECT market, _event_time AS event_time FROM bets", Duration.ZERO).message())
                .contains("no feature");
        assertThat(problem("SELECT market, _event_time::DATE AS event_time, 1 AS x FROM bets", Duration.ZERO).code())
                .isEqualTo(ErrorCode.EXPRESSION_TYPE);
        assertThat(problem("SELECT NULL::VARCHAR AS market, _event_time AS event_time, 1 AS x FROM bets", Duration.ZERO).code())
                .isEqualTo(ErrorCode.BAD_CELL);
        assertThat(problem(PROFIT + " WHERE id < 0", Duration.ZERO).code()).isEqualTo(ErrorCode.EMPTY_SOURCE);
    }

    @Test
    void partsOfAQueryMayHaveNames() {
        String sql = "WITH won AS (SELECT * FROM bets WHERE profit > 0) SELECT market, _event_time AS event_time, profit FROM won;";

        assertThat(materialize(sql, Duration.ZERO).rows()).isBetween(1L, (long) BETS);
    }
}

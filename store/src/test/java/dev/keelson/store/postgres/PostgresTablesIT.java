package dev.keelson.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.DataLoad;
import dev.keelson.data.LoadReport;
import dev.keelson.data.RowOperation;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.data.Sources;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import dev.keelson.store.files.FileSourceFiles;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real server. */
class PostgresTablesIT {
    private static final SourceReader READER =
            new SourceReader(new FileSourceFiles(Path.of("")), List.of(new PostgresTables()));
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");

    private static EmbeddedPostgres server;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @BeforeEach
    void createTable() throws SQLException {
        execute(
                "DROP TABLE IF EXISTS prices CASCADE",
                "DROP ROLE IF EXISTS reader",
                """
                CREATE TABLE prices (
                  ticker text NOT NULL, as_of timestamptz NOT NULL, local timestamp, traded date, shares bigint,
                  price numeric(20, 6), ratio double precision, listed boolean, id uuid, note jsonb,
                  PRIMARY KEY (ticker, as_of))""",
                """
                INSERT INTO prices VALUES
                  ('A,B', '2024-03-01T10:00:00+02', '2024-03-01 10:00:00.5', '2024-03-01', 9007199254740993, 0.1, 1e-3,
                   true, '123e4567-e89b-12d3-a456-426614174000', '{"a": 1}'),
                  ('C', '2024-03-02T10:00:00Z', NULL, NULL, NULL, NULL, NULL, false, NULL, NULL)""");
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String address(String userInfo) {
        return "postgresql://%s@localhost:%d/postgres".formatted(userInfo, server.getPort());
    }

    private static SourceDefinition prices(String userInfo, @Nullable String table, @Nullable String query) {
        return Sources.matches()
                .key("ticker", "as_of")
                .eventTime("as_of")
                .lateWindow(Duration.ofDays(1))
                .zone("America/New_York")
                .column("as_of", ColumnType.TIMESTAMP)
                .build()
                .withOrigin(new SourceOrigin.Postgres(
                        Located.of(address(userInfo)),
                        table == null ? null : Located.of(table),
                        query == null ? null : Located.of(query)));
    }

    private static SourceDefinition prices() {
        return prices("postgres:postgres", "public.prices", null);
    }

    @Test
    void typesOfTheTableAreThoseOfTheRows() {
        SourceRows rows = READER.read(prices(), null);

        assertThat(rows.schema().columns()).extracting(column -> column.name() + " " + column.type())
                .startsWith(
                        "ticker STRING",
                        "as_of TIMESTAMP",
                        "local TIMESTAMP",
                        "traded DATE",
                        "shares LONG",
                        "price DOUBLE",
                        "ratio DOUBLE",
                        "listed BOOLEAN",
                        "id STRING",
                        "note STRING");
    }

    @Test
    void valuesAreExactAndNaiveTimesAreReadInTheZone() {
        var frame = READER.read(prices(), null).frame();

        assertThat(frame.vector("ticker").get(0)).isEqualTo("A,B");
        assertThat(frame.vector("shares").get(0)).isEqualTo(9_007_199_254_740_993L);
        assertThat(frame.vector("price").get(0)).isEqualTo(0.1);
        assertThat(frame.vector("ratio").get(0)).isEqualTo(0.001);
        assertThat(frame.vector("listed").get(1)).isEqualTo(false);
        assertThat(Micros.toInstant(frame.longs("as_of").values()[0])).isEqualTo("2024-03-01T08:00:00Z");
        assertThat(Micros.toInstant(frame.longs("local").values()[0])).isEqualTo("2024-03-01T15:00:00.500Z");
        assertThat(frame.vector("price").isNull(1)).isTrue();
    }

    @Test
    void viewAndQueryAreReadAsATableIs() throws SQLException {
        execute("CREATE VIEW cheap AS SELECT * FROM prices WHERE price < 1");

        SourceRows view = READER.read(prices("postgres:postgres", "cheap", null), null);
        SourceRows query = READER.read(
                prices("postgres:postgres", null, "SELECT ticker, as_of FROM prices WHERE listed;"), null);

        assertThat(view.frame().rows()).isEqualTo(1);
        assertThat(query.schema().names()).startsWith("ticker", "as_of").hasSize(4);
    }

    @Test
    void secondLoadAsksOnlyForWhatTheCursorSaysIsNew() throws SQLException {
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        DataLoad load = new DataLoad(store);
        load.load(READER, prices(), null, NOW);
        execute(
                "INSERT INTO prices (ticker, as_of) VALUES ('D', '2024-03-05T00:00:00Z')",
                "INSERT INTO prices (ticker, as_of) VALUES ('OLD', '2024-02-01T00:00:00Z')");

        SourceRows second = READER.read(prices(), store.latest("matches").orElseThrow());
        LoadReport report = load.load(second, null, NOW);
        LoadReport again = load.load(READER, prices(), null, NOW);

        assertThat(second.read()).isEqualTo(2); // C lies in the late window; A,B and OLD do not
        assertThat(report.loaded()).isEqualTo(1);
        assertThat(again.changed()).isFalse();
    }

    @Test
    void nothingNewIsNoError() throws SQLException {
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        DataLoad load = new DataLoad(store);
        load.load(READER, prices(), null, NOW);
        execute("DELETE FROM prices");

        LoadReport report = load.load(READER, prices(), null, NOW);

        assertThat(report.read()).isZero();
        assertThat(report.changed()).isFalse();
    }

    @Test
    void badValueIsSetAsideWithItsRow() throws SQLException {
        execute("INSERT INTO prices (ticker, as_of, ratio) VALUES ('N', '2024-03-05T00:00:00Z', 'Infinity')");

        SourceRows rows = READER.read(prices(), null);

        assertThat(rows.quarantined()).singleElement().satisfies(row -> {
            assertThat(row.columnName()).isEqualTo("ratio");
            assertThat(row.file()).isEqualTo("postgres:public.prices");
            assertThat(row.rawLine()).startsWith("N,2024-03-05 00:00:00+00,");
        });
    }

    private static KeelsonException failure(SourceDefinition source) {
        return catchThrowableOfType(KeelsonException.class, () -> READER.read(source, null));
    }

    @Test
    void missingTableIsNamed() {
        KeelsonException failure = failure(prices("postgres:postgres", "public.nothing", null));

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
        assertThat(failure).hasMessageContaining("public.nothing").hasMessageContaining("Maybe");
    }

    @Test
    void passwordIsInNoMessage() throws SQLException {
        execute("CREATE ROLE reader LOGIN PASSWORD 'right'");
        List<SourceDefinition> wrong = List.of(
                prices("postgres:s3cr3t%2Fword", "nothing", null),
                prices("reader:s3cr3t%2Fword", "prices", null),
                prices("nobody:s3cr3t%2Fword", "prices", null),
                prices().withOrigin(new SourceOrigin.Postgres(
                        Located.of("postgresql://u:s3cr3t%2Fword@localhost:1/none"), Located.of("t"), null)),
                prices().withOrigin(new SourceOrigin.Postgres(
                        Located.of("postgresql://u:s3cr3t/word@ho st/none"), Located.of("t"), null)));

        for (SourceDefinition source : wrong) {
            KeelsonException failure = failure(source);

            assertThat(failure).isNotNull();
            assertThat(failure.toString()).doesNotContain("s3cr3t").contains("Maybe");
            assertThat(failure.getCause()).isNull();
            assertThat(source.toString()).doesNotContain("s3cr3t");
        }
    }

    @Test
    void nameWithQuotesIsAName() throws SQLException {
        execute("CREATE TABLE IF NOT EXISTS \"odd\"\"; DROP TABLE prices; --\" AS SELECT * FROM prices");

        SourceRows rows = READER.read(prices("postgres:postgres", "odd\"; DROP TABLE prices; --", null), null);

        assertThat(rows.frame().rows()).isEqualTo(2);
        assertThat(READER.read(prices(), null).frame().rows()).isEqualTo(2);
    }

    @Test
    void readingCannotWrite() throws SQLException {
        execute("CREATE OR REPLACE FUNCTION pg_temp_wipe() RETURNS int LANGUAGE sql AS 'DELETE FROM prices; SELECT 1'");

        KeelsonException failure = failure(prices(
                "postgres:postgres", null, "SELECT *, pg_temp_wipe() AS gone FROM prices"));

        assertThat(failure).hasMessageContaining("read-only transaction");
    }

    @Test
    void deletesOfAFeedNeedTheirKeyAlone() throws SQLException {
        execute(
                "DROP TABLE IF EXISTS feed",
                "CREATE TABLE feed (op text, id text, at date, changed timestamptz, value float)",
                """
                INSERT INTO feed VALUES ('D', 'a', NULL, NULL, NULL), ('I', 'a', '2024-03-01', '2024-03-01T10:00:00Z', 1),
                  ('U', 'b', '2024-03-01', '2024-03-02T10:00:00Z', 2), ('I', 'b', '2024-03-01', '2024-03-01T10:00:00Z', 1)""");
        SourceDefinition feed = Sources.matches()
                .key("id")
                .eventTime("at")
                .created("changed")
                .lateWindow(Duration.ofDays(1))
                .column("at", ColumnType.DATE)
                .column("changed", ColumnType.TIMESTAMP)
                .operation(new RowOperation("op", List.of("I"), List.of("U"), List.of("D")))
                .build()
                .withOrigin(new SourceOrigin.Postgres(Located.of(address("postgres:postgres")), Located.of("feed"), null));
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        DataLoad load = new DataLoad(store);

        LoadReport first = load.load(READER, feed, null, NOW);
        execute(
                "INSERT INTO feed VALUES ('I', 'c', '2024-03-03', '2024-03-03T10:00:00Z', 5)",
                "INSERT INTO feed VALUES ('D', 'b', NULL, NULL, NULL)");
        LoadReport second = load.load(READER, feed, null, NOW);
        LoadReport third = load.load(READER, feed, null, NOW);

        assertThat(first.loaded()).isEqualTo(1);
        assertThat(second.deleted()).isEqualTo(1);
        assertThat(third.changed()).isFalse();
        assertThat(store.read(store.latest("matches").orElseThrow()).strings("id").values()).containsExactly("c");
    }
}

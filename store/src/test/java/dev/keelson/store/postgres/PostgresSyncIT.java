package dev.keelson.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.sync.SyncTable;
import dev.keelson.sync.SyncTable.Column;
import dev.keelson.sync.SyncType;
import dev.keelson.sync.spi.SyncTargets;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real server. */
class PostgresSyncIT {
    private static EmbeddedPostgres server;

    private final List<Duration> pauses = new ArrayList<>();
    private final PostgresSync sync = new PostgresSync(pauses::add);

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @BeforeEach
    void dropTables() throws SQLException {
        execute("DROP SCHEMA IF EXISTS sink CASCADE", "CREATE SCHEMA sink");
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET TIME ZONE 'UTC'");
            try (ResultSet found = statement.executeQuery(sql)) {
                while (found.next()) {
                    rows.add(found.getString(1));
                }
            }
        }
        return rows;
    }

    private static SourceOrigin.Postgres target(String userInfo, int port) {
        return new SourceOrigin.Postgres(
                Located.of("postgresql://%s@localhost:%d/postgres".formatted(userInfo, port)), Located.of("sink.bets"), null);
    }

    private static SyncTable bets(SourceOrigin target) {
        return new SyncTable(
                target,
                List.of(
                        new Column("bet_id", SyncType.TEXT),
                        new Column("Leg?", SyncType.LONG),
                        new Column("odds", SyncType.DOUBLE),
                        new Column("won", SyncType.BOOLEAN),
                        new Column("placed", SyncType.DATE),
                        new Column("settled_at", SyncType.TIMESTAMP),
                        new Column("uid", SyncType.UUID),
                        new Column("shares", SyncType.JSON)),
                List.of("bet_id", "Leg?"));
    }

    private static SyncTable bets() {
        return bets(target("postgres:postgres", server.getPort()));
    }

    private static @Nullable String[] row(@Nullable String... cells) {
        return cells;
    }

    private static final @Nullable String[] WHOLE = row(
            "a", "9007199254740993", "1.85", "true", "2024-03-01", "2024-03-01T10:00:00.5Z",
            "123e4567-e89b-12d3-a456-426614174000", "{\"H\":0.5}");

    @Test
    void statementOfTheErrorMakesATableThatTakesEveryType() throws SQLException {
        KeelsonException missing = catchThrowableOfType(KeelsonException.class, () -> sync.open(bets()));
        String hint = String.valueOf(missing.problems().getFirst().hint());
        execute(hint.substring(hint.indexOf("create table")));

        try (SyncTargets.Open open = sync.open(bets())) {
            open.put(List.of(WHOLE, row("b", "1", null, null, null, null, null, null), row("c", "1", "NaN", null, null, null, null, null)));
        }

        assertThat(missing.code()).isEqualTo(ErrorCode.TARGET_REFUSED);
        assertThat(missing).hasMessageContaining("(sink.bets)");
        assertThat(query("SELECT b::text FROM sink.bets AS b ORDER BY bet_id"))
                .containsExactly(
                        "(a,9007199254740993,1.85,t,2024-03-01,\"2024-03-01 10:00:00.5+00\","
                                + "123e4567-e89b-12d3-a456-426614174000,\"{\"\"H\"\": 0.5}\")",
                        "(b,1,,,,,,)",
                        "(c,1,NaN,,,,,)");
    }

    @Test
    void writtenColumnsAreReplacedAndOthersKept() throws SQLException {
        execute(bets().createStatement(), "ALTER TABLE sink.bets ADD note text DEFAULT 'mine'");

        try (SyncTargets.Open open = sync.open(bets())) {
            open.put(List.<@Nullable String[]>of(WHOLE));
            execute("UPDATE sink.bets SET note = 'kept', odds = 9");
            open.put(List.<@Nullable String[]>of(WHOLE));
        }

        assertThat(query("SELECT note || odds FROM sink.bets")).containsExactly("kept1.85");
    }

    @Test
    void columnsOfOtherTypesTakeWhatFits() throws SQLException {
        execute("CREATE TYPE sink.mark AS ENUM ('a', 'b')", """
                CREATE TABLE sink.bets (bet_id sink.mark, "Leg?" serial, odds numeric(6, 3), won text, placed timestamp,
                  settled_at timestamp, uid text, shares text, PRIMARY KEY (bet_id, "Leg?"))""");

        try (SyncTargets.Open open = sync.open(bets())) {
            open.put(List.<@Nullable String[]>of(row(
                    "a", "7", "1.85", "true", "2024-03-01", "2024-03-01T10:00:00Z", "u", "{}")));
        }

        assertThat(query("SELECT b::text FROM sink.bets AS b"))
                .containsExactly("(a,7,1.850,true,\"2024-03-01 00:00:00\",\"2024-03-01 10:00:00\",u,{})");
    }

    @Test
    void missingColumnsAndTypesThatDoNotFitAreAllNamed() throws SQLException {
        execute("CREATE TABLE sink.bets (bet_id text, \"Leg?\" int, odds int, won bool, placed date, settled_at timestamptz)");

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> sync.open(bets()));

        assertThat(failure.problems()).extracting(Object::toString).satisfiesExactly(
                columns -> assertThat(columns)
                        .contains("has no column (uid), (shares)")
                        .contains("alter table \"sink\".\"bets\" add column \"uid\" uuid, add column \"shares\" jsonb;"),
                type -> assertThat(type).contains("column (odds) of type int4").contains("double precision"));
    }

    @Test
    void keyThatIsNotUniqueThereIsSaidBeforeAnythingIsWritten() throws SQLException {
        execute(bets().createStatement().replaceAll(", primary key.*", ");"));

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> sync.open(bets()));

        assertThat(failure.toString())
                .contains("no unique or exclusion constraint")
                .contains("alter table \"sink\".\"bets\" add unique (\"bet_id\", \"Leg?\");");
    }

    @Test
    void refusedValueNamesItsColumnAndLeavesNothingOfItsBatch() throws SQLException {
        execute(bets().createStatement());
        @Nullable String[] bad = WHOLE.clone();
        bad[0] = "z";
        bad[6] = "no-uuid";

        KeelsonException failure;
        try (SyncTargets.Open open = sync.open(bets())) {
            failure = catchThrowableOfType(KeelsonException.class, () -> open.put(List.of(WHOLE, bad)));
        }

        assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_REFUSED);
        assertThat(failure).hasMessageContaining("column (uid)").hasMessageContaining("no-uuid");
        assertThat(query("SELECT bet_id FROM sink.bets")).isEmpty();
    }

    @Test
    void lostConnectionIsTriedAgain() throws SQLException {
        execute(bets().createStatement());

        try (SyncTargets.Open open = sync.open(bets())) {
            open.put(List.<@Nullable String[]>of(WHOLE));
            execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'keelson'");
            open.put(List.<@Nullable String[]>of(row("b", "1", null, null, null, null, null, null)));
        }

        assertThat(query("SELECT bet_id FROM sink.bets ORDER BY 1")).containsExactly("a", "b");
        assertThat(pauses).containsExactly(Duration.ofMillis(250));
    }

    @Test
    void userThatMayNotWriteIsSaidWithoutThePassword() throws SQLException {
        execute(
                bets().createStatement(),
                "CREATE ROLE looker LOGIN PASSWORD 's3cret-word'",
                "GRANT USAGE ON SCHEMA sink TO looker",
                "GRANT SELECT ON sink.bets TO looker");

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class, () -> sync.open(bets(target("looker:s3cret-word", server.getPort()))));

        assertThat(failure.toString()).contains("permission denied").doesNotContain("s3cret-word");
    }

    @Test
    void serverThatIsNotThereIsUnreachable() {
        KeelsonException failure =
                catchThrowableOfType(KeelsonException.class, () -> sync.open(bets(target("postgres:postgres", 1))));

        assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE);
        assertThat(pauses).hasSize(4);
    }
}

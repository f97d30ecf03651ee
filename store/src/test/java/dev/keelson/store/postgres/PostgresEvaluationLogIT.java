package dev.keelson.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Located;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.ReconciliationReport.Difference;
import dev.keelson.serve.ReconciliationReport.Example;
import dev.keelson.serve.RemoteLogStatus;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournalConfig;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.journal.LogRow;
import dev.keelson.store.journal.PredictionOutbox;
import dev.keelson.store.journal.RemoteTable;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The remote table on a real server. */
final class PostgresEvaluationLogIT {
    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final JournalConfig SMALL = new JournalConfig(20_000, Duration.ofMillis(1));
    private static EmbeddedPostgres server;
    private static int databases;

    @TempDir
    Path folder;

    private String table = "";
    private JournaledPredictionLog log;

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @BeforeEach
    void open() {
        table = "evaluation_log_" + ++databases;
        log = JournaledPredictionLog.open(new StateFolder(folder), SMALL);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private RemoteTable remote(String project) {
        return new PostgresEvaluationLog(
                Located.of("postgresql://postgres@localhost:%d/postgres".formatted(server.getPort())), table, project);
    }

    private PredictionOutbox outbox() {
        return log.outbox(remote("p"), InstantSource.system());
    }

    @Test
    void everythingIsCopiedOnceAndAgreesWithTheJournal() throws Exception {
        fill(0, 5_000);
        try (PredictionOutbox outbox = outbox()) {
            outbox.copyAll();
            outbox.copyAll();
            fill(5_000, 5_010);

            ReconciliationReport report = log.reconcile(outbox, false);

            assertThat(report.differences()).isZero();
            assertThat(report.agrees()).isTrue();
            assertThat(report.records()).isEqualTo(report.rows()).isEqualTo(count("true"));
            assertThat(report.behind()).isZero();
            assertThat(outbox.status().state()).isEqualTo(RemoteLogStatus.State.CAUGHT_UP);
            assertThat(count("kind = 'prediction'")).isEqualTo(5_010);
            assertThat(count("kind = 'outcome'")).isEqualTo(501);
            assertThat(count("kind = 'training' and metrics->>'log_loss' = '0.98'")).isEqualTo(2);
        }
    }

    @Test
    void aRecordWithEveryCharacterAndNumberComesBackWhole() throws Exception {
        log.append(
                List.of(new PredictionEvent(
                        new UUID(Long.MIN_VALUE, -1), "m", 12, "named", "a\0|Köln, \"FC\"\n\\n|𝄞'", "s", Instant.parse("+12026-01-01T00:00:00Z"), T0, T0,
                        new double[] {1.0 / 3, Double.MIN_VALUE, -0.0},
                        new double[] {Double.NaN, 1e300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY},
                        new double[0], "k=v", false, "c\0", "{\"a\":\"\\u0000\"}")),
                false);
        log.appendEvents(
                List.of(new ModelEvent(
                        ModelEventKind.EVALUATION, new UUID(1, 1), T0, "m", 0, "", Map.of("a\"b", 1e-300, "z", -0.0), "")),
                false);
        try (PredictionOutbox outbox = outbox()) {
            assertThat(log.reconcile(outbox, false).differences()).isZero();
        }
        assertThat(count("entity like '%Köln%'")).isEqualTo(1);
    }

    @Test
    void missingExtraAndDifferingRowsAreFoundAndMendedAndNothingIsLost() throws Exception {
        fill(0, 300);
        try (PredictionOutbox outbox = outbox()) {
            outbox.copyAll();
            execute("delete from %s where entity = 'e7' and kind = 'prediction'".formatted(table));
            execute("update %s set outcome = 'A' where entity = 'e10' and kind = 'outcome'".formatted(table));
            execute("update %s set probabilities = '{1,0}' where entity = 'e20' and kind = 'prediction'".formatted(table));
            execute("insert into %1$s select project, gen_random_uuid(), kind, place, at, model, version, role, served, 'forged',"
                    .formatted(table)
                    + " segment, event_time, as_of, probabilities, features, watched, keys, client, outcome, run, metrics,"
                    + " metadata from %s where entity = 'e30' and kind = 'prediction'".formatted(table));
            execute("insert into %s (project, id, kind, place, at, model) values ('p', gen_random_uuid(), 'nonsense', 5, now(), 'm')"
                    .formatted(table));
            execute("insert into %s (project, id, kind, place, at, model) values ('other', gen_random_uuid(), 'nonsense', 5, now(), 'm')"
                    .formatted(table));

            ReconciliationReport found = log.reconcile(outbox, false);
            ReconciliationReport mended = log.reconcile(outbox, true);
            ReconciliationReport again = log.reconcile(outbox, false);

            assertThat(List.of(found.missing(), found.extra(), found.differing())).containsExactly(1L, 2L, 2L);
            assertThat(found.repaired()).isZero();
            assertThat(found.agrees()).isFalse();
            assertThat(found.examples()).extracting(Example::difference).contains(Difference.MISSING, Difference.EXTRA);
            assertThat(found.examples())
                    .filteredOn(example -> example.difference() == Difference.DIFFERING)
                    .extracting(Example::detail)
                    .anySatisfy(detail -> assertThat(detail).contains("probabilities [0.5, 0.5]", "[1.0, 0.0]"));
            assertThat(mended.repaired()).isEqualTo(5);
            assertThat(mended.agrees()).isTrue();
            assertThat(again.differences()).isZero();
            assertThat(number("select count(*) from %s_quarantine".formatted(table))).isEqualTo(4);
            assertThat(count("project = 'other'")).isEqualTo(1);
        }
    }

    @Test
    void copyingThatIsKilledInTheMiddleGoesOnAndDoublesNothing() throws Exception {
        fill(0, 7_000);
        // the third batch is written and the process dies before it hears of it; the fourth is cut off by the server
        RemoteTable real = remote("p");
        for (int killed = 1; killed <= 3; killed++) {
            int at = killed;
            try (PredictionOutbox outbox = log.outbox(new Dying(real, at), InstantSource.system())) {
                outbox.copyAll();
            } catch (Killed expected) {
                // again
            }
        }
        try (PredictionOutbox outbox = log.outbox(real, InstantSource.system())) {
            assertThat(log.reconcile(outbox, false).differences()).isZero();
            assertThat(count("kind = 'prediction'")).isEqualTo(7_000);
        }
    }

    @Test
    void aConnectionCutInTheMiddleIsMadeAnew() throws Exception {
        fill(0, 3_000);
        try (PredictionOutbox outbox = outbox()) {
            outbox.copyAll();
            execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'keelson'");
            fill(3_000, 3_100);

            ReconciliationReport first = log.reconcile(outbox, false);
            ReconciliationReport second = log.reconcile(outbox, false);

            assertThat(first.problem()).isNotNull();
            assertThat(second.problem()).isNull();
            assertThat(second.differences()).isZero();
        }
    }

    @Test
    void whatRanWhileTheServerWasDownIsCaughtUp() throws Exception {
        CountDownLatch reached = new CountDownLatch(2);
        RemoteTable real = remote("p");
        fill(0, 100);
        boolean[] down = {true};
        RemoteTable flaky = new Passing(real) {
            @Override
            public @Nullable Followed followed() {
                if (down[0]) {
                    reached.countDown();
                    throw new dev.keelson.error.KeelsonException(
                            dev.keelson.error.ErrorCode.STORE_UNREACHABLE, "It is down.", null);
                }
                return super.followed();
            }
        };
        try (PredictionOutbox outbox = log.outbox(flaky, InstantSource.system())) {
            outbox.start();
            reached.await(); // it was tried again by itself
            assertThat(outbox.status().state()).isEqualTo(RemoteLogStatus.State.UNREACHABLE);
            assertThat(outbox.status().lagBytes()).isPositive();
            fill(100, 200);
            down[0] = false;

            outbox.copyAll();

            assertThat(outbox.status().state()).isEqualTo(RemoteLogStatus.State.CAUGHT_UP);
            assertThat(count("kind = 'prediction'")).isEqualTo(200);
        }
    }

    @Test
    void twoProjectsShareATable() throws Exception {
        fill(0, 10);
        try (PredictionOutbox one = outbox();
                PredictionOutbox two = log.outbox(remote("q"), InstantSource.system())) {
            assertThat(log.reconcile(one, false).agrees()).isTrue();
            assertThat(log.reconcile(two, true).agrees()).isTrue();
            assertThat(log.reconcile(one, false).agrees()).isTrue();
        }
        assertThat(count("project = 'p'")).isEqualTo(count("project = 'q'"));
    }

    private void fill(int from, int to) {
        List<PredictionEvent> events = new ArrayList<>();
        List<OutcomeEvent> outcomes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            events.add(new PredictionEvent(
                    new UUID(7, i), "m", 1, "champion", "e" + i, "", T0, T0, T0.plusSeconds(i), new double[] {0.5, 0.5},
                    new double[] {i, Double.NaN, 1.0 / (i + 1)}, new double[0], "", true, "", "{\"n\":" + i + "}"));
            if (i % 10 == 0) {
                outcomes.add(new OutcomeEvent("m", "e" + i, "H", T0));
            }
        }
        log.append(events, false);
        log.appendOutcomes(outcomes, false);
        log.appendEvents(
                List.of(new ModelEvent(
                        ModelEventKind.TRAINING, new UUID(8, from), T0, "m", 1, "r", Map.of("log_loss", 0.98), "")),
                true);
    }

    private long count(String where) throws SQLException {
        return number("select count(*) from %s where %s".formatted(table, where));
    }

    private static long number(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : -1;
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The end of a process. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Passes everything on; its close leaves the table open. */
    private static class Passing implements RemoteTable {
        private final RemoteTable real;

        Passing(RemoteTable real) {
            this.real = real;
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public dev.keelson.store.journal.JournalRecord kept(dev.keelson.store.journal.JournalRecord record) {
            return real.kept(record);
        }

        @Override
        public Rows rows() {
            return real.rows();
        }

        @Override
        public boolean holdsBefore(UUID id, long place) {
            return real.holdsBefore(id, place);
        }

        @Override
        public void mend(List<LogRow> wrong, List<LogRow> right) {
            real.mend(wrong, right);
        }

        @Override
        public Followed followed() {
            return real.followed();
        }

        @Override
        public void append(List<LogRow> rows, Followed now) {
            real.append(rows, now);
        }

        @Override
        public void close() {
            // the test closes it
        }
    }

    /** Dies after a batch was written, before anybody hears of it. */
    private static final class Dying extends Passing {
        private int left;

        Dying(RemoteTable real, int left) {
            super(real);
            this.left = left;
        }

        @Override
        public void append(List<LogRow> rows, Followed now) {
            super.append(rows, now);
            if (--left == 0) {
                throw new Killed();
            }
        }
    }
}

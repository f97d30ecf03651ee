package dev.keelson.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What several servers do with one catalogue, and what a server that is not there says. */
final class PostgresCatalogIT {
    private static final Instant T0 = Instant.parse("2020-01-01T00:00:00.123456Z");
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Test
    void severalServersGiveEachNumberOnceAndKeepEveryParam() throws Exception {
        try (PostgresCatalog one = CATALOGS.next();
                PostgresCatalog two = CATALOGS.again()) {
            one.update(tx -> {
                tx.registry().createModel("m", "", Map.of(), T0);
                tx.tracking().createRun("r", "0", "n", "u", T0, Map.of());
            });
            List<Future<Integer>> numbers = new ArrayList<>();
            List<Future<Boolean>> params = new ArrayList<>();
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                for (int i = 0; i < 40; i++) {
                    PostgresCatalog server = i % 2 == 0 ? one : two;
                    String value = Integer.toString(i);
                    numbers.add(threads.submit(() -> server.<Integer>write(tx -> tx.registry()
                            .createVersion("m", "s", null, null, null, "u", "", Map.of(), T0)
                            .version())));
                    params.add(threads.submit(() -> {
                        try {
                            server.update(tx -> tx.tracking()
                                    .log("r", List.of(new MetricPoint("m", 1, 1, 1)), Map.of("p", value), Map.of()));
                            return true;
                        } catch (KeelsonException e) {
                            return false;
                        }
                    }));
                }
            }
            List<Integer> given = new ArrayList<>();
            int won = 0;
            for (int i = 0; i < numbers.size(); i++) {
                given.add(numbers.get(i).get());
                won += params.get(i).get() ? 1 : 0;
            }

            assertThat(given).containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 40).boxed().toList());
            assertThat(won).isOne();
            assertThat(two.<Page<MetricPoint>>read(tx -> tx.tracking().history("r", "m", 0, 10)).items()).hasSize(1);
        }
    }

    @Test
    void severalServersMayMakeItAtOnce() throws Exception {
        CATALOGS.next().close();
        List<Future<?>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                done.add(threads.submit(() -> PostgresCatalog.open(Located.of(
                                "postgresql://postgres@localhost:%d/postgres?currentSchema=made_at_once"
                                        .formatted(CATALOGS.server().getPort())))
                        .close()));
            }
        }
        for (Future<?> each : done) {
            each.get();
        }
    }

    @Test
    void readerFindsOnlyWhatWasMadeAndWritesNothing() {
        Located nowhere = Located.of("postgresql://postgres@localhost:%d/postgres?currentSchema=nowhere"
                .formatted(CATALOGS.server().getPort()));

        KeelsonException failure =
                catchThrowableOfType(KeelsonException.class, () -> PostgresCatalog.openReadOnly(nowhere));
        assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND);

        try (PostgresCatalog owner = PostgresCatalog.open(nowhere);
                PostgresCatalog reader = PostgresCatalog.openReadOnly(nowhere)) {
            owner.update(tx -> tx.putStep("a", "load", "1"));

            assertThat(reader.<Optional<String>>read(tx -> tx.step("a"))).hasValue("1");
            assertThatThrownBy(() -> reader.update(tx -> tx.putStep("b", "load", "2")))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void newerSchemaIsRefused() throws SQLException {
        Located address = Located.of("postgresql://postgres@localhost:%d/postgres?currentSchema=newer"
                .formatted(CATALOGS.server().getPort()));
        PostgresCatalog.open(address).close();
        try (Connection connection = CATALOGS.server().getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into newer.schema_version values (99)");
        }

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> PostgresCatalog.open(address));
        assertThat(failure.code()).isEqualTo(ErrorCode.STORE_VERSION);
        assertThat(failure).hasMessageContaining("99");
    }

    /** Types differ by name only, and a key that SQLite counts up is one that PostgreSQL does. */
    @Test
    void tablesColumnsAndIndexesAreThoseOfTheEmbeddedCatalogue(@TempDir Path folder) throws SQLException {
        Path file = folder.resolve("keelson.db");
        SqliteCatalog.open(file).close();
        CATALOGS.next().close();
        Map<String, String> types = Map.of("integer", "number", "bigint", "number", "real", "double precision");
        String there = "'" + CATALOGS.schema() + "'";

        List<String> embedded;
        List<String> embeddedIndexes;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            embedded = rows(
                    statement,
                    "select t.name, c.name, lower(c.type), c.\"notnull\" from sqlite_schema t, pragma_table_info(t.name) c"
                            + " where t.type = 'table' and t.name not like 'sqlite%' and t.name <> 'flyway_schema_history'",
                    types);
            embeddedIndexes = rows(
                    statement,
                    "select i.name from sqlite_schema i where i.type = 'index' and i.sql is not null"
                            + " and i.tbl_name <> 'flyway_schema_history'",
                    types);
        }
        List<String> shared;
        List<String> sharedIndexes;
        try (Connection connection = CATALOGS.server().getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            shared = rows(
                    statement,
                    "select table_name, column_name, data_type, case is_nullable when 'NO' then 1 else 0 end"
                            + " from information_schema.columns where table_name <> 'schema_version' and table_schema = "
                            + there,
                    types);
            sharedIndexes = rows(
                    statement,
                    "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid"
                            + " join pg_namespace n on n.oid = c.relnamespace left join pg_constraint k on k.conindid = c.oid"
                            + " where k.oid is null and n.nspname = " + there,
                    types);
        }

        assertThat(shared).isEqualTo(embedded).hasSizeGreaterThan(100);
        assertThat(sharedIndexes).isEqualTo(embeddedIndexes);
    }

    private static List<String> rows(Statement statement, String sql, Map<String, String> types) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(sql)) {
            int columns = row.getMetaData().getColumnCount();
            while (row.next()) {
                List<String> texts = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    texts.add(types.getOrDefault(row.getString(i), row.getString(i)));
                }
                rows.add(String.join(" ", texts));
            }
        }
        return rows.stream().sorted().toList();
    }

    @Test
    void serverThatIsNotThereIsSaidSoWithoutThePassword() {
        KeelsonException away = catchThrowableOfType(
                KeelsonException.class, () -> PostgresCatalog.open(Located.of("postgresql://u:hunter2@localhost:1/x")));

        assertThat(away.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE);
        assertThat(away).hasMessageNotContaining("hunter2");
    }

    @Test
    void writingGoesOnAfterTheServerEndedEveryConnection() throws SQLException {
        try (PostgresCatalog catalog = CATALOGS.next()) {
            catalog.update(tx -> tx.putStep("a", "load", "1"));
            try (Connection connection = CATALOGS.server().getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                        + " and application_name = 'keelson'");
            }

            KeelsonException failure = catchThrowableOfType(
                    KeelsonException.class, () -> catalog.update(tx -> tx.putStep("b", "load", "2")));

            assertThat(failure == null || failure.code() == ErrorCode.STORE_UNREACHABLE).isTrue();
            catalog.update(tx -> tx.putStep("b", "load", "2"));
            assertThat(catalog.<Optional<String>>read(tx -> tx.step("b"))).hasValue("2");
        }
    }

    @Test
    void stateOfAReplayIsTakenOver(@TempDir Path folder) {
        Run run = new Run(
                "a".repeat(32), "football", Run.Status.FINISHED, T0, T0, Map.of("p", "1"), Map.of("m", 1.5), Map.of(),
                List.of(new Run.Artifact("z/model.bin", "f".repeat(64), 12)), "{}");
        ModelVersion version = new ModelVersion(
                "football", 1, run.id(), "b".repeat(64), ModelVersion.Kind.INITIAL, T0, T0);
        Path file = folder.resolve("keelson.db");
        try (SqliteCatalog replay = SqliteCatalog.open(file)) {
            replay.update(tx -> {
                tx.putRun(run);
                tx.addVersion(version);
                tx.setAlias("football", ModelVersion.CHAMPION, 1);
                tx.addAudit(new AuditEntry(0, T0, "replay", "promote", "football", 1, "why", "{}"));
                tx.putReport(new StoredReport("id", "drift", "football", T0, "quiet", "{}"));
            });
        }
        try (PostgresCatalog catalog = CATALOGS.next()) {
            catalog.update(tx -> {
                tx.addVersion(new ModelVersion("football", 1, "old", "c", ModelVersion.Kind.INITIAL, T0, T0));
                tx.addVersion(new ModelVersion("football", 2, "old", "d", ModelVersion.Kind.REFRESH, T0, T0));
            });

            catalog.takeOver(file, tx -> tx.putStep("done", "adoption", "yes"));

            assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).containsExactly(run);
            assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("football"))).containsExactly(version);
            assertThat(catalog.<Optional<ModelVersion>>read(tx -> tx.alias("football", ModelVersion.CHAMPION)))
                    .hasValue(version);
            assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit("football", 10))).hasSize(1);
            assertThat(catalog.<Optional<StoredReport>>read(tx -> tx.report("id"))).isPresent();
            assertThat(catalog.<Optional<String>>read(tx -> tx.step("done"))).hasValue("yes");
        }
    }
}

package dev.keelson.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.TrackedRun;
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
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store of each earlier version is brought up to date, and nothing of it is lost. */
final class CatalogUpgradeTest {
    private static final Instant START = Instant.parse("2020-01-01T00:00:00.123456Z");
    private static final Instant END = START.plusSeconds(60);
    private static final Run FIRST = new Run(
            "a".repeat(32),
            "football-1x2",
            Run.Status.FINISHED,
            START,
            END,
            Map.of("rounds", "80", "π", "it's"),
            Map.of("log_loss", 0.98, "nothing", Double.NaN, "endless", Double.NEGATIVE_INFINITY),
            Map.of("seed", "42"),
            List.of(
                    new Run.Artifact("z/model.bin", "f".repeat(64), 12),
                    new Run.Artifact("a.json", "e".repeat(64), 0),
                    new Run.Artifact("z/deep/er.txt", "d".repeat(64), 3)),
            "{\"data\":1}");
    private static final Run SECOND = new Run(
            "b".repeat(32), "Default", Run.Status.RUNNING, END, null, Map.of(), Map.of(),
            Map.of("mlflow.runName", "given", "mlflow.user", "ann"), List.of(), "{}");
    private static final ModelVersion VERSION = new ModelVersion(
            "football-1x2", 7, FIRST.id(), "c".repeat(64), ModelVersion.Kind.REFRESH, START, END);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void earlierVersionIsBroughtUpToDate(String version) throws SQLException {
        Path file = folder.resolve("keelson.db");
        migrate(file, version);
        fill(file);

        try (SqliteCatalog catalog = SqliteCatalog.open(file)) {
            assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).containsExactly(SECOND, FIRST);
            assertThat(catalog.<List<Run>>read(tx -> tx.runs("football-1x2", 10))).containsExactly(FIRST);
            assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("football-1x2"))).containsExactly(VERSION);
            assertThat(catalog.<Optional<ModelVersion>>read(tx -> tx.alias("football-1x2", ModelVersion.CHAMPION)))
                    .hasValue(VERSION);
            assertThat(catalog.<Integer>read(tx -> tx.nextVersion("football-1x2"))).isEqualTo(8);
            assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit(null, 10))).hasSize(1);
            assertTracked(catalog);
            catalog.update(tx -> tx.putRun(FIRST));
            assertThat(catalog.<Optional<Run>>read(tx -> tx.run(FIRST.id()))).hasValue(FIRST);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            try (var broken = statement.executeQuery("pragma foreign_key_check")) {
                assertThat(broken.next()).isFalse();
            }
            try (var sound = statement.executeQuery("pragma integrity_check")) {
                assertThat(sound.getString(1)).isEqualTo("ok");
            }
            try (var left = statement.executeQuery("select count(*) from sqlite_schema where name like 'old\\_%' escape '\\'")) {
                assertThat(left.getInt(1)).isZero();
            }
        }
    }

    /** What only a later version can hold is left as it is, row by row. */
    @ParameterizedTest
    @ValueSource(strings = {"3", "4", "5"})
    void laterVersionIsBroughtUpToDate(String version) throws SQLException {
        Path file = folder.resolve("keelson.db");
        migrate(file, "2");
        fill(file);
        migrate(file, version);
        fillTracked(file);
        if (!version.equals("3")) {
            addChained(file);
        }
        Map<String, List<String>> before = rows(file, Map.of());

        try (SqliteCatalog catalog = SqliteCatalog.open(file)) {
            assertThat(catalog.<List<Run>>read(tx -> tx.runs("football-1x2", 10))).containsExactly(FIRST);
            assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("football-1x2"))).containsExactly(VERSION);
            assertTracked(catalog);
            assertThat(catalog.<Page<MetricPoint>>read(tx -> tx.tracking().history("client", "loss", 0, 10)).items())
                    .containsExactly(new MetricPoint("loss", 0.5, 1, 1, "m-1", "d", "f"), new MetricPoint("loss", Double.NaN, 2, 2));
        }
        Map<String, List<String>> after = rows(file, columns(before));
        assertThat(after).isEqualTo(before);

        try (SqliteCatalog catalog = SqliteCatalog.open(file)) {
            catalog.update(tx -> {
                tx.addAudit(new AuditEntry(0, END, "ann", "promote", "football-1x2", 7, "why", "{}"));
                tx.outbox().add(new QueuedChange(QueuedChange.Kind.RUN, "r", "{}", END));
            });
            AuditChain.Verification trail = catalog.read(tx -> AuditChain.verify(tx, null));
            assertThat(trail.finding()).isNull();
            assertThat(trail.lines()).isEqualTo(version.equals("3") ? 2 : 3);
        }
    }

    private static void migrate(Path file, String version) {
        Flyway.configure(SqliteCatalog.class.getClassLoader())
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/sqlite/catalog")
                .javaMigrations(new AuditChainMigration())
                .target(MigrationVersion.fromVersion(version))
                .loggers(MigrationLog.class.getName())
                .load()
                .migrate();
    }

    /** Every row of every table that is not the migration tool's own, with the columns given or all. */
    private static Map<String, List<String>> rows(Path file, Map<String, List<String>> columns) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>(columns.keySet());
            if (tables.isEmpty()) {
                try (ResultSet row = statement.executeQuery("select name from sqlite_schema where type = 'table'"
                        + " and name not like 'sqlite%' and name <> 'flyway_schema_history'")) {
                    while (row.next()) {
                        tables.add(row.getString(1));
                    }
                }
            }
            Map<String, List<String>> rows = new TreeMap<>();
            for (String table : tables) {
                String chosen = columns.containsKey(table) ? String.join(", ", columns.get(table)) : "*";
                List<String> lines = new ArrayList<>();
                try (ResultSet row = statement.executeQuery("select " + chosen + " from " + table)) {
                    List<String> names = new ArrayList<>();
                    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                        names.add(row.getMetaData().getColumnName(i));
                    }
                    lines.add(String.join(", ", names));
                    while (row.next()) {
                        List<String> texts = new ArrayList<>();
                        for (int i = 1; i <= names.size(); i++) {
                            texts.add(String.valueOf(row.getString(i)));
                        }
                        lines.add(String.join("|", texts));
                    }
                }
                rows.put(table, lines);
            }
            return rows;
        }
    }

    private static Map<String, List<String>> columns(Map<String, List<String>> rows) {
        Map<String, List<String>> columns = new TreeMap<>();
        rows.forEach((table, lines) -> columns.put(table, List.of(lines.getFirst().split(", "))));
        return columns;
    }

    private static void assertTracked(SqliteCatalog catalog) {
        Experiment experiment = catalog.<Optional<Experiment>>read(tx -> tx.tracking().experimentNamed("football-1x2"))
                .orElseThrow();
        TrackedRun tracked = catalog.<List<TrackedRun>>read(tx -> tx.tracking().runs(List.of(FIRST.id()), Detail.ALL))
                .getFirst();
        assertThat(tracked.info().experimentId()).isEqualTo(experiment.id());
        assertThat(tracked.info().name()).isEqualTo("football-1x2-aaaaaaaa");
        assertThat(tracked.params()).isEqualTo(FIRST.params());
        assertThat(tracked.tags()).containsEntry("mlflow.runName", "football-1x2-aaaaaaaa").containsEntry("seed", "42");
        assertThat(tracked.metrics()).containsOnlyKeys("endless", "log_loss", "nothing");
        assertThat(tracked.metrics()).hasEntrySatisfying(
                "endless", summary -> assertThat(summary.last().value()).isEqualTo(-Double.MAX_VALUE));
        assertThat(catalog.<Page<MetricPoint>>read(tx -> tx.tracking().history(FIRST.id(), "log_loss", 0, 10)).items())
                .containsExactly(new MetricPoint("log_loss", 0.98, END.toEpochMilli(), 0));
        TrackedRun other = catalog.<List<TrackedRun>>read(tx -> tx.tracking().runs(List.of(SECOND.id()), Detail.ALL))
                .getFirst();
        assertThat(other.info().experimentId()).isEqualTo(Experiment.DEFAULT_ID);
        assertThat(other.info().name()).isEqualTo("given");
        assertThat(other.info().user()).isEqualTo("ann");
        String root = experiment.id() + "/" + FIRST.id() + "/artifacts";
        assertThat(catalog.<Optional<StoredFile>>read(tx -> tx.files().file(root + "/z/deep/er.txt")))
                .hasValueSatisfying(file -> assertThat(file.sha256()).isEqualTo("d".repeat(64)));
        assertThat(catalog.<List<String>>read(tx -> tx.files().list(root, null, 10).items().stream()
                        .map(entry -> entry.name())
                        .toList()))
                .containsExactly("a.json", "z");
        RegisteredVersion registered =
                catalog.<Optional<RegisteredVersion>>read(tx -> tx.registry().registered("football-1x2", 7)).orElseThrow();
        assertThat(registered.trained()).isEqualTo(VERSION);
        assertThat(registered.source()).isEqualTo(tracked.info().artifactUri());
        assertThat(registered.aliases()).containsExactly(ModelVersion.CHAMPION);
    }

    private static void fill(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            String first = "'" + FIRST.id() + "'";
            String second = "'" + SECOND.id() + "'";
            for (String sql : List.of(
                    "insert into runs values (%s, 'football-1x2', 'FINISHED', 1577836800123456, 1577836860123456, '{\"data\":1}')"
                            .formatted(first),
                    "insert into runs values (%s, 'Default', 'RUNNING', 1577836860123456, null, '{}')".formatted(second),
                    "insert into run_params values (%s, 'rounds', '80'), (%s, 'π', 'it''s')".formatted(first, first),
                    "insert into run_metrics values (%s, 'log_loss', 0.98), (%s, 'nothing', null), (%s, 'endless', -1e999)"
                            .formatted(first, first, first),
                    "insert into run_tags values (%s, 'seed', '42'), (%s, 'mlflow.runName', 'given'), (%s, 'mlflow.user', 'ann')"
                            .formatted(first, second, second),
                    "insert into run_artifacts values (%s, 0, 'z/model.bin', '%s', 12), (%s, 1, 'a.json', '%s', 0), (%s, 2, 'z/deep/er.txt', '%s', 3)"
                            .formatted(first, "f".repeat(64), first, "e".repeat(64), first, "d".repeat(64)),
                    "insert into model_versions values ('football-1x2', 7, %s, '%s', 'REFRESH', 1577836800123456, 1577836860123456)"
                            .formatted(first, "c".repeat(64)),
                    "insert into aliases values ('football-1x2', 'champion', 7)",
                    "insert into audit (at, actor, action, model, version, reason, evidence) values (1, 'a', 'b', 'c', 1, 'd', '{}')")) {
                statement.execute(sql);
            }
        }
    }

    /** A row for each table of version 3 that version 2 had none of. */
    private static void fillTracked(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    "insert into experiments (id, name, artifact_location, deleted, created_at, updated_at) values (70, 'theirs', 's3://b', 1, 1, 2)",
                    "insert into experiment_tags values (70, 'team', 'it''s')",
                    "insert into runs (seq, id, experiment, model, name, named, user_name, status, started_at, ended_at, deleted, deleted_at, artifact_uri, provenance)"
                            + " values (90, 'client', 70, null, 'theirs', 1, 'kim', 'KILLED', 1, 2, 1, 3, 's3://b/r', '')",
                    "insert into run_params values (90, 'depth', '3')",
                    "insert into run_tags values (90, 'mlflow.parentRunId', 'p')",
                    "insert into metric_keys (id, name) values (50, 'loss')",
                    "insert into metric_subjects values (5, 'm-1', 'd', 'f')",
                    "insert into metric_points values (90, 50, 1, 1, 0.5, 0, 5), (90, 50, 2, 2, 0, 1, null)",
                    "insert into run_metrics values (90, 50, null, 2, 2, 0.5, 0.5, 2, null)",
                    "insert into datasets values (6, 70, 'd', 'f', 'local', '{}', null, '{}')",
                    "insert into run_inputs values (90, 6)",
                    "insert into run_input_tags values (90, 6, 'context', 'training')",
                    "insert into run_model_inputs values (90, 'm-0')",
                    "insert into run_model_outputs values (90, 'm-1', 4)",
                    "insert into logged_models values ('m-1', 70, 'lm', 's3://b/m', 'READY', null, 'client', 0, 1, 2)",
                    "insert into logged_model_params values ('m-1', 'a', 'b')",
                    "insert into logged_model_tags values ('m-1', 'c', 'd')",
                    "insert into model_points values ('m-1', 50, 90, 1, 1, 0.5, 0, 'd', 'f')",
                    "insert into registered_models values ('theirs', 1, 2, 'about')",
                    "insert into registered_model_tags values ('theirs', 'a', 'b')",
                    "insert into version_numbers values ('theirs', 9)",
                    "insert into model_versions (model, version, stage, source, user_name, description, created_at, updated_at)"
                            + " values ('theirs', 8, 'STAGING', 's3://b/q', 'eve', 'text', 1, 2)",
                    "insert into model_version_tags values ('theirs', 8, 'a', 'b')",
                    "insert into aliases values ('theirs', 'best', 8)",
                    "insert into files values ('70/client/artifacts', 'a.txt', 'aa', 3, 4, null, null)",
                    "insert into definitions values ('FEATURE_VIEW', 'v', 1, 'a', 'b', 'text', 1, 0)",
                    "insert into reports values ('r', 'drift', 's', 1, 'quiet', '{}')",
                    "insert into steps values ('k', 'load', 'out')")) {
                statement.execute(sql);
            }
        }
    }

    /** A line of the chained trail after the one that was there. */
    private static void addChained(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            String before;
            try (ResultSet row = statement.executeQuery("select hash from audit where sequence = 1")) {
                before = row.getString(1);
            }
            AuditEntry entry = new AuditEntry(2, END, "bob", "reject", "football-1x2", null, "no", "{}");
            statement.execute("insert into audit values (2, 1577836860123456, 'bob', 'reject', 'football-1x2', null, 'no', '{}', '%s')"
                    .formatted(AuditChain.hash(before, entry)));
        }
    }
}

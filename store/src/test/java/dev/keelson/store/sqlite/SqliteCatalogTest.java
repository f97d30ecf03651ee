package dev.keelson.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.MetricPoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteCatalogTest {
    @TempDir
    private Path folder;

    @Test
    void newFileHasTheNewestSchema() throws Exception {
        Path file = folder.resolve("sub/keelson.db");

        SqliteCatalog.open(file).close();

        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            assertThat(SqliteFile.userVersion(connection)).isEqualTo(SqliteCatalog.SCHEMA_VERSION);
            try (var row = statement.executeQuery("select max(cast(version as integer)) from flyway_schema_history")) {
                assertThat(row.getInt(1)).isEqualTo(SqliteCatalog.SCHEMA_VERSION);
            }
            try (var row = statement.executeQuery("pragma journal_mode")) {
                assertThat(row.getString(1)).isEqualTo("wal");
            }
        }
    }

    @Test
    void storeOfANewerVersionIsRefused() throws Exception {
        Path file = folder.resolve("keelson.db");
        SqliteCatalog.open(file).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma user_version = 99");
        }

        assertCode(() -> SqliteCatalog.open(file), ErrorCode.STORE_VERSION, "99");
        assertCode(() -> SqliteCatalog.openReadOnly(file), ErrorCode.STORE_VERSION, "99");
    }

    @Test
    void fileThatIsNoDatabaseIsDamaged() throws Exception {
        Path file = folder.resolve("keelson.db");
        Files.writeString(file, "this is not a database at all, but long enough to look at ".repeat(20), StandardCharsets.UTF_8);

        assertCode(() -> SqliteCatalog.open(file), ErrorCode.STORE_DAMAGED, "keelson.db");
    }

    @Test
    void pathThatCannotBeMadeIsNotWritable() throws Exception {
        Path blocker = Files.writeString(folder.resolve("blocker"), "a file", StandardCharsets.UTF_8);

        assertCode(() -> SqliteCatalog.open(blocker.resolve("keelson.db")), ErrorCode.NOT_WRITABLE, "blocker");
    }

    @Test
    void readerFindsNoStore() {
        assertCode(() -> SqliteCatalog.openReadOnly(folder.resolve("keelson.db")), ErrorCode.NOT_FOUND, "keelson.db");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void readerSeesWhatTheOwnerCommits() {
        Path file = folder.resolve("keelson.db");
        try (SqliteCatalog owner = SqliteCatalog.open(file);
                SqliteCatalog reader = SqliteCatalog.openReadOnly(file)) {
            owner.update(tx -> tx.putStep("a", "load", "1"));

            assertThat(reader.<Optional<String>>read(tx -> tx.step("a"))).hasValue("1");
            assertThatThrownBy(() -> reader.update(tx -> tx.putStep("b", "load", "2")))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void readIsOneSnapshotWhileOthersWrite() {
        try (SqliteCatalog catalog = SqliteCatalog.open(folder.resolve("keelson.db"))) {
            Optional<String> seen = catalog.read(tx -> {
                assertThat(tx.step("a")).isEmpty();
                catalog.update(other -> other.putStep("a", "load", "1"));
                return tx.step("a");
            });

            assertThat(seen).isEmpty();
            assertThat(catalog.<Optional<String>>read(tx -> tx.step("a"))).hasValue("1");
        }
    }

    @Test
    void takenOverRunsKeepTheirFilesAndMetricsWhereExperimentsHaveOtherNumbers() {
        Path from = folder.resolve("replay.db");
        Instant at = Instant.parse("2020-01-01T00:00:00.123456Z");
        Run run = new Run(
                "a".repeat(32), "football", Run.Status.FINISHED, at, at, Map.of("p", "1"),
                Map.of("b", 1.5, "nothing", Double.NaN), Map.of("t", "1"),
                List.of(new Run.Artifact("z/model.bin", "f".repeat(64), 12), new Run.Artifact("a", "e".repeat(64), 1)),
                "{}");
        try (SqliteCatalog replay = SqliteCatalog.open(from)) {
            replay.update(tx -> tx.putRun(run));
        }
        try (SqliteCatalog catalog = SqliteCatalog.open(folder.resolve("keelson.db"))) {
            catalog.update(tx -> {
                tx.tracking().createExperiment("first", null, Map.of(), at);
                tx.tracking().createRun("client", "0", "n", "u", at, Map.of());
                tx.tracking().log("client", List.of(new MetricPoint("a", 1, 1, 1)), Map.of(), Map.of());
                tx.putRun(new Run(
                        run.id(), "football", Run.Status.RUNNING, at, null, Map.of("old", "1"), Map.of("old", 1.0),
                        Map.of(), List.of(new Run.Artifact("old", "d".repeat(64), 1)), "{}"));
            });

            catalog.takeOver(from, tx -> tx.putStep("done", "adoption", "yes"));

            assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).containsExactly(run);
            String experiment = catalog.<String>read(
                    tx -> tx.tracking().experimentNamed("football").orElseThrow().id());
            assertThat(experiment).isEqualTo("2");
            assertThat(catalog.<List<MetricPoint>>read(
                            tx -> tx.tracking().history(run.id(), "b", 0, 10).items()))
                    .containsExactly(new MetricPoint("b", 1.5, at.toEpochMilli(), 0));
            assertThat(catalog.<Boolean>read(tx -> tx.files()
                            .file("2/" + run.id() + "/artifacts/z/model.bin")
                            .isPresent()))
                    .isTrue();
            assertThat(catalog.<Boolean>read(tx -> tx.tracking().runInfo("client").isPresent())).isTrue();
            catalog.takeOver(from, tx -> {});
            assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).containsExactly(run);
        }
    }

    @Test
    void everythingIsThereAfterTheLogGrewLong() {
        Path file = folder.resolve("keelson.db");
        String text = "x".repeat(100_000);
        try (SqliteCatalog catalog = SqliteCatalog.open(file)) {
            for (int i = 0; i < 150; i++) {
                String key = "k" + i;
                catalog.update(tx -> tx.putStep(key, "load", text));
            }
        }
        try (SqliteCatalog catalog = SqliteCatalog.openReadOnly(file)) {
            for (int i = 0; i < 150; i++) {
                String key = "k" + i;
                assertThat(catalog.<Boolean>read(tx -> tx.step(key).isPresent())).isTrue();
            }
        }
    }

    @Test
    void aClosedCatalogueSaysSo() {
        SqliteCatalog catalog = SqliteCatalog.open(folder.resolve("keelson.db"));
        catalog.close();
        catalog.close();

        assertThatThrownBy(() -> catalog.read(tx -> tx.models())).hasMessageContaining("closed");
        assertThatThrownBy(() -> catalog.write(tx -> tx.models())).hasMessageContaining("closed");
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code, String part) {
        assertThatThrownBy(call).hasMessageContaining(part).isInstanceOfSatisfying(
                KeelsonException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}

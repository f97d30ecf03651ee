package dev.keelson.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.AuditLine;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file itself does about its audit trail. */
final class AuditTrailTest {
    @TempDir
    private Path folder;

    @Test
    void trailCannotBeChanged() throws SQLException {
        write(3);

        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("update audit set actor = 'eve' where sequence = 2"))
                    .hasMessageContaining("append-only");
            assertThatThrownBy(() -> statement.execute("delete from audit where sequence = 3"))
                    .hasMessageContaining("append-only");
            assertThatThrownBy(() -> statement.execute("insert or replace into audit select sequence, at, 'eve', action,"
                            + " model, version, reason, evidence, hash from audit where sequence = 2"))
                    .hasMessageContaining("append-only");
        }

        assertThat(verify().sound()).isTrue();
    }

    @Test
    void alteredLineIsNamed() throws SQLException {
        write(4);
        tamper("update audit set reason = 'another' where sequence = 3");

        AuditChain.Verification found = verify();

        assertThat(found.broken()).isEqualTo(3);
        assertThat(found.lines()).isEqualTo(2);
        assertThat(found.finding()).contains("line 3 was altered").contains("promote of m v3 by ann");
    }

    @Test
    void missingLinesAreNamed() throws SQLException {
        write(5);
        tamper("delete from audit where sequence in (2, 3)");

        AuditChain.Verification found = verify();

        assertThat(found.broken()).isEqualTo(4);
        assertThat(found.finding()).contains("lines 2 to 3 are missing before line 4");
    }

    @Test
    void linesCutOffAtTheEndAreFoundByAHashThatWasNoted() throws SQLException {
        write(3);
        String head = verify().head();
        tamper("delete from audit where sequence = 3");

        try (SqliteCatalog catalog = SqliteCatalog.open(file())) {
            AuditChain.Verification found = catalog.read(tx -> AuditChain.verify(tx, head));

            assertThat(found.sound()).isFalse();
            assertThat(found.finding()).contains("lines after line 2 are missing");
        }
    }

    @Test
    void linesOfAnEarlierSchemaAreChained() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            Flyway.configure(SqliteCatalog.class.getClassLoader())
                    .dataSource("jdbc:sqlite:" + file(), null, null)
                    .locations("classpath:db/sqlite/catalog")
                    .target("2")
                    .loggers(MigrationLog.class.getName())
                    .load()
                    .migrate();
            for (int i = 1; i <= 3; i++) {
                statement.execute("insert into audit (at, actor, action, model, version, reason, evidence)"
                        + " values (%d, 'ann', 'promote', 'm', %s, 'because', '{}')".formatted(i, i == 2 ? "null" : "" + i));
            }
        }

        try (SqliteCatalog catalog = SqliteCatalog.open(file())) {
            catalog.update(tx -> tx.addAudit(entry(4)));
            List<AuditLine> lines = catalog.read(tx -> tx.auditChain(0, 10));
            AuditChain.Verification found = catalog.read(tx -> AuditChain.verify(tx, null));

            assertThat(found.sound()).isTrue();
            assertThat(lines).hasSize(4);
            assertThat(lines.get(1).entry().version()).isNull();
        }
    }

    @Test
    void trailThatIsTakenOverIsChainedToTheOwn() {
        Path other = folder.resolve("other.db");
        try (SqliteCatalog catalog = SqliteCatalog.open(other)) {
            catalog.update(tx -> tx.addAudit(entry(7)));
            catalog.update(tx -> tx.addAudit(entry(8)));
        }
        write(2);

        try (SqliteCatalog catalog = SqliteCatalog.open(file())) {
            catalog.takeOver(other, tx -> tx.addAudit(entry(9)));
            AuditChain.Verification found = catalog.read(tx -> AuditChain.verify(tx, null));
            List<AuditLine> lines = catalog.read(tx -> tx.auditChain(0, 10));

            assertThat(found.sound()).isTrue();
            assertThat(lines).extracting(line -> line.entry().version()).containsExactly(1, 2, 7, 8, 9);
        }
    }

    private void write(int entries) {
        try (SqliteCatalog catalog = SqliteCatalog.open(file())) {
            for (int i = 1; i <= entries; i++) {
                AuditEntry entry = entry(i);
                catalog.update(tx -> tx.addAudit(entry));
            }
        }
    }

    private AuditChain.Verification verify() {
        try (SqliteCatalog catalog = SqliteCatalog.openReadOnly(file())) {
            return catalog.read(tx -> AuditChain.verify(tx, null));
        }
    }

    /** What somebody does who may write the file and knows of the triggers. */
    private void tamper(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop trigger audit_is_not_updated");
            statement.execute("drop trigger audit_is_not_deleted");
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    private Path file() {
        return folder.resolve("keelson.db");
    }

    private static AuditEntry entry(int version) {
        return new AuditEntry(
                0, Instant.parse("2026-01-01T00:00:00.123456789Z"), "ann", "promote", "m", version, "because", "{\"a\":1}");
    }
}

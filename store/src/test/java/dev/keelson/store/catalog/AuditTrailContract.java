package dev.keelson.store.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.AuditLine;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a database itself does about its audit trail. */
public abstract class AuditTrailContract {
    /** A folder of the test. */
    @TempDir
    protected Path folder;

    /** The catalogue of the test, for writing. */
    protected abstract ProjectCatalog open();

    /** The same, to look at. */
    protected abstract ProjectCatalog openReadOnly();

    /** Somebody who may do everything in the database. */
    protected abstract Connection connect() throws SQLException;

    /** Statements that change what is written, each of which the database refuses. */
    protected abstract List<String> changes();

    /** Statements after which the database refuses nothing. */
    protected abstract List<String> unguarding();

    @Test
    void trailCannotBeChanged() throws SQLException {
        write(3);

        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String change : changes()) {
                assertThatThrownBy(() -> statement.execute(change)).as(change).hasMessageContaining("append-only");
            }
        }

        AuditChain.Verification found = verify();
        assertThat(found.sound()).isTrue();
        assertThat(found.lines()).isEqualTo(3);
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

        try (ProjectCatalog catalog = open()) {
            AuditChain.Verification found = catalog.read(tx -> AuditChain.verify(tx, head));

            assertThat(found.sound()).isFalse();
            assertThat(found.finding()).contains("Lines after line 2 are missing");
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

        try (ProjectCatalog catalog = open()) {
            catalog.takeOver(other, tx -> tx.addAudit(entry(9)));
            AuditChain.Verification found = catalog.read(tx -> AuditChain.verify(tx, null));
            List<AuditLine> lines = catalog.read(tx -> tx.auditChain(0, 10));

            assertThat(found.sound()).isTrue();
            assertThat(lines).extracting(line -> line.entry().version()).containsExactly(1, 2, 7, 8, 9);
        }
    }

    /**
     * Writes three lines as a schema without hashes has them, the second without a version.
     *
     * @param statement on a database with that schema
     */
    protected static void writeUnchained(Statement statement) throws SQLException {
        for (int i = 1; i <= 3; i++) {
            statement.execute("insert into audit (at, actor, action, model, version, reason, evidence)"
                    + " values (%d, 'ann', 'promote', 'm', %s, 'because', '{}')".formatted(i, i == 2 ? "null" : "" + i));
        }
    }

    /** Opens the catalogue with the lines of {@link #writeUnchained} and finds them chained, and the next line to them. */
    protected final void assertChained() {
        try (ProjectCatalog catalog = open()) {
            catalog.update(tx -> tx.addAudit(entry(4)));
            List<AuditLine> lines = catalog.read(tx -> tx.auditChain(0, 10));
            AuditChain.Verification found = catalog.read(tx -> AuditChain.verify(tx, null));

            assertThat(found.sound()).isTrue();
            assertThat(lines).hasSize(4);
            assertThat(lines.get(1).entry().version()).isNull();
        }
    }

    private void write(int entries) {
        try (ProjectCatalog catalog = open()) {
            for (int i = 1; i <= entries; i++) {
                AuditEntry entry = entry(i);
                catalog.update(tx -> tx.addAudit(entry));
            }
        }
    }

    private AuditChain.Verification verify() {
        try (ProjectCatalog catalog = openReadOnly()) {
            return catalog.read(tx -> AuditChain.verify(tx, null));
        }
    }

    /** What somebody does who may write the database and knows how it is guarded. */
    private void tamper(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String each : unguarding()) {
                statement.execute(each);
            }
            statement.execute(sql);
        }
    }

    /** A line about a version. */
    protected static AuditEntry entry(int version) {
        return new AuditEntry(
                0, Instant.parse("2026-01-01T00:00:00.123456789Z"), "ann", "promote", "m", version, "because", "{\"a\":1}");
    }
}

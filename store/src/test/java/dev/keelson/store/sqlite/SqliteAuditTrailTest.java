package dev.keelson.store.sqlite;

import dev.keelson.store.catalog.AuditTrailContract;
import dev.keelson.store.catalog.ProjectCatalog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** In a file. */
final class SqliteAuditTrailTest extends AuditTrailContract {
    @Override
    protected ProjectCatalog open() {
        return SqliteCatalog.open(file());
    }

    @Override
    protected ProjectCatalog openReadOnly() {
        return SqliteCatalog.openReadOnly(file());
    }

    @Override
    protected Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    @Override
    protected List<String> changes() {
        return List.of(
                "update audit set actor = 'eve' where sequence = 2",
                "delete from audit where sequence = 3",
                "insert or replace into audit select sequence, at, 'eve', action, model, version, reason, evidence, hash"
                        + " from audit where sequence = 2");
    }

    @Override
    protected List<String> unguarding() {
        return List.of("drop trigger audit_is_not_updated", "drop trigger audit_is_not_deleted");
    }

    @Test
    void linesOfAnEarlierSchemaAreChained() throws SQLException {
        Flyway.configure(SqliteCatalog.class.getClassLoader())
                .dataSource("jdbc:sqlite:" + file(), null, null)
                .locations("classpath:db/sqlite/catalog")
                .target("2")
                .loggers(MigrationLog.class.getName())
                .load()
                .migrate();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            writeUnchained(statement);
        }

        assertChained();
    }

    private Path file() {
        return folder.resolve("keelson.db");
    }
}

package dev.keelson.store.sqlite;

import dev.keelson.store.catalog.UnchainedTrail;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/** Version 4 of the schema: the audit trail is chained by hashes, with the lines that are there, and cannot be changed. */
final class AuditChainMigration implements JavaMigration {

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("004");
    }

    @Override
    public String getDescription() {
        return "chain the audit trail";
    }

    @Override
    public @Nullable Integer getChecksum() {
        return null;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws SQLException {
        Connection connection = context.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("alter table audit add column hash text not null default ''");
            UnchainedTrail.chain(connection);
            statement.execute("create trigger audit_is_not_updated before update on audit"
                    + " begin select raise(abort, 'the audit trail is append-only'); end");
            statement.execute("create trigger audit_is_not_deleted before delete on audit"
                    + " begin select raise(abort, 'the audit trail is append-only'); end");
            // "insert or replace" deletes without asking the trigger above
            statement.execute("create trigger audit_is_not_replaced before insert on audit"
                    + " when new.sequence <= (select coalesce(max(sequence), 0) from audit)"
                    + " begin select raise(abort, 'the audit trail is append-only'); end");
            statement.execute("pragma user_version = 4");
        }
    }
}

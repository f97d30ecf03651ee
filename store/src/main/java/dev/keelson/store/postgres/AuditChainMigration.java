package dev.keelson.store.postgres;

import dev.keelson.store.catalog.UnchainedTrail;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Version 4 of the schema: the audit trail is chained by hashes, with the lines that are there, and cannot be changed. */
final class AuditChainMigration implements Migration.Step {
    private static final String COLUMN = "alter table audit add column hash text collate \"C\" not null default ''";

    /** Also refused are lines before the last one, and sessions that put triggers off ({@code session_replication_role}). */
    private static final String CLOSE = """
            create function audit_is_append_only() returns trigger language plpgsql set search_path from current as $$
            begin
                raise exception 'the audit trail is append-only' using errcode = 'integrity_constraint_violation';
            end $$;

            create function audit_goes_on() returns trigger language plpgsql set search_path from current as $$
            begin
                if exists (select from audit where sequence >= new.sequence) then
                    raise exception 'the audit trail is append-only' using errcode = 'integrity_constraint_violation';
                end if;
                return new;
            end $$;

            create trigger audit_is_not_updated before update on audit execute function audit_is_append_only();
            create trigger audit_is_not_deleted before delete on audit execute function audit_is_append_only();
            create trigger audit_is_not_truncated before truncate on audit execute function audit_is_append_only();
            create trigger audit_is_not_replaced before insert on audit for each row execute function audit_goes_on();

            alter table audit enable always trigger audit_is_not_updated;
            alter table audit enable always trigger audit_is_not_deleted;
            alter table audit enable always trigger audit_is_not_truncated;
            alter table audit enable always trigger audit_is_not_replaced;
            """;

    @Override
    public void take(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(COLUMN);
            UnchainedTrail.chain(connection);
            statement.execute(CLOSE);
        }
    }
}

package dev.keelson.store.catalog;

import dev.keelson.frame.Micros;
import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.RegistryConflict;
import dev.keelson.registry.spi.OutboxTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The queue of what is told to another registry. */
final class OutboxStatements implements OutboxTransaction {
    private static final String CHANGE =
            "select sequence, kind, subject, document, queued_at, attempts, problem from outbox";
    private static final String CONFLICT = "select id, kind, subject, document, what, here, there, found_at, settled_at, kept,"
            + " settled_by from registry_conflicts";

    private final CatalogStatements open;

    OutboxStatements(CatalogStatements open) {
        this.open = open;
    }

    @Override
    public void add(QueuedChange change) {
        open.session().update(
                        "insert into outbox (kind, subject, document, queued_at, attempts, problem) values (?, ?, ?, ?, ?, ?)",
                        change.kind().name(),
                        change.subject(),
                        change.document(),
                        Micros.of(change.queuedAt()),
                        change.attempts(),
                        change.problem());
    }

    @Override
    public List<QueuedChange> waiting(int limit) {
        CatalogStatements.requireLimit(limit);
        return open.session().list(CHANGE + " order by sequence limit ?", OutboxStatements::change, limit);
    }

    @Override
    public long count() {
        Long count = open.session().number("select count(*) from outbox");
        return count == null ? 0 : count;
    }

    @Override
    public void remove(long sequence) {
        open.session().update("delete from outbox where sequence = ?", sequence);
    }

    @Override
    public void failed(long sequence, String problem, Instant at) {
        open.session().update(
                        "update outbox set attempts = attempts + 1, tried_at = ?, problem = ? where sequence = ?",
                        Micros.of(at),
                        problem,
                        sequence);
    }

    @Override
    public void putConflict(RegistryConflict conflict) {
        Instant settled = conflict.settledAt();
        open.session().update("delete from registry_conflicts where id = ?", conflict.id());
        open.session().update(
                        "insert into registry_conflicts (id, kind, subject, document, what, here, there, found_at, settled_at,"
                                + " kept, settled_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        conflict.id(),
                        conflict.kind().name(),
                        conflict.subject(),
                        conflict.document(),
                        conflict.what(),
                        conflict.local(),
                        conflict.remote(),
                        Micros.of(conflict.foundAt()),
                        settled == null ? null : Micros.of(settled),
                        conflict.kept(),
                        conflict.settledBy());
    }

    @Override
    public Optional<RegistryConflict> conflict(String id) {
        return open.session().first(CONFLICT + " where id = ?", OutboxStatements::conflict, id);
    }

    @Override
    public List<RegistryConflict> conflicts(boolean settled, int limit) {
        CatalogStatements.requireLimit(limit);
        return open.session().list(
                        CONFLICT + (settled ? "" : " where settled_at is null") + " order by found_at desc, id limit ?",
                        OutboxStatements::conflict,
                        limit);
    }

    private static QueuedChange change(ResultSet row) throws SQLException {
        return new QueuedChange(
                row.getLong(1),
                QueuedChange.Kind.valueOf(row.getString(2)),
                row.getString(3),
                row.getString(4),
                Micros.toInstant(row.getLong(5)),
                row.getInt(6),
                row.getString(7));
    }

    private static RegistryConflict conflict(ResultSet row) throws SQLException {
        long settled = row.getLong(9);
        @Nullable Instant settledAt = row.wasNull() ? null : Micros.toInstant(settled);
        return new RegistryConflict(
                row.getString(1),
                QueuedChange.Kind.valueOf(row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                Micros.toInstant(row.getLong(8)),
                settledAt,
                row.getString(10),
                row.getString(11));
    }
}

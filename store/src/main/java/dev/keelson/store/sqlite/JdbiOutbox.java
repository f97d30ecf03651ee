package dev.keelson.store.sqlite;

import dev.keelson.frame.Micros;
import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.RegistryConflict;
import dev.keelson.registry.spi.OutboxTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** The queue of what is told to another registry, within one transaction. */
final class JdbiOutbox implements OutboxTransaction {
    private static final RowMapper<QueuedChange> CHANGE = (row, context) -> new QueuedChange(
            row.getLong("sequence"),
            QueuedChange.Kind.valueOf(row.getString("kind")),
            row.getString("subject"),
            row.getString("document"),
            Micros.toInstant(row.getLong("queued_at")),
            row.getInt("attempts"),
            row.getString("problem"));

    private static final RowMapper<RegistryConflict> CONFLICT = (row, context) -> new RegistryConflict(
            row.getString("id"),
            QueuedChange.Kind.valueOf(row.getString("kind")),
            row.getString("subject"),
            row.getString("document"),
            row.getString("what"),
            row.getString("here"),
            row.getString("there"),
            Micros.toInstant(row.getLong("found_at")),
            instant(row, "settled_at"),
            row.getString("kept"),
            row.getString("settled_by"));

    private final Supplier<Handle> handle;

    /** @param handle of the transaction; fails once that has ended */
    JdbiOutbox(Supplier<Handle> handle) {
        this.handle = handle;
    }

    @Override
    public void add(QueuedChange change) {
        handle.get()
                .execute(
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
        return handle.get()
                .createQuery("select * from outbox order by sequence limit :limit")
                .bind("limit", limit)
                .map(CHANGE)
                .list();
    }

    @Override
    public long count() {
        return handle.get().createQuery("select count(*) from outbox").mapTo(Long.class).one();
    }

    @Override
    public void remove(long sequence) {
        handle.get().execute("delete from outbox where sequence = ?", sequence);
    }

    @Override
    public void failed(long sequence, String problem, Instant at) {
        handle.get()
                .execute(
                        "update outbox set attempts = attempts + 1, tried_at = ?, problem = ? where sequence = ?",
                        Micros.of(at),
                        problem,
                        sequence);
    }

    @Override
    public void putConflict(RegistryConflict conflict) {
        Instant settled = conflict.settledAt();
        handle.get().execute("delete from registry_conflicts where id = ?", conflict.id());
        handle.get()
                .execute(
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
        return handle.get()
                .createQuery("select * from registry_conflicts where id = :id")
                .bind("id", id)
                .map(CONFLICT)
                .findOne();
    }

    @Override
    public List<RegistryConflict> conflicts(boolean settled, int limit) {
        return handle.get()
                .createQuery("select * from registry_conflicts where " + (settled ? "1 = 1" : "settled_at is null")
                        + " order by found_at desc, id limit :limit")
                .bind("limit", limit)
                .map(CONFLICT)
                .list();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? null : Micros.toInstant(micros);
    }
}

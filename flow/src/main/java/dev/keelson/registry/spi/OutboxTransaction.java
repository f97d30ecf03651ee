package dev.keelson.registry.spi;

import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.RegistryConflict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Changes that wait to be told to another registry: they are written in the transaction of the change itself. */
public interface OutboxTransaction {

    /** Puts a change at the end; its sequence is given by the store and never given again. */
    void add(QueuedChange change);

    /** The oldest changes, in order. */
    List<QueuedChange> waiting(int limit);

    /** How many wait. */
    long count();

    /** Takes a change out, for it was told or will not be. */
    void remove(long sequence);

    /** Notes that a change could not be sent. */
    void failed(long sequence, String problem, Instant at);

    /** Stores a conflict, or replaces the one of that id. */
    void putConflict(RegistryConflict conflict);

    /** The conflict of that id. */
    Optional<RegistryConflict> conflict(String id);

    /**
     * Conflicts, those found last first.
     *
     * @param settled whether those that a person has decided are among them
     */
    List<RegistryConflict> conflicts(boolean settled, int limit);
}

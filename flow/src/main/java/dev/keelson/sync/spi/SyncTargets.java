package dev.keelson.sync.spi;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.KeelsonException;
import dev.keelson.sync.SyncTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes to tables of databases and services. Safe for use by several threads. */
public interface SyncTargets {
    /** Whether this adapter writes to such a target. */
    boolean writes(SourceOrigin target);

    /** What tells a target from others of its kind: its address and table, never with a secret. */
    String identity(SourceOrigin target);

    /**
     * Looks whether a table can be written to as it is wanted, changing nothing, and opens it.
     *
     * @throws KeelsonException TARGET_REFUSED with the statement that helps, when the table or a column is missing, a type
     *     does not fit, the key is not unique there, or writing is not allowed; TARGET_UNREACHABLE. Never with a secret in
     *     the message
     */
    Open open(SyncTable table);

    /** A table that is written to. For one thread. */
    interface Open extends AutoCloseable {
        /**
         * Inserts rows, or replaces the written columns of those whose key is there. All are there when this returns, or
         * none of them.
         *
         * @param rows a text for each column of the table: decimal numbers, {@code true} or {@code false}, ISO 8601 dates
         *     and instants, JSON; null for a missing cell. No two have the same key
         * @throws KeelsonException as {@link SyncTargets#open} does, naming the column where it is known
         */
        void put(List<@Nullable String[]> rows);

        @Override
        void close();
    }
}

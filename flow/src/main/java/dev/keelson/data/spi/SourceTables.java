package dev.keelson.data.spi;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.KeelsonException;

/** Reads tables that are no text files: Parquet files, databases, services. Safe for use by several threads. */
public interface SourceTables {
    /** Whether this adapter reads such an origin; of files it is asked one by one. */
    boolean reads(SourceOrigin origin);

    /**
     * Reads rows.
     *
     * @throws KeelsonException SOURCE_NOT_FOUND when there is no such file or table; SOURCE_UNREADABLE when it cannot
     *     be reached, may not be read, is damaged, or ends otherwise than it says. Never with a secret in the message
     */
    void read(SourceOrigin origin, TableQuery query, TableSink sink);
}

package dev.keelson.store.duckdb;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a DuckDB instance.
 *
 * @param memoryMegabytes what it may hold in memory, at least 64
 * @param threads how many threads it may use, at least 1
 * @param spillFolder where it puts what does not fit into memory; null for nowhere
 */
public record DuckDbSettings(
        int memoryMegabytes, int threads, @Nullable Path spillFolder) {
    public DuckDbSettings {
        if (memoryMegabytes < 64 || threads < 1) {
            throw new IllegalArgumentException("memoryMegabytes (%d) must be at least 64 and threads (%d) at least 1."
                    .formatted(memoryMegabytes, threads));
        }
    }

    /** The system property that sets how many megabytes an engine may hold, at least 64. */
    public static final String MEMORY = "keelson.engine.memory";

    /** These settings, with the memory that the system property {@link #MEMORY} says, if it does. */
    public DuckDbSettings orAsToldBySystem() {
        return new DuckDbSettings(Math.max(64, Integer.getInteger(MEMORY, memoryMegabytes)), threads, spillFolder);
    }

    /** 512 MB, 2 threads, no spilling. */
    public static DuckDbSettings defaults() {
        return new DuckDbSettings(512, 2, null);
    }
}

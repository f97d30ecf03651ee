package dev.keelson.store.duckdb;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Tells an engine that has reached its memory limit from one whose folder on disk is full. */
final class EngineErrors {
    private EngineErrors() {}

    /** MEMORY_LIMIT or DISK_FULL; null when the failure has nothing to do with room. */
    static @Nullable KeelsonException noRoom(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        String first = message.lines().findFirst().orElse(message);
        if (message.contains("max_temp_directory_size") || message.contains("No space left on device")) {
            return new KeelsonException(
                    ErrorCode.DISK_FULL,
                    "The rows do not fit the memory of the engine, and its folder on disk is full: %s.".formatted(first),
                    "Maybe make room on that disk and run the command again: nothing half-written was kept.",
                    failure);
        }
        if (!message.startsWith("Out of Memory")) {
            return null;
        }
        return new KeelsonException(
                ErrorCode.MEMORY_LIMIT,
                "The engine has reached its memory limit: %s.".formatted(first),
                "Maybe give it more: KEELSON_JAVA_OPTS=-D%s=2048 keelson ... (megabytes). Nothing half-written was kept."
                        .formatted(DuckDbSettings.MEMORY),
                failure);
    }
}

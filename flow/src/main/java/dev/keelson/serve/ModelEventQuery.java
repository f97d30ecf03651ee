package dev.keelson.serve;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which trainings and evaluations to list, newest first. Null means any.
 *
 * @param kind which of the two
 * @param model the model
 * @param version its version
 * @param from done at or after
 * @param to done before
 * @param text part of the metadata or of the run's id
 * @param limit at most so many, at least 1
 */
public record ModelEventQuery(
        @Nullable ModelEventKind kind,
        @Nullable String model,
        @Nullable Integer version,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String text,
        int limit) {
    public ModelEventQuery {
        if (limit < 1) {
            throw new IllegalArgumentException("limit (%d) must be at least 1.".formatted(limit));
        }
    }

    /** All of them, up to a limit. */
    public static ModelEventQuery newest(int limit) {
        return new ModelEventQuery(null, null, null, null, null, null, limit);
    }
}

package dev.keelson.serve;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which predictions to list. Null means any.
 *
 * @param model the model
 * @param version its version
 * @param role {@code champion} or {@code challenger}
 * @param from event time at or after
 * @param to event time before
 * @param settled whether the outcome must be known (true), unknown (false) or either (null)
 * @param text part of the entity, or of the {@linkplain PredictionEvent#keys keys} asked for
 * @param newestFirst by event time, then entity; descending or ascending
 * @param limit at most so many, at least 1
 */
public record PredictionQuery(
        @Nullable String model,
        @Nullable Integer version,
        @Nullable String role,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Boolean settled,
        @Nullable String text,
        boolean newestFirst,
        int limit) {

    /** All predictions of a model in a role, oldest first. */
    public static PredictionQuery of(String model, String role) {
        return new PredictionQuery(model, null, role, null, null, null, null, false, Integer.MAX_VALUE);
    }
}

package dev.keelson.serve;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which predictions to list. Null means any.
 *
 * @param model the model
 * @param version its version
 * @param role {@code champion}, {@code challenger}, {@code named} or {@code elsewhere}
 * @param served whether it must have been the answer that the caller got (true) or a shadow (false)
 * @param from event time at or after
 * @param to event time before
 * @param settled whether the outcome must be known (true), unknown (false) or either (null)
 * @param outcome the outcome that counts
 * @param atLeast the {@linkplain PredictionEvent#confidence confidence} at least; numbers have none
 * @param atMost the confidence at most
 * @param text part of the entity, or of the {@linkplain PredictionEvent#keys keys} asked for
 * @param metadata part of the metadata's or the client's text
 * @param newestFirst by event time, then entity; descending or ascending
 * @param limit at most so many, at least 1
 */
public record PredictionQuery(
        @Nullable String model,
        @Nullable Integer version,
        @Nullable String role,
        @Nullable Boolean served,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Boolean settled,
        @Nullable String outcome,
        @Nullable Double atLeast,
        @Nullable Double atMost,
        @Nullable String text,
        @Nullable String metadata,
        boolean newestFirst,
        int limit) {

    /** By model, version, role, time, settlement and text alone. */
    public PredictionQuery(
            @Nullable String model,
            @Nullable Integer version,
            @Nullable String role,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Boolean settled,
            @Nullable String text,
            boolean newestFirst,
            int limit) {
        this(model, version, role, null, from, to, settled, null, null, null, text, null, newestFirst, limit);
    }

    /** All predictions of a model in a role, oldest first. */
    public static PredictionQuery of(String model, String role) {
        return new PredictionQuery(model, null, role, null, null, null, null, false, Integer.MAX_VALUE);
    }
}

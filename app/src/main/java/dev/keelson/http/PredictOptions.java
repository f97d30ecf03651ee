package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to answer a predict request.
 *
 * @param durable whether the answer waits until its log entry is on disk
 * @param asOf features use what was known strictly before this instant; not before what was loaded of the row's entities, not
 *     behind now or the event; null means now or the event, whichever is earlier
 * @param version which version answers: a number, a stage such as {@code Production}, or an alias such as {@code @champion};
 *     null for the one that serves, which during a rollout is decided row by row
 * @param details what the answer says beside the prediction
 * @param client who asks, in his own words: rollouts that go by clients put all rows of one client on one side; null when the
 *     request does not say
 * @param metadata what the caller wants to find again beside the prediction in the log: an object; null for nothing
 */
public record PredictOptions(
        boolean durable,
        @Nullable Instant asOf,
        @Nullable String version,
        Set<Detail> details,
        @Nullable String client,
        @Nullable JsonNode metadata) {
    /** Not durable, as of the time of the request, by the version that serves. */
    public static final PredictOptions DEFAULT = new PredictOptions(false, null);

    /** What an answer may say beside the prediction. */
    public enum Detail {
        /** The features' values, each with its status and its age. */
        FEATURES,
        /** What each feature contributes to the model's margins. */
        CONTRIBUTIONS,
        /** The interval of a probability, where the model's calibration tells one. */
        INTERVAL
    }

    public PredictOptions {
        details = Set.copyOf(details);
    }

    /** By the version that serves, without details. */
    public PredictOptions(boolean durable, @Nullable Instant asOf) {
        this(durable, asOf, null, Set.of(), null, null);
    }

    /** The same by a version; null for the one that serves. */
    public PredictOptions by(@Nullable String other) {
        return new PredictOptions(durable, asOf, other, details, client, metadata);
    }

    /** The same with details. */
    public PredictOptions with(Set<Detail> wanted) {
        return new PredictOptions(durable, asOf, version, wanted, client, metadata);
    }

    /** Whether the answer says more than the prediction. */
    public boolean wants(Detail detail) {
        return details.contains(detail);
    }
}

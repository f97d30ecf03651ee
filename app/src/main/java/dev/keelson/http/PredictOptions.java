package dev.keelson.http;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How to answer a predict request.
 *
 * @param durable whether the answer waits until its log entry is on disk
 * @param asOf features use what was known strictly before this instant; not before what was loaded of the row's entities, not
 *     behind now or the event; null means now or the event, whichever is earlier
 * @param version what predicts: a word for a version of the model such as {@code 3}, {@code @challenger}, {@code Staging}, as {@link
 *     dev.keelson.registry.runs.References} takes it; null means the champion
 */
public record PredictOptions(boolean durable, @Nullable Instant asOf, @Nullable String version) {
    /** Not durable, as of the time of the request. */
    public static final PredictOptions DEFAULT = new PredictOptions(false, null);

    /** By the champion. */
    public PredictOptions(boolean durable, @Nullable Instant asOf) {
        this(durable, asOf, null);
    }
}

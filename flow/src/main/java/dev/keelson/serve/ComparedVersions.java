package dev.keelson.serve;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which events to compare two versions on.
 *
 * @param model the model
 * @param champion the version that answered as champion
 * @param challenger the version that answered beside it
 * @param since predictions of the champion made before it do not count; null for all
 * @param from event time at or after; null for any
 * @param to event time before; null for any
 */
public record ComparedVersions(
        String model, int champion, int challenger, @Nullable Instant since, @Nullable Instant from, @Nullable Instant to) {

    /** The same, of other event times. */
    public ComparedVersions between(@Nullable Instant first, @Nullable Instant end) {
        return new ComparedVersions(model, champion, challenger, since, first, end);
    }
}

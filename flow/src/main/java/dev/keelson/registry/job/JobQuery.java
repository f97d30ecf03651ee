package dev.keelson.registry.job;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs are asked for; newest first, by when they were due and then by id.
 *
 * @param states in any of them; all when it is empty
 * @param kind of that kind, or null
 * @param subject of that subject, or null
 * @param schedule of that schedule, or null
 * @param before due before it, or null
 * @param limit at most so many, 1 or more
 */
public record JobQuery(
        Set<Job.State> states,
        @Nullable String kind,
        @Nullable String subject,
        @Nullable String schedule,
        @Nullable Instant before,
        int limit) {
    /** All of them, the newest. */
    public static JobQuery newest(int limit) {
        return new JobQuery(Set.of(), null, null, null, null, limit);
    }

    /** Those of a schedule. */
    public static JobQuery ofSchedule(String schedule, int limit) {
        return new JobQuery(Set.of(), null, null, schedule, null, limit);
    }

    /** The same, in some states only. */
    public JobQuery in(Job.State... wanted) {
        return new JobQuery(Set.of(wanted), kind, subject, schedule, before, limit);
    }

    public JobQuery {
        states = Set.copyOf(states);
        if (limit < 1) {
            throw new IllegalArgumentException("At most %d jobs?".formatted(limit));
        }
    }
}

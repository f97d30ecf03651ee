package dev.keelson.registry.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a schedule beside what the project file says.
 *
 * @param name its name
 * @param plannedUpTo up to when its jobs have been planned, inclusive
 * @param pausedAt since when it is paused, or null
 * @param actor who paused it or let it go on last; empty when nobody did
 * @param reason why
 */
public record ScheduleState(
        String name, Instant plannedUpTo, @Nullable Instant pausedAt, String actor, String reason) {
    /** The same, planned further. */
    public ScheduleState planned(Instant upTo) {
        return new ScheduleState(name, upTo, pausedAt, actor, reason);
    }

    /** The same, paused since then, or going on when it is null. */
    public ScheduleState paused(@Nullable Instant since, String by, String why) {
        return new ScheduleState(name, plannedUpTo, since, by, why);
    }

    /** Whether it is paused. */
    public boolean isPaused() {
        return pausedAt != null;
    }
}

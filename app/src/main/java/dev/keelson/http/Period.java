package dev.keelson.http;

import dev.keelson.expression.Durations;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wrong about a period of history that is walked in steps. */
final class Period {
    /** Shorter steps than this are no time in which anything is decided. */
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    private Period() {}

    /** Adds what is wrong, in sentences. */
    static void check(@Nullable LocalDate from, @Nullable LocalDate to, Duration step, List<String> wrong) {
        if (from != null && to != null && !from.isBefore(to)) {
            wrong.add("The first day (from: %s) must be before the day after the last one (to: %s).".formatted(from, to));
        }
        if (step.compareTo(SHORTEST) < 0) {
            wrong.add("The step (%s) must be at least a minute.".formatted(Durations.format(step)));
        }
    }
}

package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Options that are a day or an instant. */
final class Moments {
    private Moments() {}

    /**
     * Reads one.
     *
     * @param option as it is given, such as {@code --as-of}
     * @param zone in which a day begins
     * @throws KeelsonException USAGE if it is neither
     */
    static Instant of(String option, String text, ZoneId zone) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(zone).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "%s (%s) is no date or instant; one such as 2020-05-01 or 2020-05-01T12:00:00Z was expected."
                            .formatted(option, text),
                    null,
                    e);
        }
    }

    /**
     * Refuses a window that holds no time.
     *
     * @throws KeelsonException USAGE if {@code --from} is not before {@code --to}
     */
    static void checkOrder(@Nullable Instant from, @Nullable Instant to) {
        if (from != null && to != null && !from.isBefore(to)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "--from (%s) must be before --to (%s).".formatted(from, to),
                    from.isAfter(to) ? "Maybe they were exchanged." : "Maybe `--to` the day after was meant: it is exclusive.");
        }
    }

    /** As {@link #of}; null without the option. */
    static @Nullable Instant orNull(String option, @Nullable String text, ZoneId zone) {
        return text == null ? null : of(option, text, zone);
    }
}

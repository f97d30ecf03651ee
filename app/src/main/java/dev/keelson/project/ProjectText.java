package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Durations;
import dev.keelson.frame.ColumnType;
import dev.keelson.project.Value.Scalar;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads single texts of the project file and reports those that mean nothing. */
final class ProjectText {
    private ProjectText() {}

    /** The zone, or empty after a report. */
    static Optional<ZoneId> zone(Scalar text, Problems problems) {
        try {
            return Optional.of(ZoneId.of(text.text()));
        } catch (DateTimeException e) {
            problems.add(
                    ErrorCode.UNKNOWN_ZONE,
                    text.textLocation(),
                    "`%s` is no known time zone".formatted(text.raw()),
                    Suggestion.sentence(
                                    text.raw(),
                                    ZoneId.getAvailableZoneIds().stream()
                                            .sorted()
                                            .toList())
                            .orElse("Maybe a name such as `Europe/London` or `UTC` was meant."));
            return Optional.empty();
        }
    }

    /** The duration, or {@code standard} when there is none or it was reported. */
    static Duration duration(@Nullable Scalar text, Duration standard, Problems problems) {
        if (text == null) {
            return standard;
        }
        try {
            return Durations.parse(text.text());
        } catch (KeelsonException e) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    ("`%s` is not a duration such as `60d`, `36h` or `1h30m`, of at most 100 " + "years")
                            .formatted(text.raw()),
                    null);
            return standard;
        }
    }

    /** The name of a type as project files spell it. */
    static String of(ColumnType type) {
        return "`" + type.name().toLowerCase(Locale.ROOT) + "`";
    }

    /** Reports a name that refers to nothing. */
    static void unknown(
            String what, String name, Collection<String> known, @Nullable Location location, Problems problems) {
        String standard = known.isEmpty()
                ? "Maybe it is not declared yet."
                : "Maybe one of these was meant: "
                        + Shape.list(known.stream().sorted().toList(), "or") + ".";
        problems.add(
                ErrorCode.UNKNOWN_REFERENCE,
                location,
                "there is no %s named `%s`".formatted(what, name),
                Suggestion.sentence(name, known).orElse(standard));
    }
}

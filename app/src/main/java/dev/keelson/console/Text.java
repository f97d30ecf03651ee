package dev.keelson.console;

import dev.keelson.error.KeelsonException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Numbers and times in words, the same on every page. A number that is not there is a dash. */
final class Text {
    static final String NONE = "–";
    private static final Pattern INSTANT =
            Pattern.compile("\\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    private Text() {}

    /** Fixed decimals. */
    static String fixed(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value + 0.0) : NONE;
    }

    /** Three significant digits. */
    static String short3(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size < 0.001) {
            return "< 0.001".replace("< ", value < 0 ? "> -" : "< ");
        }
        if (size >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** A share as percent with one decimal. */
    static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f %%", 100 * share) : NONE;
    }

    /** A whole number with separators. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 0.978 to 0.991}. */
    static String interval(double lower, double upper, int decimals) {
        return Double.isFinite(lower) && Double.isFinite(upper)
                ? fixed(lower, decimals) + " to " + fixed(upper, decimals)
                : NONE;
    }

    static String bytes(long bytes) {
        return bytes < 1024
                ? bytes + " B"
                : bytes < 1024 * 1024
                        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                        : String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024));
    }

    static String day(Instant at, ZoneId zone) {
        return DAY.format(at.atZone(zone));
    }

    static String minute(Instant at, ZoneId zone) {
        return MINUTE.format(at.atZone(zone));
    }

    /** A sentence whose instants become days of a zone. */
    static String withDays(String sentence, ZoneId zone) {
        return INSTANT.matcher(sentence).replaceAll(at -> day(Instant.parse(at.group()), zone));
    }

    /** A sentence whose instants become minutes of a zone. */
    static String withMinutes(String sentence, ZoneId zone) {
        return INSTANT.matcher(sentence).replaceAll(at -> minute(Instant.parse(at.group()), zone));
    }

    static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        if (seconds < 3600) {
            return "%d min %d s".formatted(seconds / 60, seconds % 60);
        }
        return "%d h %d min".formatted(seconds / 3600, seconds % 3600 / 60);
    }

    /** {@code not_enough_evidence} as words. */
    static String words(String code) {
        return code.replace('_', ' ');
    }

    /** What went wrong, with its remedies, on one line. */
    static String problems(KeelsonException failure) {
        return failure.problems().stream()
                .map(problem -> problem.message() + (problem.hint() == null ? "" : " " + problem.hint()))
                .collect(Collectors.joining(" "));
    }

    /** The first letter as a capital. */
    static String sentence(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}

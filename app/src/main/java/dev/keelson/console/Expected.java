package dev.keelson.console;

import java.time.Duration;
import java.util.List;

/** How long something takes, by how long it took before: the median and the range, never a guess. */
final class Expected {
    private Expected() {}

    static String duration(double seconds) {
        return Text.duration(Duration.ofMillis(Math.round(1000 * seconds)));
    }

    /** {@code 12.1 s (9.8 s to 14.0 s, 7 times)}, {@code unknown} without any. */
    static String range(List<Double> seconds) {
        if (seconds.isEmpty()) {
            return "unknown";
        }
        List<Double> sorted = seconds.stream().sorted().toList();
        if (sorted.size() == 1) {
            return "%s (once so far)".formatted(duration(sorted.getFirst()));
        }
        return "%s (%s to %s, %s times)"
                .formatted(duration(median(sorted)), duration(sorted.getFirst()), duration(sorted.getLast()), Text.count(sorted.size()));
    }

    /** The same as a sentence. */
    static String sentence(List<Double> seconds) {
        return seconds.isEmpty()
                ? "How long it takes is unknown: none has come to its end yet."
                : "Usually it takes %s.".formatted(range(seconds));
    }

    /** The middle one of sorted numbers, or the mean of the two; at least one. */
    static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}

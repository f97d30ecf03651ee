package dev.keelson.monitor;

import java.util.List;
import java.util.Locale;

/**
 * Streams that are watched value by value.
 *
 * @param of {@code log_loss}, {@code brier}, {@code rps} or {@code absolute_error} of predictions whose outcome arrives, or inputs
 * @param by the detectors; each watches each stream
 */
public record StreamDefinition(List<String> of, List<Detector> by) {
    /** Nothing is watched. */
    public static final StreamDefinition NONE = new StreamDefinition(List.of(), List.of());

    /** Errors of predictions, which need outcomes. */
    public static final List<String> ERRORS = List.of("log_loss", "brier", "rps", "absolute_error");

    /** Those of a model of numbers, or of classes. */
    public static List<String> errors(boolean number) {
        return ERRORS.stream().filter(each -> each.equals("absolute_error") == number).toList();
    }

    /** Copies the lists. */
    public StreamDefinition {
        of = List.copyOf(of);
        by = List.copyOf(by);
    }

    /** What finds changes. */
    public enum Detector {
        /** Adaptive window: changes of the mean of any kind, with a bounded chance of a false alarm at each test. */
        ADWIN,
        /** Cumulative sums in both directions: small lasting changes of the mean, soonest. */
        PAGE_HINKLEY,
        /** The newest 30 against 30 of the 70 before: changes of any kind, with about one false alarm in 200 windows. */
        KSWIN;

        /** Lower-case word. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package dev.keelson.learn.spi;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads a learner's settings, collecting every problem; {@link #finish} reports them all at once. For one use by one
 * thread.
 */
public final class LearnerSettings {
    private final String learner;
    private final Map<String, Object> given;
    private final SortedMap<String, Object> resolved = new TreeMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /**
     * @param learner name of the learner, for messages
     * @param given setting to value
     */
    public LearnerSettings(String learner, Map<String, Object> given) {
        this.learner = learner;
        this.given = Map.copyOf(given);
    }

    /**
     * A real number between two bounds, both included.
     *
     * @param fallback used when it is not set, and after a problem
     */
    public double real(String name, double fallback, double least, double most) {
        double value = fallback;
        Object found = given.get(name);
        if (found instanceof Number number && number.doubleValue() >= least && number.doubleValue() <= most) {
            value = number.doubleValue();
        } else if (found != null) {
            refuse(name, found, "a number from %s to %s".formatted(least, most));
        }
        resolved.put(name, value);
        return value;
    }

    /**
     * A whole number between two bounds, both included.
     *
     * @param fallback used when it is not set, and after a problem
     */
    public int whole(String name, int fallback, int least, int most) {
        int value = fallback;
        Object found = given.get(name);
        if (found instanceof Number number
                && number.doubleValue() == Math.rint(number.doubleValue())
                && number.doubleValue() >= least
                && number.doubleValue() <= most) {
            value = number.intValue();
        } else if (found != null) {
            refuse(name, found, "a whole number from %d to %d".formatted(least, most));
        }
        resolved.put(name, (long) value);
        return value;
    }

    /**
     * A text.
     *
     * @param fallback used when it is not set, and after a problem
     */
    public String text(String name, String fallback) {
        String value = fallback;
        Object found = given.get(name);
        if (found instanceof String text) {
            value = text;
        } else if (found != null) {
            refuse(name, found, "a text");
        }
        resolved.put(name, value);
        return value;
    }

    /**
     * True or false.
     *
     * @param fallback used when it is not set, and after a problem
     */
    public boolean flag(String name, boolean fallback) {
        boolean value = fallback;
        Object found = given.get(name);
        if (found instanceof Boolean flag) {
            value = flag;
        } else if (found != null) {
            refuse(name, found, "true or false");
        }
        resolved.put(name, value);
        return value;
    }

    private void refuse(String name, Object found, String expected) {
        problems.add(Problem.of(
                ErrorCode.BAD_VALUE,
                "The setting %s.%s (%s) must be %s.".formatted(learner, name, found, expected),
                null));
    }

    /**
     * Every setting that was asked for with its value.
     *
     * @throws KeelsonException naming every bad value and every setting that nobody asked for
     */
    public SortedMap<String, Object> finish() {
        for (String name : new TreeSet<>(given.keySet())) {
            if (!resolved.containsKey(name)) {
                problems.add(Problem.of(
                        ErrorCode.UNKNOWN_KEY,
                        "The learner %s has no setting (%s); it has %s.".formatted(learner, name, resolved.keySet()),
                        Suggestion.sentence(name, resolved.keySet()).orElse(null)));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return new TreeMap<>(resolved);
    }
}

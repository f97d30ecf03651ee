package dev.keelson.train;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a champion learns from its confident mistakes.
 *
 * @param confidence probability of what it held for most probable from which a mistake counts, above 0 and below 1
 * @param minSamples confident mistakes below which nothing is learned, at least 1
 * @param window how long before the training a row may have happened to count as a mistake
 * @param weight how much a mistake counts among the rows that train, above 1
 * @param rounds further trees, epochs or steps, at least 1
 * @param learningRate of these, above 0 and at most 1
 */
public record ReinforceDefinition(
        double confidence, int minSamples, Duration window, double weight, int rounds, double learningRate) {
    /** What a model has that says nothing of it. */
    public static final ReinforceDefinition DEFAULT =
            new ReinforceDefinition(0.7, 10, Duration.ofDays(7), 3, 20, 0.01);

    private static final String PREFIX = "reinforce.";

    /** Checks the ranges. */
    public ReinforceDefinition {
        if (!(confidence > 0 && confidence < 1)
                || minSamples < 1
                || !window.isPositive()
                || !(weight > 1 && weight < Double.POSITIVE_INFINITY)
                || rounds < 1
                || !(learningRate > 0 && learningRate <= 1)) {
            throw new IllegalArgumentException(
                    "confidence (%s), min_samples (%d), window (%s), weight (%s), rounds (%d) or learning_rate (%s) is out of range."
                            .formatted(confidence, minSamples, window, weight, rounds, learningRate));
        }
    }

    /** The same by another number of rounds and another rate; null leaves one as it is. */
    public ReinforceDefinition with(@Nullable Integer otherRounds, @Nullable Double otherRate) {
        return new ReinforceDefinition(
                confidence,
                minSamples,
                window,
                weight,
                otherRounds == null ? rounds : otherRounds,
                otherRate == null ? learningRate : otherRate);
    }

    /** The settings, as a run records them. */
    public SortedMap<String, String> params() {
        SortedMap<String, String> params = new TreeMap<>();
        params.put(PREFIX + "confidence", Double.toString(confidence));
        params.put(PREFIX + "min_samples", Integer.toString(minSamples));
        params.put(PREFIX + "window", window.toString());
        params.put(PREFIX + "weight", Double.toString(weight));
        params.put(PREFIX + "rounds", Integer.toString(rounds));
        params.put(PREFIX + "learning_rate", Double.toString(learningRate));
        return params;
    }

    /**
     * What {@link #params} told.
     *
     * @throws RuntimeException if something is missing or damaged
     */
    public static ReinforceDefinition ofParams(Map<String, String> params) {
        return new ReinforceDefinition(
                Double.parseDouble(get(params, "confidence")),
                Integer.parseInt(get(params, "min_samples")),
                Duration.parse(get(params, "window")),
                Double.parseDouble(get(params, "weight")),
                Integer.parseInt(get(params, "rounds")),
                Double.parseDouble(get(params, "learning_rate")));
    }

    private static String get(Map<String, String> params, String name) {
        return Objects.requireNonNull(params.get(PREFIX + name), name);
    }
}

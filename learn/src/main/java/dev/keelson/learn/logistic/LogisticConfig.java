package dev.keelson.learn.logistic;

import dev.keelson.learn.spi.LearnerSettings;
import java.util.List;
import java.util.Map;

/**
 * Settings of a logistic regression.
 *
 * @param l2 weight of the ridge penalty {@code l2 / 2 * sum of squared coefficients} beside the summed (not averaged)
 *     log loss, on standardised features; positive. It is 1 / C of other libraries
 * @param maxIterations bound on the optimiser's steps, at least 1
 */
public record LogisticConfig(double l2, int maxIterations) {
    private static final double DEFAULT_L2 = 10;
    private static final int DEFAULT_ITERATIONS = 500;
    private static final double LEAST_L2 = 1e-6;
    private static final double MOST_L2 = 1e9;
    private static final int MOST_ITERATIONS = 100_000;

    /** Names of the settings in project files. */
    static final List<String> NAMES = List.of("l2", "max_iterations");

    /** Checks the ranges. */
    public LogisticConfig {
        if (!(l2 >= LEAST_L2 && l2 <= MOST_L2)) {
            throw new IllegalArgumentException("l2 (%s) must be between %s and %s.".formatted(l2, LEAST_L2, MOST_L2));
        }
        if (maxIterations < 1) {
            throw new IllegalArgumentException("maxIterations (%d) must be at least 1.".formatted(maxIterations));
        }
    }

    /** A ridge of 10, which costs nothing on thousands of rows and steadies correlated features on few. */
    public static LogisticConfig defaults() {
        return new LogisticConfig(DEFAULT_L2, DEFAULT_ITERATIONS);
    }

    /** The same with another ridge. */
    public LogisticConfig withL2(double value) {
        return new LogisticConfig(value, maxIterations);
    }

    /**
     * From the settings {@code l2} and {@code max_iterations}.
     *
     * @throws dev.keelson.error.KeelsonException naming every bad or unknown setting
     */
    public static LogisticConfig of(Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(LogisticLearner.NAME, settings);
        double l2 = reader.real("l2", DEFAULT_L2, LEAST_L2, MOST_L2);
        int iterations = reader.whole("max_iterations", DEFAULT_ITERATIONS, 1, MOST_ITERATIONS);
        reader.finish();
        return new LogisticConfig(l2, iterations);
    }
}

package dev.keelson.learn.linear;

import dev.keelson.learn.spi.LearnerSettings;
import java.util.List;
import java.util.Map;

/**
 * Settings of a linear regression: {@code sum of w (y - f)^2 / (2 sum of w) + alpha (l1Ratio |b|_1 + (1 - l1Ratio) / 2
 * |b|^2)} is minimised over coefficients of standardised features and a free intercept.
 *
 * @param alpha weight of the penalty, at least 0, in squared units of the target; 0 is least squares
 * @param l1Ratio share of the lasso in the penalty, 0 (ridge) to 1 (lasso)
 * @param maxSweeps bound on the passes over the coefficients, at least 1
 */
public record LinearConfig(double alpha, double l1Ratio, int maxSweeps) {
    static final List<String> NAMES = List.of("alpha", "l1_ratio", "max_sweeps");

    private static final double DEFAULT_ALPHA = 1e-3;
    private static final double MOST_ALPHA = 1e12;
    private static final int DEFAULT_SWEEPS = 10_000;
    private static final int MOST_SWEEPS = 1_000_000;

    /** Checks the ranges. */
    public LinearConfig {
        if (!(alpha >= 0 && alpha <= MOST_ALPHA) || !(l1Ratio >= 0 && l1Ratio <= 1) || maxSweeps < 1) {
            throw new IllegalArgumentException(
                    "alpha (%s) must be at least 0, l1Ratio (%s) 0 to 1 and maxSweeps (%d) at least 1."
                            .formatted(alpha, l1Ratio, maxSweeps));
        }
    }

    /**
     * From the settings {@code alpha}, {@code l1_ratio} and {@code max_sweeps}; a slight ridge by default.
     *
     * @throws dev.keelson.error.KeelsonException naming every bad or unknown setting
     */
    public static LinearConfig of(Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(LinearLearner.NAME, settings);
        double alpha = reader.real("alpha", DEFAULT_ALPHA, 0, MOST_ALPHA);
        double l1Ratio = reader.real("l1_ratio", 0, 0, 1);
        int sweeps = reader.whole("max_sweeps", DEFAULT_SWEEPS, 1, MOST_SWEEPS);
        reader.finish();
        return new LinearConfig(alpha, l1Ratio, sweeps);
    }
}

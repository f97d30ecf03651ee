package dev.keelson.stats;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A limit that one further value of a normal law exceeds with a small chance, learned from a few values of it.
 *
 * <p>{@code mean + t * s * sqrt(1 + 1/n)} with the quantile {@code t} of Student's law with {@code n - 1} degrees of freedom.
 * Mean plus three standard deviations is the same for many values; learned from twelve it is exceeded by one in 170 instead
 * of one in 740.
 *
 * <p>Source: Hahn, G. J. and Meeker, W. Q. (1991), Statistical Intervals, section 4.8 (prediction interval for one future
 * observation).
 */
public final class PredictionLimit {
    private PredictionLimit() {}

    /**
     * The upper limit.
     *
     * @param values finite
     * @param deviations the limit in standard deviations if mean and deviation were known, such as 3; positive
     * @return 0 without a value; the value itself where there is one alone
     */
    public static double above(double[] values, double deviations) {
        Samples.requirePositive(deviations, "The number of standard deviations");
        int n = values.length;
        if (n == 0) {
            return 0;
        }
        double mean = 0;
        for (double value : values) {
            mean += value / n;
        }
        if (n == 1) {
            return mean;
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double t = TDistribution.of(n - 1).inverseSurvivalProbability(1 - Normal.cdf(deviations));
        return mean + t * Math.sqrt(squares / (n - 1) * (1 + 1.0 / n));
    }
}

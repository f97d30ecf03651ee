package dev.keelson.learn.threshold;

import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Interval of a sum over days by the circular block bootstrap: blocks of successive days are drawn with replacement,
 * the last day followed by the first, until there are as many days as before. Days that hang together stay together.
 *
 * <p>The ends are percentiles (by linear interpolation), which need not enclose the sum itself. With fewer than 10
 * days, or fewer than two blocks, nothing is known of the variation: the interval is the whole line.
 *
 * <p>Source: Politis, D. N. and Romano, J. P. (1992), A circular block-resampling procedure for stationary data, in
 * Exploring the Limits of Bootstrap.
 */
public final class BlockBootstrap {
    private static final int LEAST_DAYS = 10;

    private BlockBootstrap() {}

    /** The usual length of a block: the cube root of the number of days, rounded, at least 1. */
    public static int blockLength(int days) {
        return Math.max(1, (int) Math.round(StrictMath.cbrt(days)));
    }

    /**
     * Interval of the sum.
     *
     * @param daily one value for each day, in order of time, finite
     * @param block days in a block, at least 1
     * @param resamples number of bootstrap samples, at least 100
     * @param confidence two-sided coverage, e.g. 0.95
     * @param seed seed of the resampling
     */
    public static Interval total(double[] daily, int block, int resamples, double confidence, long seed) {
        if (block < 1 || resamples < 100) {
            throw new IllegalArgumentException(
                    "The block (%d days) must be at least 1 and the resamples (%d) at least 100."
                            .formatted(block, resamples));
        }
        int n = daily.length;
        double sum = Arrays.stream(daily).sum();
        if (n < LEAST_DAYS || n < 2L * block) {
            return new Interval(Double.NEGATIVE_INFINITY, sum, Double.POSITIVE_INFINITY, confidence);
        }
        double[] before = new double[n + block + 1]; // sums of the days before each, going round
        for (int i = 0; i < n + block; i++) {
            before[i + 1] = before[i] + daily[i % n];
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] draws = new double[resamples];
        for (int b = 0; b < resamples; b++) {
            double drawn = 0;
            for (int day = 0; day < n; day += block) {
                int start = random.nextInt(n);
                drawn += before[start + Math.min(block, n - day)] - before[start];
            }
            draws[b] = drawn;
        }
        Arrays.sort(draws);
        double tail = (1 - confidence) / 2;
        return new Interval(quantile(draws, tail), sum, quantile(draws, 1 - tail), confidence);
    }

    static double quantile(double[] sorted, double share) {
        double position = share * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}

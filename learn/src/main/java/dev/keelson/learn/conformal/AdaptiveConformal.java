package dev.keelson.learn.conformal;

import java.util.Arrays;

/**
 * Adaptive conformal prediction over time: the level asked of the conformal quantile follows the misses, {@code alpha +
 * step * (target - miss)} after each outcome, so that the share of misses approaches the target even when the rows
 * drift. Over T rows the share differs from the target by at most {@code (max(a, 1 - a) + step) / (T * step)}, a being
 * the first alpha, whatever the data are.
 *
 * <p>An alpha of 0 or less covers everything, of 1 or more nothing. Immutable: {@link #after} gives the next state.
 *
 * <p>Source: Gibbs, I. and Candès, E. (2021), Adaptive conformal inference under distribution shift, NeurIPS.
 *
 * @param target share of rows that may be missed, strictly between 0 and 1
 * @param step how far one outcome moves alpha, positive; 0.005 to 0.05 are usual
 * @param alpha the present level, any finite number
 * @param rows outcomes seen
 * @param misses outcomes that were not covered
 */
public record AdaptiveConformal(double target, double step, double alpha, long rows, long misses) {

    /** Checks the ranges. */
    public AdaptiveConformal {
        ConformalQuantile.requireAlpha(target);
        if (!(step > 0 && step < Double.POSITIVE_INFINITY) || !Double.isFinite(alpha)) {
            throw new IllegalArgumentException(
                    "step (%s) must be positive and alpha (%s) finite.".formatted(step, alpha));
        }
        if (misses < 0 || misses > rows) {
            throw new IllegalArgumentException(
                    "There are %d misses in %d rows; 0 to as many are expected.".formatted(misses, rows));
        }
    }

    /** The state before the first outcome, alpha at the target. */
    public static AdaptiveConformal start(double target, double step) {
        return new AdaptiveConformal(target, step, target, 0, 0);
    }

    /** The state after an outcome. */
    public AdaptiveConformal after(boolean covered) {
        double moved = alpha + step * (target - (covered ? 0 : 1));
        return new AdaptiveConformal(target, step, moved, rows + 1, misses + (covered ? 0 : 1));
    }

    /** The quantile at the present level of some scores: infinite below level 0, negatively infinite above 1. */
    public double quantile(double[] scores) {
        return ConformalQuantile.of(scores, alpha);
    }

    /** The share of misses so far; NaN before the first outcome. */
    public double missed() {
        return (double) misses / rows;
    }

    /**
     * What a walk over past rows showed.
     *
     * @param end the state after the last row
     * @param quantiles quantile that was in force for each row
     * @param covered whether each row was covered
     */
    public record Walk(AdaptiveConformal end, double[] quantiles, boolean[] covered) {}

    /**
     * Walks over rows in order of time: each is covered when its score is at most the quantile, at the level reached,
     * of the scores of the rows before it.
     *
     * @param scores nonconformity scores in order of time, not NaN; each outcome known before the next row
     * @param window how many earlier rows the quantile sees, at least 1
     */
    public Walk walk(double[] scores, int window) {
        if (window < 1) {
            throw new IllegalArgumentException("window (%d) must be at least 1.".formatted(window));
        }
        AdaptiveConformal state = this;
        double[] quantiles = new double[scores.length];
        boolean[] covered = new boolean[scores.length];
        double[] sorted = new double[Math.min(window, scores.length)];
        int size = 0;
        for (int t = 0; t < scores.length; t++) {
            if (Double.isNaN(scores[t])) {
                throw new IllegalArgumentException("The score at index %d is NaN.".formatted(t));
            }
            quantiles[t] = ConformalQuantile.ofSorted(sorted, size, state.alpha);
            covered[t] = scores[t] <= quantiles[t];
            state = state.after(covered[t]);
            if (size == window) {
                size = remove(sorted, size, scores[t - window]);
            }
            size = insert(sorted, size, scores[t]);
        }
        return new Walk(state, quantiles, covered);
    }

    private static int remove(double[] sorted, int size, double score) {
        int at = Arrays.binarySearch(sorted, 0, size, score);
        System.arraycopy(sorted, at + 1, sorted, at, size - at - 1);
        return size - 1;
    }

    private static int insert(double[] sorted, int size, double score) {
        int found = Arrays.binarySearch(sorted, 0, size, score);
        int at = found >= 0 ? found : -found - 1;
        System.arraycopy(sorted, at, sorted, at + 1, size - at);
        sorted[at] = score;
        return size + 1;
    }
}

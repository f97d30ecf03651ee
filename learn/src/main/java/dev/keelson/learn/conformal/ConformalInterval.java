package dev.keelson.learn.conformal;

import org.jspecify.annotations.Nullable;

/**
 * Intervals of a number with a stated coverage, from the predictions of any model: split conformal prediction.
 *
 * <p>Around one prediction ({@link Kind#RESIDUAL}) the interval is {@code prediction ± q}, q the conformal quantile of
 * absolute residuals. Around two quantile predictions it is {@code [low - q, high + q]}: with {@link
 * Kind#QUANTILES_SYMMETRIC} q is that of {@code max(low - y, y - high)}; with {@link Kind#QUANTILES_TWO_SIDED} each end
 * has its own, at half of alpha each, of {@code low - y} and of {@code y - high}. q may be negative, which narrows.
 *
 * <p>Calibration rows must be ones that the model was not fitted on, exchangeable with those to come. Immutable plain
 * data; safe for use by several threads.
 *
 * <p>Source: Papadopoulos, H. et al. (2002), Inductive confidence machines for regression; Romano, Y., Patterson, E.
 * and Candès, E. (2019), Conformalized quantile regression, NeurIPS.
 *
 * @param kind what the quantiles are of
 * @param alpha share of rows that may be missed, strictly between 0 and 1
 * @param lower corrections of the lower end
 * @param upper corrections of the upper end; the same as {@code lower} but for two-sided ones
 */
public record ConformalInterval(Kind kind, double alpha, GroupQuantiles lower, GroupQuantiles upper) {

    /** What an interval is built around. */
    public enum Kind {
        /** One prediction. */
        RESIDUAL,
        /** Two quantile predictions that are widened alike. */
        QUANTILES_SYMMETRIC,
        /** Two quantile predictions, each corrected by itself: each side misses at most half of alpha. */
        QUANTILES_TWO_SIDED
    }

    /** Checks alpha. */
    public ConformalInterval {
        ConformalQuantile.requireAlpha(alpha);
    }

    /**
     * Intervals around one prediction.
     *
     * @param predictions of the calibration rows, finite
     * @param labels true values, finite
     * @param groups group of each row; null when all rows are one group
     * @param tree the groups
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     */
    public static ConformalInterval residual(
            double[] predictions, double[] labels, int @Nullable [] groups, GroupTree tree, double alpha) {
        requireLengths(predictions.length, labels.length);
        double[] scores = new double[labels.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.abs(finite(labels[i], i) - finite(predictions[i], i));
        }
        GroupQuantiles quantiles = GroupQuantiles.fit(scores, groups(groups, scores.length), tree, alpha);
        return new ConformalInterval(Kind.RESIDUAL, alpha, quantiles, quantiles);
    }

    /**
     * Intervals around two quantile predictions.
     *
     * @param kind one of the two kinds for quantiles
     * @param low lower quantile predicted for each calibration row, finite; it may lie above the upper one
     * @param high upper quantile predicted
     * @param labels true values, finite
     * @param groups group of each row; null when all rows are one group
     * @param tree the groups
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     */
    public static ConformalInterval quantiles(
            Kind kind,
            double[] low,
            double[] high,
            double[] labels,
            int @Nullable [] groups,
            GroupTree tree,
            double alpha) {
        requireLengths(low.length, labels.length);
        requireLengths(high.length, labels.length);
        int n = labels.length;
        double[] below = new double[n];
        double[] above = new double[n];
        double[] either = new double[n];
        for (int i = 0; i < n; i++) {
            below[i] = finite(low[i], i) - finite(labels[i], i);
            above[i] = labels[i] - finite(high[i], i);
            either[i] = Math.max(below[i], above[i]);
        }
        int[] of = groups(groups, n);
        return switch (kind) {
            case RESIDUAL ->
                throw new IllegalArgumentException("Quantile predictions need one of the two kinds for quantiles.");
            case QUANTILES_SYMMETRIC -> {
                GroupQuantiles quantiles = GroupQuantiles.fit(either, of, tree, alpha);
                yield new ConformalInterval(kind, alpha, quantiles, quantiles);
            }
            case QUANTILES_TWO_SIDED ->
                new ConformalInterval(
                        kind,
                        alpha,
                        GroupQuantiles.fit(below, of, tree, alpha, true),
                        GroupQuantiles.fit(above, of, tree, alpha, true));
        };
    }

    /**
     * The interval of a row with one prediction.
     *
     * @param group the row's group; 0 where there are none
     */
    public PredictionRange around(double prediction, int group) {
        return between(prediction, prediction, group);
    }

    /**
     * The interval of a row with two quantile predictions.
     *
     * @param group the row's group; 0 where there are none
     * @return possibly empty, when the predictions or the corrections make the ends cross
     */
    public PredictionRange between(double low, double high, int group) {
        return new PredictionRange(low - lower.quantile(group), high + upper.quantile(group));
    }

    private static int[] groups(int @Nullable [] groups, int rows) {
        return groups == null ? new int[rows] : groups;
    }

    private static void requireLengths(int predictions, int labels) {
        if (predictions != labels || labels == 0) {
            throw new IllegalArgumentException(
                    "There are %d predictions and %d labels; as many of both and at least one are needed."
                            .formatted(predictions, labels));
        }
    }

    private static double finite(double value, int row) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "The prediction or label of row %d (%s) must be finite.".formatted(row, value));
        }
        return value;
    }
}

package dev.keelson.metrics;

import java.util.OptionalDouble;

/**
 * Errors of numeric predictions.
 *
 * @param rows number of rows
 * @param rmse root of the mean squared error, in units of the target
 * @param mae mean absolute error, in units of the target
 * @param bias mean of prediction minus target
 * @param r2 share of the target's variance (around the mean of these rows) that is explained, at most 1, negative when
 *     worse than that mean; {@code NaN} when the targets are all equal
 */
public record RegressionErrors(int rows, double rmse, double mae, double bias, double r2) {

    /**
     * Errors of rows that all count the same.
     *
     * @param predictions finite, at least one
     * @param targets finite, same length
     */
    public static RegressionErrors of(double[] predictions, double[] targets) {
        return of(predictions, targets, Rows.ones(predictions.length));
    }

    /**
     * Errors of weighted rows.
     *
     * @param predictions finite, at least one
     * @param targets finite, same length
     * @param weights finite, not negative, positive in sum; same length
     */
    public static RegressionErrors of(double[] predictions, double[] targets, double[] weights) {
        check(predictions, targets);
        double total = Rows.checkWeights(weights, predictions.length);
        double mean = WeightedMean.of(targets, weights);
        double squares = 0;
        double absolute = 0;
        double signed = 0;
        double variance = 0;
        double first = Double.NaN;
        boolean varied = false;
        for (int i = 0; i < targets.length; i++) {
            double error = predictions[i] - targets[i];
            squares += weights[i] * error * error;
            absolute += weights[i] * Math.abs(error);
            signed += weights[i] * error;
            variance += weights[i] * (targets[i] - mean) * (targets[i] - mean);
            if (weights[i] > 0) {
                varied |= !Double.isNaN(first) && targets[i] != first;
                first = targets[i];
            }
        }
        double r2 = varied ? 1 - squares / variance : Double.NaN;
        return new RegressionErrors(
                predictions.length, Math.sqrt(squares / total), absolute / total, signed / total, r2);
    }

    /** {@link #r2}, absent where it is not defined. */
    public OptionalDouble explained() {
        return Double.isNaN(r2) ? OptionalDouble.empty() : OptionalDouble.of(r2);
    }

    /**
     * Pinball loss of each row: {@code q (y - f)} when the target lies above, {@code (1 - q)(f - y)} when below; its
     * mean is least for the true quantile.
     *
     * <p>Source: Koenker, R. and Bassett, G. (1978), Regression quantiles, Econometrica 46(1).
     *
     * @param predictions predicted quantile of each row, finite, at least one
     * @param targets finite, same length
     * @param quantile between 0 and 1, both excluded
     */
    public static double[] pinballPerRow(double[] predictions, double[] targets, double quantile) {
        if (!(quantile > 0 && quantile < 1)) {
            throw new IllegalArgumentException("The quantile (%s) must lie between 0 and 1.".formatted(quantile));
        }
        check(predictions, targets);
        double[] losses = new double[targets.length];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = pinball(predictions[i], targets[i], quantile);
        }
        return losses;
    }

    /** Pinball loss of one row. */
    public static double pinball(double prediction, double target, double quantile) {
        double above = target - prediction;
        return above >= 0 ? quantile * above : (quantile - 1) * above;
    }

    private static void check(double[] predictions, double[] targets) {
        if (predictions.length != targets.length || targets.length == 0) {
            throw new IllegalArgumentException(
                    "There are %d predictions and %d targets; as many of both and at least one are needed."
                            .formatted(predictions.length, targets.length));
        }
        for (int i = 0; i < targets.length; i++) {
            if (!Double.isFinite(predictions[i]) || !Double.isFinite(targets[i])) {
                throw new IllegalArgumentException("Row %d has prediction %s and target %s; both must be finite."
                        .formatted(i, predictions[i], targets[i]));
            }
        }
    }
}

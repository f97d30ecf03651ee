package dev.keelson.train;

import dev.keelson.metrics.RegressionErrors;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Errors of predicted values under their names, with intervals clustered by day. Only finite values are put. */
final class ValueScores {
    private static final double CONFIDENCE = 0.95;

    private ValueScores() {}

    /** All scores of some predictions under a prefix such as {@code test_}. */
    static void put(SortedMap<String, Double> to, String prefix, double[] predictions, double[] targets, int[] day) {
        RegressionErrors errors = RegressionErrors.of(predictions, targets);
        to.put(prefix + "n", (double) errors.rows());
        Scores.putFinite(to, prefix + "bias", errors.bias());
        Scores.putFinite(to, prefix + "r2", errors.r2());
        double[] squares = squares(predictions, targets);
        Interval squared = ClusteredMean.of(squares, day).interval(CONFIDENCE);
        Interval absolute = ClusteredMean.of(absolute(predictions, targets), day).interval(CONFIDENCE);
        put(to, prefix + "mse", squared, value -> value);
        put(to, prefix + "rmse", squared, value -> Math.sqrt(Math.max(0, value)));
        put(to, prefix + "mae", absolute, value -> value);
        putExplained(to, prefix + "r2", squares, targets, day);
    }

    private static void put(SortedMap<String, Double> to, String name, Interval interval, UnaryOperator<Double> scale) {
        Scores.putFinite(to, name, scale.apply(interval.estimate()));
        Scores.putFinite(to, name + "_lower", scale.apply(interval.lower()));
        Scores.putFinite(to, name + "_upper", scale.apply(interval.upper()));
    }

    /** The interval of 1 less a ratio of means, by its first-order change with each cluster. */
    private static void putExplained(
            SortedMap<String, Double> to, String name, double[] squares, double[] targets, int[] day) {
        double mean = mean(targets);
        double[] spread = new double[targets.length];
        for (int i = 0; i < spread.length; i++) {
            spread[i] = (targets[i] - mean) * (targets[i] - mean);
        }
        double variance = mean(spread);
        double explained = to.getOrDefault(name, Double.NaN);
        if (!(variance > 0) || Double.isNaN(explained)) {
            return;
        }
        double[] influence = new double[targets.length];
        for (int i = 0; i < influence.length; i++) {
            influence[i] = explained + ((1 - explained) * spread[i] - squares[i]) / variance;
        }
        Interval interval = ClusteredMean.of(influence, day).interval(CONFIDENCE);
        Scores.putFinite(to, name + "_lower", interval.lower());
        Scores.putFinite(to, name + "_upper", interval.upper());
    }

    /**
     * Scores of other predictions of the test rows, and the model's less theirs, over the rows where they are present;
     * empty without such rows.
     *
     * @param other one for each row; {@code NaN} is absent
     */
    static SortedMap<String, Double> baseline(HoldoutValues test, double[] other) {
        SortedMap<String, Double> measured = new TreeMap<>();
        int[] present = IntStream.range(0, other.length)
                .filter(i -> !Double.isNaN(other[i]))
                .toArray();
        if (present.length == 0) {
            return measured;
        }
        double[] theirs = Scores.take(other, 1, present);
        double[] ours = Scores.take(test.predictions(), 1, present);
        double[] targets = Scores.take(test.targets(), 1, present);
        int[] day = Scores.take(test.day(), present);
        put(measured, "test_", theirs, targets, day);
        put(
                measured,
                "test_mse_difference",
                ClusteredMean.ofDifference(squares(ours, targets), squares(theirs, targets), day)
                        .interval(CONFIDENCE),
                value -> value);
        put(
                measured,
                "test_mae_difference",
                ClusteredMean.ofDifference(absolute(ours, targets), absolute(theirs, targets), day)
                        .interval(CONFIDENCE),
                value -> value);
        return measured;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    static double[] squares(double[] predictions, double[] targets) {
        double[] squares = new double[targets.length];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
        }
        return squares;
    }

    private static double[] absolute(double[] predictions, double[] targets) {
        double[] absolute = new double[targets.length];
        for (int i = 0; i < absolute.length; i++) {
            absolute[i] = Math.abs(predictions[i] - targets[i]);
        }
        return absolute;
    }
}

package dev.keelson.train;

import dev.keelson.metrics.RegressionErrors;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.List;
import java.util.SortedMap;

/**
 * How good quantiles are: {@code test_pinball} (mean pinball loss over the levels) and {@code test_pinball_q0.05} of one
 * level with intervals clustered by day; {@code test_below_q0.05}, the share of values at or below it;
 * {@code test_quantile_coverage} and {@code test_quantile_width} of the interval from the lowest to the highest; and
 * {@code test_quantile_crossed}, the share of predictions of members that had to be put in order. The same of out-of-fold
 * rows begins with {@code oof_}, without crossings.
 */
final class QuantileScores {
    private static final double CONFIDENCE = 0.95;

    private QuantileScores() {}

    static void put(SortedMap<String, Double> metrics, QuantileStep.Told told, TrainingTable table) {
        put(metrics, "oof_", told.levels(), told.outOfFold(), table);
        put(metrics, "test_", told.levels(), told.onTest(), table);
        Scores.putFinite(
                metrics,
                "test_quantile_crossed",
                told.crossed() / ((double) told.onTest().rows().length * told.members()));
    }

    private static void put(
            SortedMap<String, Double> metrics,
            String prefix,
            List<Double> levels,
            QuantileStep.Rows rows,
            TrainingTable table) {
        int n = rows.rows().length;
        double[] values = Scores.take(table.values(), 1, rows.rows());
        int[] day = Scores.take(table.day(), rows.rows());
        double[] mean = new double[n];
        for (int k = 0; k < levels.size(); k++) {
            double[] told = rows.level(k);
            double[] losses = RegressionErrors.pinballPerRow(told, values, levels.get(k));
            double[] below = new double[n];
            for (int i = 0; i < n; i++) {
                mean[i] += losses[i] / levels.size();
                below[i] = values[i] <= told[i] ? 1 : 0;
            }
            putMean(metrics, prefix + "pinball_q" + levels.get(k), losses, day);
            putMean(metrics, prefix + "below_q" + levels.get(k), below, day);
        }
        putMean(metrics, prefix + "pinball", mean, day);
        double[] inside = new double[n];
        double width = 0;
        double[] scores = rows.scores(table);
        double[] low = rows.low();
        double[] high = rows.high();
        for (int i = 0; i < n; i++) {
            inside[i] = scores[i] <= 0 ? 1 : 0;
            width += (high[i] - low[i]) / n;
        }
        if (levels.size() > 1) {
            putMean(metrics, prefix + "quantile_coverage", inside, day);
            Scores.putFinite(metrics, prefix + "quantile_width", width);
        }
    }

    private static void putMean(SortedMap<String, Double> metrics, String name, double[] values, int[] day) {
        Interval interval = ClusteredMean.of(values, day).interval(CONFIDENCE);
        Scores.putFinite(metrics, name, interval.estimate());
        Scores.putFinite(metrics, name + "_lower", interval.lower());
        Scores.putFinite(metrics, name + "_upper", interval.upper());
    }
}

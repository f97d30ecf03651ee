package dev.keelson.metrics;

import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.Clusters;
import java.util.Arrays;
import java.util.List;

/**
 * The errors of predicted numbers, for resampling whole clusters; the formulas are those of {@link RegressionErrors}. The
 * quantile losses read the prediction as that quantile: they are least for a model that predicts it. Immutable.
 */
public final class ValueFigures implements BcaBootstrap.Figures {
    /** The names of the figures, in order. */
    public static final List<String> NAMES = List.of(
            "mse", "rmse", "mae", "bias", "r2", "quantile_loss_10", "quantile_loss_50", "quantile_loss_90");

    private static final double[] QUANTILES = {0.1, 0.5, 0.9};
    private static final int WIDTH = 6 + QUANTILES.length;

    private final int clusters;
    private final double[] sums;
    private final double spread;

    /**
     * @param predictions finite, at least one
     * @param targets finite, same length
     * @param cluster dense index of each row's cluster
     */
    public ValueFigures(double[] predictions, double[] targets, int[] cluster) {
        RegressionErrors whole = RegressionErrors.of(predictions, targets);
        this.clusters = Clusters.count(cluster);
        this.sums = new double[clusters * WIDTH];
        double mean = Rows.mean(targets);
        double squares = 0;
        for (int i = 0; i < targets.length; i++) {
            double error = predictions[i] - targets[i];
            double centred = targets[i] - mean; // squares of the targets themselves would cancel
            squares += centred * centred;
            int at = cluster[i] * WIDTH;
            sums[at]++;
            sums[at + 1] += error * error;
            sums[at + 2] += Math.abs(error);
            sums[at + 3] += error;
            sums[at + 4] += centred;
            sums[at + 5] += centred * centred;
            for (int q = 0; q < QUANTILES.length; q++) {
                sums[at + 6 + q] += RegressionErrors.pinball(predictions[i], targets[i], QUANTILES[q]);
            }
        }
        this.spread = Double.isNaN(whole.r2()) ? Double.NaN : squares;
    }

    /** Number of clusters. */
    public int clusters() {
        return clusters;
    }

    @Override
    public int count() {
        return NAMES.size();
    }

    @Override
    public void of(int[] times, double[] to) {
        double[] s = Sums.of(sums, WIDTH, times);
        double n = s[0];
        if (n == 0) {
            Arrays.fill(to, Double.NaN);
            return;
        }
        double variance = s[5] - s[4] * s[4] / n;
        to[0] = s[1] / n;
        to[1] = Math.sqrt(s[1] / n);
        to[2] = s[2] / n;
        to[3] = s[3] / n;
        to[4] = variance > 1e-12 * spread ? 1 - s[1] / variance : Double.NaN;
        for (int q = 0; q < QUANTILES.length; q++) {
            to[5 + q] = s[6 + q] / n;
        }
    }
}

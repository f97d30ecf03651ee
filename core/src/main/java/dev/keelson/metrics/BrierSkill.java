package dev.keelson.metrics;

import dev.keelson.stats.BcaBootstrap;
import java.util.Arrays;

/**
 * Brier skill: the share of a baseline's Brier score that a model saves, {@code 1 - brier(model) / brier(baseline)}. 1 is
 * perfect, 0 no better than the baseline, negative worse. A bare Brier score says little: forecasts without any information
 * score 0.25 for two classes of equal share, and 0.3 is worse than useless.
 *
 * <p>The interval is that of a ratio over resampled clusters (BCa).
 *
 * <p>Source: Murphy, A. H. (1988), Skill scores based on the mean square error, Monthly Weather Review 116.
 */
public final class BrierSkill {
    private BrierSkill() {}

    /**
     * Skill against other forecasts, such as the closing odds without their margin.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param baseline likewise; with a positive Brier score
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param cluster identity of each row's cluster, such as its day
     * @param resamples number of bootstrap samples, at least 100
     * @param confidence coverage, e.g. 0.95
     * @param seed of the resampling
     */
    public static BcaBootstrap.Result against(
            double[] p,
            double[] baseline,
            int classes,
            int[] labels,
            int[] cluster,
            int resamples,
            double confidence,
            long seed) {
        double[] theirs = Brier.perRow(baseline, classes, labels);
        double[] saved = Brier.perRow(p, classes, labels);
        Arrays.setAll(saved, i -> theirs[i] - saved[i]);
        return BcaBootstrap.ratio(saved, theirs, cluster, resamples, confidence, seed);
    }

    /**
     * Skill against the shares of the classes in a reference period.
     *
     * @param shares share of each class, positive and summing to 1
     */
    public static BcaBootstrap.Result againstShares(
            double[] p, double[] shares, int[] labels, int[] cluster, int resamples, double confidence, long seed) {
        double[] baseline = new double[p.length];
        Arrays.setAll(baseline, i -> shares[i % shares.length]);
        return against(p, baseline, shares.length, labels, cluster, resamples, confidence, seed);
    }
}

package dev.keelson.train;

import dev.keelson.learn.conformal.AdaptiveConformal;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * How sets or intervals would have covered the test period if their level had followed the misses: after each row it moves
 * by {@value #STEP} of the share that may be missed less the miss. The quantile is that of the last {@value #WINDOW} rows. It
 * begins with the rows that the sets were fitted on. Rows count in the order of time as if each outcome were known before the
 * next row.
 *
 * <p>Source: Gibbs, I. and Candès, E. (2021), Adaptive conformal inference under distribution shift, NeurIPS.
 */
final class AdaptiveCurve {
    /** How far the level moves after a row. */
    static final double STEP = 0.01;

    private static final int WINDOW = 1_000;
    private static final int POINTS = 10;

    private AdaptiveCurve() {}

    /**
     * Puts {@code test_adaptive_coverage}, {@code test_adaptive_alpha} at the end, and both of up to {@value #POINTS}
     * successive parts of the period as {@code adaptive/<i>/coverage} and {@code adaptive/<i>/alpha}.
     *
     * @param alpha share of rows that may be missed
     * @param before scores of the rows before, in the order of time
     * @param scores scores of the test period, in the order of time
     */
    static void put(SortedMap<String, Double> metrics, double alpha, double[] before, double[] scores) {
        if (scores.length == 0) {
            return;
        }
        double[] all = Arrays.copyOf(before, before.length + scores.length);
        System.arraycopy(scores, 0, all, before.length, scores.length);
        AdaptiveConformal.Walk walk = AdaptiveConformal.start(alpha, STEP).walk(all, WINDOW);
        AdaptiveConformal state = AdaptiveConformal.start(alpha, STEP);
        for (int i = 0; i < before.length; i++) {
            state = state.after(walk.covered()[i]);
        }
        int points = Math.min(POINTS, scores.length);
        int covered = 0;
        for (int k = 0; k < points; k++) {
            int from = (int) ((long) scores.length * k / points);
            int to = (int) ((long) scores.length * (k + 1) / points);
            int inside = 0;
            for (int i = from; i < to; i++) {
                boolean in = walk.covered()[before.length + i];
                inside += in ? 1 : 0;
                state = state.after(in);
            }
            covered += inside;
            Scores.putFinite(metrics, "adaptive/%d/coverage".formatted(k), (double) inside / (to - from));
            Scores.putFinite(metrics, "adaptive/%d/alpha".formatted(k), state.alpha());
        }
        metrics.put("test_adaptive_coverage", (double) covered / scores.length);
        metrics.put("test_adaptive_alpha", state.alpha());
    }
}

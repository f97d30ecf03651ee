package dev.keelson.metrics;

import java.util.OptionalDouble;

/**
 * Mean return per period above a target over its downside deviation, not annualised. The deviation is the root of the
 * mean over all periods of the squared shortfall, so that rare losses do not look large.
 *
 * <p>Source: Sortino, F. and Price, L. (1994), Performance measurement in a downside risk framework, Journal of
 * Investing 3(3).
 */
public final class SortinoRatio {

    private SortinoRatio() {}

    /**
     * The ratio.
     *
     * @param returns return of each period, finite
     * @param target return that counts as enough, e.g. 0
     * @return absent without periods or when no period fell short
     */
    public static OptionalDouble of(double[] returns, double target) {
        double shortfall = 0;
        for (double value : returns) {
            double below = Math.min(0, value - target);
            shortfall += below * below;
        }
        if (!(shortfall > 0)) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of((Rows.mean(returns) - target) / Math.sqrt(shortfall / returns.length));
    }
}

package dev.keelson.metrics;

/**
 * Greatest fall of wealth from an earlier high: {@code max over t of (1 - V(t) / max(V(s), s <= t))}.
 *
 * <p>Source: Magdon-Ismail, M. and Atiya, A. (2004), Maximum drawdown, Risk 17(10).
 *
 * @param share the fall as a share of the high, at least 0; above 1 when wealth fell below 0
 * @param from index of the high
 * @param to index of the low; equal to {@code from} when wealth never fell
 */
public record MaxDrawdown(double share, int from, int to) {

    /**
     * The greatest fall of a curve.
     *
     * @param wealth finite, at least one value, the first positive (the start belongs to the curve)
     */
    public static MaxDrawdown of(double[] wealth) {
        if (wealth.length == 0 || !(wealth[0] > 0)) {
            throw new IllegalArgumentException(
                    "The curve has %d values; it must start with positive wealth.".formatted(wealth.length));
        }
        int high = 0;
        MaxDrawdown worst = new MaxDrawdown(0, 0, 0);
        for (int i = 0; i < wealth.length; i++) {
            if (!Double.isFinite(wealth[i])) {
                throw new IllegalArgumentException(
                        "The wealth at index %d (%s) must be finite.".formatted(i, wealth[i]));
            }
            if (wealth[i] > wealth[high]) {
                high = i;
            }
            double fall = 1 - wealth[i] / wealth[high];
            if (fall > worst.share) {
                worst = new MaxDrawdown(fall, high, i);
            }
        }
        return worst;
    }
}

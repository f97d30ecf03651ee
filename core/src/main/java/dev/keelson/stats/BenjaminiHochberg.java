package dev.keelson.stats;

import java.util.stream.IntStream;

/**
 * Adjusted p-values that control the false discovery rate over many tests.
 *
 * <p>{@code adjusted(i) = min over j >= i of (n * p(j) / j)}, ascending order, at most 1. Rejecting where the adjusted
 * value is at most q holds the expected share of false discoveries at q, for independent tests and for the usual
 * positive dependence. {@code NaN} marks a test that was skipped: it stays {@code NaN} and does not count in n.
 *
 * <p>Source: Benjamini, Y. and Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57(1); Benjamini and
 * Yekutieli (2001), Annals of Statistics 29(4), for any dependence.
 */
public final class BenjaminiHochberg {

    private BenjaminiHochberg() {}

    /**
     * Adjusted p-values.
     *
     * @param pValues 0 to 1 each, or {@code NaN} for a skipped test; may be empty
     * @return same order and length
     */
    public static double[] adjust(double[] pValues) {
        return adjust(pValues, false);
    }

    /**
     * Adjusted p-values that are valid under any dependence (Benjamini and Yekutieli): larger by
     * {@code 1 + 1/2 + ... + 1/n}.
     *
     * @param pValues 0 to 1 each, or {@code NaN} for a skipped test; may be empty
     * @return same order and length
     */
    public static double[] adjustYekutieli(double[] pValues) {
        return adjust(pValues, true);
    }

    private static double[] adjust(double[] pValues, boolean anyDependence) {
        for (int i = 0; i < pValues.length; i++) {
            if (pValues[i] < 0 || pValues[i] > 1) {
                throw new IllegalArgumentException(
                        "The p-value at index %d (%s) must be between 0 and 1, or NaN for a skipped test."
                                .formatted(i, pValues[i]));
            }
        }
        int[] order = IntStream.range(0, pValues.length)
                .filter(i -> !Double.isNaN(pValues[i]))
                .boxed()
                .sorted((a, b) -> Double.compare(pValues[a], pValues[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        int n = order.length;
        double factor = n;
        if (anyDependence) {
            double harmonic = 0;
            for (int i = 1; i <= n; i++) {
                harmonic += 1.0 / i;
            }
            factor *= harmonic;
        }
        double[] adjusted = pValues.clone();
        double smallest = 1;
        for (int rank = n; rank >= 1; rank--) {
            smallest = Math.min(smallest, factor * pValues[order[rank - 1]] / rank);
            adjusted[order[rank - 1]] = smallest;
        }
        return adjusted;
    }
}

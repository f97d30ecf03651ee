package dev.keelson.metrics;

/**
 * Logarithmic score {@code -ln p[label]}, in nats; lower is better. Probabilities are clipped to at least 1e-15 so that
 * one certain mistake costs 34.5, not infinity; they are not renormalised.
 *
 * <p>Source: Good, I. J. (1952), Rational decisions, Journal of the Royal Statistical Society B 14(1).
 */
public final class LogLoss {

    private static final double SMALLEST = 1e-15;

    private LogLoss() {}

    /**
     * Mean over rows.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     */
    public static double of(double[] p, int classes, int[] labels) {
        return Rows.mean(perRow(p, classes, labels));
    }

    /**
     * Score of every row, for intervals that respect clusters.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @return length n
     */
    public static double[] perRow(double[] p, int classes, int[] labels) {
        int n = Rows.check(p, classes, labels);
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            scores[i] = of(p[i * classes + labels[i]]);
        }
        return scores;
    }

    /** Score of one row: {@code -ln} of what its class was given, 0 to 1. */
    public static double of(double probability) {
        return 0.0 - StrictMath.log(Math.min(1, Math.max(SMALLEST, probability)));
    }
}

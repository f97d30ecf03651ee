package dev.keelson.stats;

/**
 * Interval of a running mean that holds at all times at once, for many observations.
 *
 * <p>Two-sided half width {@code sd * sqrt(2 (t rho^2 + 1) / (t^2 rho^2) * ln(sqrt(t rho^2 + 1) / alpha))}; the
 * one-sided bound uses {@code ln(1 + sqrt(t rho^2 + 1) / (2 alpha))}. {@code sd} is the running standard deviation, so
 * the guarantee is asymptotic: start to look after a burn-in (30 observations or more). The mean may change over time;
 * the interval then covers its running average.
 *
 * <p>Source: Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H. and Ramdas, A. (2024), Time-uniform central limit
 * theory and asymptotic confidence sequences, Annals of Statistics 52(6) (arXiv 2103.06476), Theorem 2.2 and its
 * one-sided form.
 */
public final class AsymptoticConfidenceSequence {

    private AsymptoticConfidenceSequence() {}

    /**
     * Tuning that makes the interval tightest near a number of observations.
     *
     * @param observations number to tune for, positive
     * @param alpha two-sided level; for the one-sided bound pass twice its level
     */
    public static double rho(double observations, double alpha) {
        double log = -2 * Math.log(Samples.requireOpenShare(alpha, "alpha"));
        return Math.sqrt((log + Math.log1p(log)) / Samples.requirePositive(observations, "The number of observations"));
    }

    /**
     * Half width of the two-sided interval.
     *
     * @param observations number of observations so far, positive
     * @param standardDeviation running standard deviation, at least 0
     * @param alpha level, 0 to 1 exclusive
     * @param rho tuning, positive
     */
    public static double halfWidth(long observations, double standardDeviation, double alpha, double rho) {
        double t = Samples.requirePositive((double) observations, "The number of observations");
        requireDeviation(standardDeviation);
        double scaled = t * Samples.requirePositive(rho, "rho") * rho;
        double log = 0.5 * Math.log1p(scaled) - Math.log(Samples.requireOpenShare(alpha, "alpha"));
        return standardDeviation * Math.sqrt(2 * (scaled + 1) / (t * scaled) * log);
    }

    /**
     * Distance from the mean to the one-sided bound.
     *
     * @param observations number of observations so far, positive
     * @param standardDeviation running standard deviation, at least 0
     * @param alpha one-sided level, 0 to 1 exclusive
     * @param rho tuning, positive
     */
    public static double oneSidedMargin(long observations, double standardDeviation, double alpha, double rho) {
        double t = Samples.requirePositive((double) observations, "The number of observations");
        requireDeviation(standardDeviation);
        double scaled = t * Samples.requirePositive(rho, "rho") * rho;
        double log = Math.log1p(Math.sqrt(scaled + 1) / (2 * Samples.requireOpenShare(alpha, "alpha")));
        return standardDeviation * Math.sqrt(2 * (scaled + 1) / (t * scaled) * log);
    }

    /**
     * Interval after all of the given observations.
     *
     * @param values finite, at least 2, in the order in which they came
     * @param alpha two-sided level, 0 to 1 exclusive
     * @param rho tuning, positive
     * @return the mean and its interval at confidence {@code 1 - alpha}
     */
    public static Interval of(double[] values, double alpha, double rho) {
        if (values.length < 2) {
            throw new IllegalArgumentException(
                    "There are %d observations, at least 2 are needed.".formatted(values.length));
        }
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "The value at index %d (%s) must be finite.".formatted(i, values[i]));
            }
            double delta = values[i] - mean;
            mean += delta / (i + 1);
            squares += delta * (values[i] - mean);
        }
        double half = halfWidth(values.length, Math.sqrt(squares / values.length), alpha, rho);
        return new Interval(mean - half, mean, mean + half, 1 - alpha);
    }

    private static void requireDeviation(double standardDeviation) {
        if (!(standardDeviation >= 0 && standardDeviation < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The standard deviation (%s) must be at least 0 and finite.".formatted(standardDeviation));
        }
    }
}

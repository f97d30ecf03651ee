package dev.keelson.stats;

/**
 * Mixture martingales for sums with normal-like tails: evidence that may be looked at after every observation.
 *
 * <p>With {@code s} the sum of differences and {@code v} their accumulated variance, {@code exp(log...(s, v, rho))}
 * starts at 1 and is not expected to grow while the mean is 0 (two-sided) or not positive (one-sided). It may be read
 * as evidence at any time: the chance that it ever reaches {@code 1 / alpha} is at most {@code alpha}. {@code bound...}
 * is the smallest {@code s} that does. With {@code v} a plug-in variance this is the mixture sequential probability
 * ratio test, valid for many observations.
 *
 * <p>Source: Robbins, H. (1970), Annals of Mathematical Statistics 41(5); Howard, S. R., Ramdas, A., McAuliffe, J. and
 * Sekhon, J. (2021), Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of Statistics 49(2),
 * Propositions 3 and 5.
 */
public final class NormalMixture {

    private NormalMixture() {}

    /**
     * Mixture precision that makes the two-sided bound tightest near a given variance.
     *
     * @param varianceAtBest accumulated variance to tune for, positive
     * @param alpha two-sided level, 0 to 1 exclusive
     */
    public static double rhoTwoSided(double varianceAtBest, double alpha) {
        double log = -2 * Math.log(Samples.requireOpenShare(alpha, "alpha"));
        return Samples.requirePositive(varianceAtBest, "The variance to tune for") / (log + Math.log1p(log));
    }

    /**
     * Mixture precision that makes the one-sided bound tightest near a given variance.
     *
     * @param varianceAtBest accumulated variance to tune for, positive
     * @param alpha one-sided level, 0 to 0.5 exclusive
     */
    public static double rhoOneSided(double varianceAtBest, double alpha) {
        return rhoTwoSided(varianceAtBest, 2 * alpha);
    }

    /**
     * Logarithm of the two-sided mixture.
     *
     * @param s sum
     * @param v accumulated variance, at least 0
     * @param rho mixture precision, positive
     */
    public static double logTwoSided(double s, double v, double rho) {
        requireVariance(v);
        Samples.requirePositive(rho, "rho");
        return 0.5 * Math.log(rho / (v + rho)) + s * s / (2 * (v + rho));
    }

    /**
     * Logarithm of the one-sided mixture (evidence for a positive mean).
     *
     * @param s sum
     * @param v accumulated variance, at least 0
     * @param rho mixture precision, positive
     */
    public static double logOneSided(double s, double v, double rho) {
        requireVariance(v);
        Samples.requirePositive(rho, "rho");
        return 0.5 * Math.log(4 * rho / (v + rho)) + s * s / (2 * (v + rho)) + Normal.logCdf(s / Math.sqrt(v + rho));
    }

    /**
     * Two-sided bound: |s| reaches it at some time with probability at most {@code alpha} if the mean is 0.
     *
     * @param v accumulated variance, at least 0
     * @param alpha level, 0 to 1 exclusive
     * @param rho mixture precision, positive
     */
    public static double boundTwoSided(double v, double alpha, double rho) {
        requireVariance(v);
        Samples.requirePositive(rho, "rho");
        return Math.sqrt((v + rho) * (Math.log1p(v / rho) - 2 * Math.log(Samples.requireOpenShare(alpha, "alpha"))));
    }

    /**
     * One-sided bound: s reaches it at some time with probability at most {@code alpha} if the mean is not positive.
     *
     * @param v accumulated variance, at least 0
     * @param alpha level, 0 to 1 exclusive
     * @param rho mixture precision, positive
     */
    public static double boundOneSided(double v, double alpha, double rho) {
        // The one-sided mixture is at least the two-sided one for s >= 0, so the two-sided bound is never below the
        // root.
        double target = -Math.log(Samples.requireOpenShare(alpha, "alpha"));
        return Roots.increasing(s -> logOneSided(s, v, rho) - target, 0, boundTwoSided(v, alpha, rho));
    }

    private static void requireVariance(double v) {
        if (!(v >= 0 && v < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The accumulated variance (%s) must be at least 0 and finite.".formatted(v));
        }
    }
}

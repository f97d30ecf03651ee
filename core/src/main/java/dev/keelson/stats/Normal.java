package dev.keelson.stats;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** The standard normal law. */
final class Normal {

    private static final NormalDistribution STANDARD = NormalDistribution.of(0, 1);
    private static final double HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

    private Normal() {}

    static double cdf(double x) {
        return STANDARD.cumulativeProbability(x);
    }

    static double quantile(double probability) {
        return STANDARD.inverseCumulativeProbability(probability);
    }

    /** Quantile of two-sided intervals: 1.96 for 0.95. */
    static double twoSided(double confidence) {
        return STANDARD.inverseSurvivalProbability((1 - Samples.requireOpenShare(confidence, "confidence")) / 2);
    }

    /** Probability that |Z| reaches |z|. */
    static double twoSidedPValue(double z) {
        return Erfc.value(Math.abs(z) / Math.sqrt(2));
    }

    /** log of the distribution function, without underflow far to the left. */
    static double logCdf(double x) {
        if (x > -35) {
            return Math.log(cdf(x));
        }
        // Asymptotic series of the Mills ratio: at x = -35 four terms leave a relative error below 1e-10.
        double r = 1 / (x * x);
        return -0.5 * x * x - HALF_LOG_2PI - Math.log(-x) + Math.log1p(-r * (1 - 3 * r * (1 - 5 * r * (1 - 7 * r))));
    }
}

package dev.keelson.learn.tune;

import org.apache.commons.statistics.distribution.NormalDistribution;

/** The standard normal law. */
final class StandardNormal {
    private static final NormalDistribution LAW = NormalDistribution.of(0, 1);
    static final double HALF_LOG_2PI = 0.5 * StrictMath.log(2 * Math.PI);

    private static final double NARROW = 0.3;
    /** The tail beyond it is less than half of the last digit of 1. */
    private static final double NO_TAIL = 8.3;

    private StandardNormal() {}

    /** Probability of an interval, without loss of digits in either tail. */
    static double mass(double from, double to) {
        return from > 0 ? cdf(-from) - cdf(-to) : cdf(to) - cdf(from);
    }

    /**
     * Log of the probability of an interval; negative infinity beyond 38 standard deviations. A narrow one is integrated
     * by the Taylor series of the density about its middle, whose first neglected term is below 1e-12.
     */
    static double logMass(double from, double to) {
        double width = to - from;
        double middle = 0.5 * (from + to);
        if (width * (Math.abs(middle) + 1) > NARROW) {
            return StrictMath.log(mass(from, to));
        }
        double h = width * width;
        double z = middle * middle;
        double extra = h / 24 * (z - 1)
                + h * h / 1920 * ((z - 6) * z + 3)
                + h * h * h / 322_560 * (((z - 15) * z + 45) * z - 15);
        double log1p = extra * (1 - extra * (0.5 - extra * (1.0 / 3 - extra * (0.25 - extra * 0.2))));
        return StrictMath.log(width) - 0.5 * z - HALF_LOG_2PI + log1p;
    }

    static double cdf(double z) {
        return LAW.cumulativeProbability(z);
    }

    /** Its distribution function to the last digit of 1, quickly: 0 or 1 where nothing is left of the other tail. */
    static double roundedCdf(double z) {
        return z < -NO_TAIL ? 0 : z > NO_TAIL ? 1 : cdf(z);
    }

    static double quantile(double probability) {
        return LAW.inverseCumulativeProbability(probability);
    }
}

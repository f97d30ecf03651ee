package dev.keelson.stats;

import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * Mixture supermartingale for sums of bounded differences: evidence without any assumption on their law.
 *
 * <p>With {@code s} the sum of differences of mean at most 0, {@code v = sum (d(i) - mean before i)^2} and {@code c}
 * the width of their range, {@code exp(log(s, v, rho, c))} is not expected to grow, however the means move, as long as
 * their running average stays at or below 0 (the weak null). The chance that it ever reaches {@code 1 / alpha} is at
 * most {@code alpha}.
 *
 * <p>Source: Howard, S. R., Ramdas, A., McAuliffe, J. and Sekhon, J. (2021), Annals of Statistics 49(2), Proposition 9,
 * and Choe, Y. J. and Ramdas, A. (2023), Comparing sequential forecasters, Operations Research, for differences of
 * scores.
 */
public final class GammaExponentialMixture {

    private GammaExponentialMixture() {}

    /**
     * Logarithm of the mixture.
     *
     * @param s sum
     * @param v accumulated squared deviation, at least 0
     * @param rho tuning, positive; {@link NormalMixture#rhoOneSided} suits
     * @param c width of the differences' range (highest minus lowest possible), positive
     */
    public static double log(double s, double v, double rho, double c) {
        if (!(v >= 0 && v < Double.POSITIVE_INFINITY) || !Double.isFinite(s)) {
            throw new IllegalArgumentException(
                    "The sum (%s) must be finite and the squared deviation (%s) at least 0.".formatted(s, v));
        }
        Samples.requirePositive(rho, "rho");
        Samples.requirePositive(c, "c");
        double c2 = c * c;
        double r = rho / c2;
        double a = (v + rho) / c2;
        double x = (c * s + v) / c2;
        double leading = r * Math.log(r) - LogGamma.value(r) - logLowerGamma(r, r);
        double y = x + r;
        if (y <= 0) {
            return leading + logAtOrBelowZero(a, y, x);
        }
        return leading + LogGamma.value(a) + logLowerGamma(a, y) - a * Math.log(y) + x;
    }

    /**
     * Smallest sum at which the mixture reaches {@code 1 / alpha}.
     *
     * @param v accumulated squared deviation, at least 0
     * @param alpha level, 0 to 1 exclusive
     * @param rho tuning, positive
     * @param c width of the differences' range, positive
     */
    public static double bound(double v, double alpha, double rho, double c) {
        double target = -Math.log(Samples.requireOpenShare(alpha, "alpha"));
        double high = Math.max(1, NormalMixture.boundTwoSided(v, alpha, rho));
        while (log(high, v, rho, c) < target) {
            high *= 2;
        }
        return Roots.increasing(s -> log(s, v, rho, c) - target, 0, high);
    }

    /** log of the regularised lower incomplete gamma function P(a, x), x > 0, without underflow. */
    private static double logLowerGamma(double a, double x) {
        if (x >= a + 1) {
            return Math.log1p(-RegularizedGamma.Q.value(a, x));
        }
        return a * Math.log(x) - x - LogGamma.value(a + 1) + Math.log(series(a, x));
    }

    /**
     * The same mixture where {@code x + r <= 0}: {@code Gamma(a) P(a, y) / y^a} is an entire function of y,
     * {@code (1/a) * 1F1(a; a + 1; -y)}, which is all positive terms for negative y.
     */
    private static double logAtOrBelowZero(double a, double y, double x) {
        // 1F1(a; a+1; -y) = sum over n of a / (a + n) * (-y)^n / n!, with -y >= 0; scaled by its largest exponent
        // below.
        double z = -y;
        if (z > 20_000) { // Laplace: the integral of t^(a-1) e^(zt) over 0 to 1 sits at its right end
            return z - Math.log(z + a - 1) + x;
        }
        double logSum = Double.NEGATIVE_INFINITY;
        double logPower = 0;
        for (int n = 0; ; n++) {
            if (n > 0) {
                logPower += Math.log(z) - Math.log(n);
            }
            double term = logPower - Math.log(a + n);
            double larger = Math.max(logSum, term);
            if (larger > Double.NEGATIVE_INFINITY) {
                logSum = larger + Math.log(Math.exp(logSum - larger) + Math.exp(term - larger));
            }
            if (z == 0 || (n > z && term < logSum - 40)) {
                break;
            }
        }
        return logSum + x;
    }

    /** Sum over n of {@code x^n / ((a + 1) ... (a + n))}; converges for every x, fast while x is below a. */
    private static double series(double a, double x) {
        double term = 1;
        double sum = 1;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return sum;
    }
}

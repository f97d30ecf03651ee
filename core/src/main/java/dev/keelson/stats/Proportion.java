package dev.keelson.stats;

import java.util.OptionalLong;

/** Shares of successes: intervals, differences, and how many more trials a difference needs. */
public final class Proportion {

    private static final long MAX_ADDITIONAL = 1L << 40;

    private Proportion() {}

    /**
     * Outcome of a test of two shares.
     *
     * @param difference current share minus reference share
     * @param z standardised difference; 0 when both shares are 0 or both 1
     * @param pValue two-sided
     */
    public record ZTest(double difference, double z, double pValue) {}

    /**
     * Score interval of a share.
     *
     * <p>Source: Wilson, E. B. (1927), Journal of the American Statistical Association 22; no continuity correction.
     *
     * @param successes 0 to {@code trials}
     * @param trials positive
     * @param confidence coverage, e.g. 0.95
     */
    public static Interval wilson(long successes, long trials, double confidence) {
        requireCounts(successes, trials);
        double z = Normal.twoSided(confidence);
        double n = trials;
        double p = successes / n;
        double z2 = z * z;
        double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
        double half = z / (1 + z2 / n) * Math.sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        double lower = successes == 0 ? 0 : Math.max(0, centre - half);
        double upper = successes == trials ? 1 : Math.min(1, centre + half);
        return new Interval(Math.min(lower, p), p, Math.max(upper, p), confidence);
    }

    /**
     * Interval of the difference of two independent shares, current minus reference.
     *
     * <p>Source: Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions,
     * Statistics in Medicine 17, method 10 (hybrid score, no continuity correction).
     *
     * @param referenceSuccesses 0 to {@code referenceTrials}
     * @param referenceTrials positive
     * @param currentSuccesses 0 to {@code currentTrials}
     * @param currentTrials positive
     * @param confidence coverage, e.g. 0.95
     */
    public static Interval difference(
            long referenceSuccesses,
            long referenceTrials,
            long currentSuccesses,
            long currentTrials,
            double confidence) {
        Interval r = wilson(referenceSuccesses, referenceTrials, confidence);
        Interval c = wilson(currentSuccesses, currentTrials, confidence);
        double difference = c.estimate() - r.estimate();
        double lower = difference - Math.hypot(c.estimate() - c.lower(), r.upper() - r.estimate());
        double upper = difference + Math.hypot(c.upper() - c.estimate(), r.estimate() - r.lower());
        return new Interval(lower, difference, upper, confidence);
    }

    /**
     * Two-sided z-test of two independent shares, variance pooled, no continuity correction.
     *
     * @param referenceSuccesses 0 to {@code referenceTrials}
     * @param referenceTrials positive
     * @param currentSuccesses 0 to {@code currentTrials}
     * @param currentTrials positive
     */
    public static ZTest test(long referenceSuccesses, long referenceTrials, long currentSuccesses, long currentTrials) {
        requireCounts(referenceSuccesses, referenceTrials);
        requireCounts(currentSuccesses, currentTrials);
        return test(
                (double) referenceSuccesses / referenceTrials,
                (double) referenceTrials,
                (double) currentSuccesses / currentTrials,
                (double) currentTrials);
    }

    /**
     * The same test from shares and (effective) sizes.
     *
     * @param referenceShare 0 to 1
     * @param referenceSize positive, need not be whole
     * @param currentShare 0 to 1
     * @param currentSize positive, need not be whole
     */
    public static ZTest test(double referenceShare, double referenceSize, double currentShare, double currentSize) {
        requireShare(referenceShare);
        requireShare(currentShare);
        Samples.requirePositive(referenceSize, "The reference size");
        Samples.requirePositive(currentSize, "The current size");
        double difference = currentShare - referenceShare;
        double pooled = (referenceShare * referenceSize + currentShare * currentSize) / (referenceSize + currentSize);
        double variance = pooled * (1 - pooled) * (1 / referenceSize + 1 / currentSize);
        if (!(variance > 0)) {
            return new ZTest(difference, 0, 1);
        }
        double z = difference / Math.sqrt(variance);
        return new ZTest(difference, z, Normal.twoSidedPValue(z));
    }

    /**
     * How many more current trials the difference seen would need to be shown by {@link #test}, if the shares stay as
     * they are.
     *
     * @param referenceShare 0 to 1
     * @param referenceSize positive
     * @param currentShare 0 to 1
     * @param currentSize at least 0
     * @param alpha two-sided level, e.g. 0.05
     * @param power chance of success to plan for, e.g. 0.8; 0.5 asks when the test would just succeed on these shares
     * @return 0 when there are enough; absent when no number suffices because the reference is too small or the shares
     *     are equal
     */
    public static OptionalLong additionalTrials(
            double referenceShare,
            double referenceSize,
            double currentShare,
            double currentSize,
            double alpha,
            double power) {
        requireShare(referenceShare);
        requireShare(currentShare);
        Samples.requirePositive(referenceSize, "The reference size");
        if (!(currentSize >= 0 && currentSize < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The current size (%s) must be at least 0 and finite.".formatted(currentSize));
        }
        double level = Normal.twoSided(1 - Samples.requireOpenShare(alpha, "alpha"));
        double reserve = Normal.quantile(Samples.requireOpenShare(power, "power"));
        long enough = MAX_ADDITIONAL;
        if (!shows(referenceShare, referenceSize, currentShare, currentSize + enough, level, reserve)) {
            return OptionalLong.empty();
        }
        long missing = -1; // largest number known not to suffice
        while (enough - missing > 1) {
            long middle = missing + (enough - missing) / 2;
            if (shows(referenceShare, referenceSize, currentShare, currentSize + middle, level, reserve)) {
                enough = middle;
            } else {
                missing = middle;
            }
        }
        return OptionalLong.of(enough);
    }

    private static boolean shows(double p, double n, double q, double m, double level, double reserve) {
        if (!(m > 0) || p == q) {
            return false;
        }
        double pooled = (p * n + q * m) / (n + m);
        double underNull = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
        double underDifference = Math.sqrt(p * (1 - p) / n + q * (1 - q) / m);
        return Math.abs(q - p) >= level * underNull + reserve * underDifference;
    }

    private static void requireCounts(long successes, long trials) {
        if (trials < 1 || successes < 0 || successes > trials) {
            throw new IllegalArgumentException(
                    "There are %d successes of %d trials; at least one trial and 0 to as many successes are expected."
                            .formatted(successes, trials));
        }
    }

    private static void requireShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("The share (%s) must be between 0 and 1.".formatted(share));
        }
    }
}

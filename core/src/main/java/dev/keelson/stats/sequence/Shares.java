package dev.keelson.stats.sequence;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Whether categories occur as often as they should.
 *
 * <p>Source: Pearson (1900), as {@code scipy.stats.chisquare}; the exact multinomial test sums the tables that are not more likely
 * than the one seen; the number of successes of unequal chances has the Poisson binomial law, by its recursion (Hong 2013,
 * Computational Statistics and Data Analysis 59).
 */
public final class Shares {
    private static final double MIN_EXPECTED = 5;
    private static final double MOST_TABLES = 1e6;
    private static final double SLACK = 1e-7;
    /** The exact law of so many chances takes some ten million steps. */
    static final int MOST_CHANCES = 5_000;

    private Shares() {}

    /**
     * Tests counts against shares: by the chi-square law where every expected count is at least 5 (or there are more than a million
     * tables), else exactly. The statistic is Pearson's.
     *
     * @param counts at least two, at least 0, sum positive
     * @param shares as many, positive, with sum 1
     */
    public static ChanceTest test(long[] counts, double[] shares) {
        if (counts.length < 2 || counts.length != shares.length) {
            throw new IllegalArgumentException("There are %d counts and %d shares; expected as many of both, at least two."
                    .formatted(counts.length, shares.length));
        }
        long n = 0;
        double sum = 0;
        for (int c = 0; c < counts.length; c++) {
            n += counts[c];
            sum += shares[c];
            if (!(shares[c] > 0) || counts[c] < 0) {
                throw new IllegalArgumentException("The count %d and share %s at index %d must be at least 0 and positive.".formatted(counts[c], shares[c], c));
            }
        }
        if (n == 0 || Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException("The shares add up to %s over %d results; expected 1 over at least one.".formatted(sum, n));
        }
        double statistic = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (int c = 0; c < counts.length; c++) {
            double expected = n * shares[c];
            statistic += (counts[c] - expected) * (counts[c] - expected) / expected;
            smallest = Math.min(smallest, expected);
        }
        if (smallest >= MIN_EXPECTED || tables(n, counts.length) > MOST_TABLES) {
            double p = ChiSquaredDistribution.of(counts.length - 1).survivalProbability(statistic);
            return new ChanceTest(statistic, counts.length - 1, p, ChanceTest.Method.CHI_SQUARE, 0);
        }
        double limit = LogGamma.value(n + 1.0) + SLACK;
        for (int c = 0; c < counts.length; c++) {
            limit += counts[c] * Math.log(shares[c]) - LogGamma.value(counts[c] + 1.0);
        }
        double p = notMoreLikely(shares, 0, n, LogGamma.value(n + 1.0), limit);
        return new ChanceTest(statistic, counts.length - 1, Math.min(1, p), ChanceTest.Method.EXACT, 0);
    }

    private static double tables(long n, int categories) {
        double tables = 1;
        for (int i = 1; i < categories; i++) {
            tables = tables * (n + i) / i;
        }
        return tables;
    }

    private static double notMoreLikely(double[] shares, int category, long left, double log, double limit) {
        if (category == shares.length - 1) {
            double whole = log + left * Math.log(shares[category]) - LogGamma.value(left + 1.0);
            return whole <= limit ? Math.exp(whole) : 0;
        }
        double p = 0;
        for (long count = 0; count <= left; count++) {
            p += notMoreLikely(
                    shares, category + 1, left - count, log + count * Math.log(shares[category]) - LogGamma.value(count + 1.0), limit);
        }
        return p;
    }

    /**
     * Tests the number of successes against the chance that was stated for each: the exact law up to {@value #MOST_CHANCES}
     * results, the normal one with a continuity correction of one half beyond. Two-sided: twice the smaller tail, at most 1. The
     * statistic is the number of successes.
     *
     * @param chances 0 to 1 each, at least one
     * @param successes 0 to as many
     */
    public static ChanceTest stated(double[] chances, int successes) {
        double mean = 0;
        double variance = 0;
        for (double chance : chances) {
            if (!(chance >= 0 && chance <= 1)) {
                throw new IllegalArgumentException("The chance (%s) must be between 0 and 1.".formatted(chance));
            }
            mean += chance;
            variance += chance * (1 - chance);
        }
        if (successes < 0 || successes > chances.length || chances.length == 0) {
            throw new IllegalArgumentException("There are %d successes of %d results.".formatted(successes, chances.length));
        }
        if (chances.length > MOST_CHANCES) {
            double z = variance > 0 ? Math.max(0, Math.abs(successes - mean) - 0.5) / Math.sqrt(variance) : 0;
            return new ChanceTest(successes, mean, Erfc.value(z / Math.sqrt(2)), ChanceTest.Method.NORMAL, 0);
        }
        double[] law = law(chances);
        double below = 0;
        double above = 0;
        for (int s = 0; s < law.length; s++) {
            below += s <= successes ? law[s] : 0;
            above += s >= successes ? law[s] : 0;
        }
        return new ChanceTest(successes, mean, Math.min(1, 2 * Math.min(below, above)), ChanceTest.Method.EXACT, 0);
    }

    /** Probability of each number of successes. */
    static double[] law(double[] chances) {
        double[] law = new double[chances.length + 1];
        law[0] = 1;
        for (int i = 0; i < chances.length; i++) {
            double p = chances[i];
            for (int s = i + 1; s > 0; s--) {
                law[s] = law[s] * (1 - p) + law[s - 1] * p;
            }
            law[0] *= 1 - p;
        }
        return law;
    }
}

package dev.keelson.stats.sequence;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * How likely a long streak of successes is by chance alone: exact, not by the law of long sequences.
 *
 * <p>Two questions: given the chance of each result, where nothing is estimated from the sequence; and given how many successes
 * there were, when all their orders are equally likely, which needs no chance of success at all.
 *
 * <p>Source: Feller, W. (1968), An Introduction to Probability Theory and Its Applications I, XIII.7, for the recursion, here for
 * unequal chances and as a sum of positive terms, so that small probabilities keep their digits; Mood, A. M. (1940), The
 * distribution theory of runs, Annals of Mathematical Statistics 11, for given counts.
 */
public final class LongStreak {
    /** Orders of longer sequences are not counted exactly. */
    public static final int MOST_COUNTED = 10_000;

    private LongStreak() {}

    /**
     * Probability of at least one streak of at least so many successes in independent trials.
     *
     * @param chances of success of each trial, 0 to 1, in order; may be empty
     * @param length at least 1
     */
    public static double probability(double[] chances, int length) {
        requireLength(length);
        int n = chances.length;
        double[] reached = new double[n + 1]; // within the first i trials
        for (int i = length; i <= n; i++) {
            double streak = 1;
            for (int j = i - length; j < i; j++) {
                streak *= chance(chances[j]);
            }
            // completed just now: before it a failure, and before that no such streak
            int before = i - length - 1;
            double first = before < 0 ? streak : (1 - reached[before]) * (1 - chances[before]) * streak;
            reached[i] = Math.min(1, reached[i - 1] + first);
        }
        return reached[n];
    }

    /** The same where all chances are equal. */
    public static double probability(int trials, double chance, int length) {
        double[] chances = new double[trials];
        Arrays.fill(chances, chance(chance));
        return probability(chances, length);
    }

    /**
     * Probability of at least one streak of at least so many successes when every order of the results is equally likely.
     *
     * @param trials 0 to {@value #MOST_COUNTED}
     * @param successes 0 to {@code trials}
     * @param length at least 1
     */
    public static double probabilityOfOrder(int trials, int successes, int length) {
        requireLength(length);
        if (trials < 0 || trials > MOST_COUNTED || successes < 0 || successes > trials) {
            throw new IllegalArgumentException("There are %d successes of %d trials; expected 0 to %d trials and at most as many successes."
                    .formatted(successes, trials, MOST_COUNTED));
        }
        if (length > successes) {
            return 0;
        }
        int failures = trials - successes;
        int gaps = failures + 1;
        // Orders with a long streak in at least one gap: choose j gaps that have one each, less what was counted twice.
        BigInteger choice = BigInteger.ONE;
        BigInteger rest = binomial(trials, failures);
        BigInteger all = rest;
        BigInteger sum = BigInteger.ZERO;
        for (int j = 1; j <= gaps && (long) j * length <= successes; j++) {
            choice = choice.multiply(BigInteger.valueOf(gaps - j + 1L)).divide(BigInteger.valueOf(j));
            int top = trials - (j - 1) * length;
            for (int step = 0; step < length; step++, top--) {
                rest = rest.multiply(BigInteger.valueOf(top - failures)).divide(BigInteger.valueOf(top));
            }
            BigInteger term = choice.multiply(rest);
            sum = j % 2 == 1 ? sum.add(term) : sum.subtract(term);
        }
        return quotient(sum, all);
    }

    /**
     * Probability that the sequence ends in at least so many successes when every order is equally likely.
     *
     * @param trials at least 0
     * @param successes 0 to {@code trials}
     * @param length at least 0
     */
    public static double probabilityAtEnd(int trials, int successes, int length) {
        double probability = 1;
        for (int i = 0; i < length; i++) {
            probability *= i < successes ? (double) (successes - i) / (trials - i) : 0;
        }
        return probability;
    }

    /**
     * How many streaks of exactly a length are expected when every order is equally likely.
     *
     * @param trials at least 1
     * @param successes 1 to {@code trials}
     * @param length at least 1
     */
    public static double expected(int trials, int successes, int length) {
        int failures = trials - successes;
        if (length > successes) {
            return 0;
        }
        if (failures == 0) {
            return length == successes ? 1 : 0;
        }
        // one of the gaps between failures: so many successes, then a failure (or the other way round at the end)
        double probability = 1;
        for (int i = 0; i < length; i++) {
            probability *= (double) (successes - i) / (trials - i);
        }
        probability *= (double) failures / (trials - length);
        return (failures + 1) * probability;
    }

    /** A quotient of numbers that may be too large for a double. */
    private static double quotient(BigInteger part, BigInteger whole) {
        int spare = part.signum() == 0 ? 0 : Math.max(0, 80 - part.bitLength() + whole.bitLength());
        BigInteger scaled = part.shiftLeft(spare).divide(whole);
        return Math.min(1, scaled.doubleValue() * Math.pow(2, -spare));
    }

    private static BigInteger binomial(int n, int k) {
        BigInteger result = BigInteger.ONE;
        int least = Math.min(k, n - k);
        for (int i = 1; i <= least; i++) {
            result = result.multiply(BigInteger.valueOf(n - least + (long) i)).divide(BigInteger.valueOf(i));
        }
        return result;
    }

    private static void requireLength(int length) {
        if (length < 1) {
            throw new IllegalArgumentException("The length (%d) must be at least 1.".formatted(length));
        }
    }

    private static double chance(double chance) {
        if (!(chance >= 0 && chance <= 1)) {
            throw new IllegalArgumentException("The chance (%s) must be between 0 and 1.".formatted(chance));
        }
        return chance;
    }
}

package dev.keelson.stats.sequence;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.LogGamma;

/**
 * Whether results change as often as chance would have it: fewer runs than expected mean that equal results come together, more
 * that they alternate. The counts of the categories are taken as given.
 *
 * <p>Two categories: the exact law up to {@value #EXACT} results, two-sided as the sum of all numbers of runs that are not more
 * likely than the one seen; beyond, the normal law with a continuity correction of one half. More categories: every order
 * where there are at most 20,000, shuffles up to {@value #SHUFFLED} results, Mood's normal law with the same correction beyond.
 *
 * <p>Source: Wald, A. and Wolfowitz, J. (1940), On a test whether two samples are from the same population, Annals of Mathematical
 * Statistics 11; Mood, A. M. (1940), The distribution theory of runs, the same volume; mean and variance for any number of
 * categories as in Wallis, W. A. and Roberts, H. V. (1956), Statistics, A New Approach.
 */
public final class RunsTest {
    static final int EXACT = 1_000;
    static final int SHUFFLED = 200;
    private static final double SLACK = 1e-7;

    private RunsTest() {}

    /**
     * Tests a sequence; the statistic is the number of runs.
     *
     * @param sequence at least two results of at least two categories that occur
     * @param seed of the shuffles
     */
    public static ChanceTest test(ResultSequence sequence, long seed) {
        long[] counts = sequence.counts();
        int[] values = sequence.values();
        int n = values.length;
        int runs = ResultSequence.runs(values);
        double squares = 0;
        double cubes = 0;
        int occurring = 0;
        int first = -1;
        for (int c = 0; c < counts.length; c++) {
            squares += (double) counts[c] * counts[c];
            cubes += (double) counts[c] * counts[c] * counts[c];
            if (counts[c] > 0) {
                occurring++;
                first = first < 0 ? c : first;
            }
        }
        if (occurring < 2) {
            throw new IllegalArgumentException("%d results are all of one category; the order of equal results tells nothing.".formatted(n));
        }
        double mean = n + 1 - squares / n;
        if (occurring == 2 && n <= EXACT) {
            return new ChanceTest(runs, mean, exact(n, (int) counts[first], runs), ChanceTest.Method.EXACT, 0);
        }
        if (occurring > 2 && n <= SHUFFLED) {
            return ChanceTest.of(
                    runs, mean, Orders.atLeast(values, counts.length, order -> Math.abs(ResultSequence.runs(order) - mean), seed));
        }
        double size = n;
        double variance = (squares * (squares + size * size + size) - 2 * size * cubes - size * size * size) / (size * size * (size - 1));
        double z = Math.max(0, Math.abs(runs - mean) - 0.5) / Math.sqrt(variance);
        return new ChanceTest(runs, mean, Erfc.value(z / Math.sqrt(2)), ChanceTest.Method.NORMAL, 0);
    }

    /** Chance of a number of runs that is not more likely than this one. */
    static double exact(int n, int m, int runs) {
        double limit = logProbability(n, m, runs) + SLACK;
        double p = 0;
        for (int r = 2; r <= n; r++) {
            double log = logProbability(n, m, r);
            if (log <= limit) {
                p += Math.exp(log);
            }
        }
        return Math.min(1, p);
    }

    private static double logProbability(int n, int m, int runs) {
        int other = n - m;
        int half = runs / 2;
        double all = logBinomial(n, m);
        if (runs % 2 == 0) {
            return Math.log(2) + logBinomial(m - 1, half - 1) + logBinomial(other - 1, half - 1) - all;
        }
        double a = logBinomial(m - 1, half) + logBinomial(other - 1, half - 1);
        double b = logBinomial(m - 1, half - 1) + logBinomial(other - 1, half);
        double larger = Math.max(a, b);
        return larger == Double.NEGATIVE_INFINITY ? larger : larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger)) - all;
    }

    private static double logBinomial(int n, int k) {
        return k < 0 || k > n ? Double.NEGATIVE_INFINITY : LogGamma.value(n + 1.0) - LogGamma.value(k + 1.0) - LogGamma.value(n - k + 1.0);
    }
}

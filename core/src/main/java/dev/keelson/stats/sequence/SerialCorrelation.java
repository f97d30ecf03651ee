package dev.keelson.stats.sequence;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Correlation of results with those so many before them.
 *
 * <p>{@code r(k) = sum((x[t] - m)(x[t + k] - m)) / sum((x[t] - m)^2)}, {@code q = n (n + 2) sum(r(k)^2 / (n - k))}, chi-square with as
 * many degrees of freedom as lags. By chance {@code r(k)} is about {@code -1/n}, and within {@code 1.96 / sqrt(n)} of it in 95 of
 * 100 sequences. Categories without values of their own count by their indicators: {@code r(k)} is then the mean over them,
 * weighted by their variances, and {@code q} is judged by orders of the results.
 *
 * <p>Source: Ljung, G. M. and Box, G. E. P. (1978), On a measure of lack of fit in time series models, Biometrika 65. Up to {@value
 * #SMALL} results the p-value is that of orders of the same results, since the law is one of long sequences.
 *
 * @param correlations r(1), r(2), ...
 * @param test of all lags together; its statistic is q
 */
public record SerialCorrelation(double[] correlations, ChanceTest test) {
    static final int SMALL = 100;

    /** Copies the correlations. */
    public SerialCorrelation {
        correlations = correlations.clone();
    }

    /** The correlations, copied. */
    @Override
    public double[] correlations() {
        return correlations.clone();
    }

    /** So many lags are looked at by default: 10, or a fifth of the results where that is less. */
    public static int lags(int results) {
        return Math.max(1, Math.min(10, results / 5));
    }

    /**
     * Tests a sequence of numbers.
     *
     * @param values more than {@code lags}, finite, not all equal
     * @param lags at least 1
     * @param seed of the shuffles
     */
    public static SerialCorrelation of(double[] values, int lags, long seed) {
        require(values.length, lags);
        int n = values.length;
        double[] correlations = correlations(values, lags);
        double q = q(correlations, n);
        if (n > SMALL) {
            double p = ChiSquaredDistribution.of(lags).survivalProbability(q);
            return new SerialCorrelation(correlations, new ChanceTest(q, lags, p, ChanceTest.Method.CHI_SQUARE, 0));
        }
        int[] positions = new int[n]; // orders of the values, each a category of its own unless equal
        double[] distinct = Arrays.stream(values).sorted().distinct().toArray();
        for (int i = 0; i < n; i++) {
            positions[i] = Arrays.binarySearch(distinct, values[i]);
        }
        return new SerialCorrelation(
                correlations,
                ChanceTest.of(
                        q,
                        lags,
                        Orders.atLeast(
                                positions,
                                distinct.length,
                                order -> {
                                    double[] moved = new double[n];
                                    for (int i = 0; i < n; i++) {
                                        moved[i] = distinct[order[i]];
                                    }
                                    return q(correlations(moved, lags), n);
                                },
                                seed)));
    }

    /**
     * Tests a sequence of categories that have no values.
     *
     * @param sequence more results than {@code lags}, of at least two categories
     * @param lags at least 1
     * @param seed of the shuffles
     */
    public static SerialCorrelation of(ResultSequence sequence, int lags, long seed) {
        int n = sequence.size();
        require(n, lags);
        int[] values = sequence.values();
        double equal = 0; // chance that two results are equal
        for (long count : sequence.counts()) {
            equal += (double) count * count / ((double) n * n);
        }
        double[] shares = new double[sequence.categories().size()];
        long[] counts = sequence.counts();
        for (int c = 0; c < shares.length; c++) {
            shares[c] = (double) counts[c] / n;
        }
        double chance = equal;
        double[] correlations = agreement(values, shares, chance, lags);
        double q = q(correlations, n);
        return new SerialCorrelation(
                correlations,
                ChanceTest.of(
                        q, lags, Orders.atLeast(values, shares.length, order -> q(agreement(order, shares, chance, lags), n), seed)));
    }

    /** Sum over categories of the products of centred indicators, over that of their squares. */
    private static double[] agreement(int[] values, double[] shares, double equal, int lags) {
        int n = values.length;
        double[] correlations = new double[lags];
        for (int lag = 1; lag <= lags; lag++) {
            double sum = 0;
            for (int t = 0; t + lag < n; t++) {
                int a = values[t];
                int b = values[t + lag];
                sum += (a == b ? 1 : 0) - shares[a] - shares[b] + equal;
            }
            correlations[lag - 1] = sum / (n * (1 - equal));
        }
        return correlations;
    }

    private static double[] correlations(double[] values, int lags) {
        int n = values.length;
        double mean = 0;
        for (double value : values) {
            mean += value / n;
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        if (!(squares > 0)) {
            throw new IllegalArgumentException("The %d values are all equal or not finite; they have no correlation.".formatted(n));
        }
        double[] correlations = new double[lags];
        for (int lag = 1; lag <= lags; lag++) {
            double sum = 0;
            for (int t = 0; t + lag < n; t++) {
                sum += (values[t] - mean) * (values[t + lag] - mean);
            }
            correlations[lag - 1] = sum / squares;
        }
        return correlations;
    }

    private static double q(double[] correlations, int n) {
        double q = 0;
        for (int lag = 1; lag <= correlations.length; lag++) {
            q += correlations[lag - 1] * correlations[lag - 1] / (n - lag);
        }
        return q * n * (n + 2.0);
    }

    private static void require(int results, int lags) {
        if (lags < 1 || results <= lags) {
            throw new IllegalArgumentException("%d results cannot be compared with those %d before them; expected more results than lags, and at least one lag."
                    .formatted(results, lags));
        }
    }
}

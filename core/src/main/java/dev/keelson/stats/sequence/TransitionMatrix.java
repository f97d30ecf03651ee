package dev.keelson.stats.sequence;

import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import java.util.List;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.jspecify.annotations.Nullable;

/**
 * What follows what: how often each category came right after each, and whether that depends on what came before.
 *
 * <p>The test is Pearson's of independence between a result and the one before. Where every expected count is at least 5 its
 * chi-square law judges it, else the orders of the same results do (all of them where they are few), which is exact however
 * small the counts are.
 *
 * <p>Source: Anderson, T. W. and Goodman, L. A. (1957), Statistical inference about Markov chains, Annals of Mathematical Statistics
 * 28; Wilson (1927) for the intervals of the shares.
 *
 * @param categories names, in the order of rows and columns
 * @param counts {@code counts[a][b]}: how often {@code b} came right after {@code a}
 * @param test of dependence on the result before; null where only one category leads or follows
 */
public record TransitionMatrix(List<String> categories, long[][] counts, @Nullable ChanceTest test) {
    private static final double MIN_EXPECTED = 5;

    /** Copies what can change. */
    public TransitionMatrix {
        categories = List.copyOf(categories);
        counts = copy(counts);
    }

    /** The counts, copied. */
    @Override
    public long[][] counts() {
        return copy(counts);
    }

    private static long[][] copy(long[][] counts) {
        long[][] copy = new long[counts.length][];
        for (int a = 0; a < copy.length; a++) {
            copy[a] = counts[a].clone();
        }
        return copy;
    }

    /**
     * Counts and tests a sequence.
     *
     * @param seed of the shuffles
     */
    public static TransitionMatrix of(ResultSequence sequence, long seed) {
        int k = sequence.categories().size();
        int[] values = sequence.values();
        long[][] counts = count(values, k);
        return new TransitionMatrix(sequence.categories(), counts, test(values, counts, seed));
    }

    private static long[][] count(int[] values, int k) {
        long[][] counts = new long[k][k];
        for (int i = 1; i < values.length; i++) {
            counts[values[i - 1]][values[i]]++;
        }
        return counts;
    }

    private static @Nullable ChanceTest test(int[] values, long[][] counts, long seed) {
        int k = counts.length;
        long[] rows = rowTotals(counts);
        long[] columns = columnTotals(counts);
        int degrees = (positive(rows) - 1) * (positive(columns) - 1);
        if (degrees < 1) {
            return null;
        }
        double statistic = pearson(counts);
        double smallest = Double.POSITIVE_INFINITY;
        for (int a = 0; a < k; a++) {
            for (int b = 0; b < k; b++) {
                if (rows[a] > 0 && columns[b] > 0) {
                    smallest = Math.min(smallest, (double) rows[a] * columns[b] / (values.length - 1));
                }
            }
        }
        if (smallest >= MIN_EXPECTED) {
            double p = ChiSquaredDistribution.of(degrees).survivalProbability(statistic);
            return new ChanceTest(statistic, degrees, p, ChanceTest.Method.CHI_SQUARE, 0);
        }
        return ChanceTest.of(statistic, degrees, Orders.atLeast(values, k, order -> pearson(count(order, k)), seed));
    }

    private static double pearson(long[][] counts) {
        long[] rows = rowTotals(counts);
        long[] columns = columnTotals(counts);
        long total = 0;
        for (long row : rows) {
            total += row;
        }
        double statistic = 0;
        for (int a = 0; a < counts.length; a++) {
            for (int b = 0; b < counts.length; b++) {
                double expected = (double) rows[a] * columns[b] / total;
                if (expected > 0) {
                    double difference = counts[a][b] - expected;
                    statistic += difference * difference / expected;
                }
            }
        }
        return statistic;
    }

    private static long[] rowTotals(long[][] counts) {
        long[] totals = new long[counts.length];
        for (int a = 0; a < totals.length; a++) {
            for (long count : counts[a]) {
                totals[a] += count;
            }
        }
        return totals;
    }

    private static long[] columnTotals(long[][] counts) {
        long[] totals = new long[counts.length];
        for (long[] row : counts) {
            for (int b = 0; b < totals.length; b++) {
                totals[b] += row[b];
            }
        }
        return totals;
    }

    private static int positive(long[] totals) {
        int positive = 0;
        for (long total : totals) {
            positive += total > 0 ? 1 : 0;
        }
        return positive;
    }

    /** How often something followed a category. */
    public long from(int category) {
        return rowTotals(counts)[category];
    }

    /**
     * Share of the results after one category that are of another, with its interval.
     *
     * @param before a category that something followed
     */
    public Interval share(int before, int after, double confidence) {
        return Proportion.wilson(counts[before][after], from(before), confidence);
    }

    /** How often it would be expected if what came before did not matter. */
    public double expected(int before, int after) {
        long total = 0;
        for (long row : rowTotals(counts)) {
            total += row;
        }
        return total == 0 ? 0 : (double) rowTotals(counts)[before] * columnTotals(counts)[after] / total;
    }
}

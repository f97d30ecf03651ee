package dev.keelson.stats.sequence;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How extreme a statistic of a sequence is among the orders in which its results could have come: all of them where they are
 * few, else shuffles.
 *
 * <p>Source: Phipson, B. and Smyth, G. K. (2010), Permutation p-values should never be zero, Statistical Applications in Genetics
 * and Molecular Biology 9(1), for counting the order seen among the shuffles.
 */
final class Orders {
    /** All orders are tried up to so many. */
    static final int MOST_TRIED = 20_000;

    private static final int SHUFFLES = 9_999;
    /** So many results are moved in all shuffles together, so that long sequences take no longer than seconds. */
    private static final long WORK = 20_000_000;

    private static final int FEWEST_SHUFFLES = 199;
    /** Equal values must not be lost to rounding. */
    private static final double SLACK = 1e-9;

    private Orders() {}

    /**
     * A p-value.
     *
     * @param value share of the orders whose statistic is at least as large
     * @param orders how many were looked at
     * @param all whether these are all there are
     */
    record PValue(double value, int orders, boolean all) {}

    static PValue atLeast(int[] values, int categories, ToDoubleFunction<int[]> statistic, long seed) {
        double limit = statistic.applyAsDouble(values);
        limit -= SLACK * Math.max(1, Math.abs(limit));
        return number(ResultSequence.counts(values, categories)) <= MOST_TRIED
                ? tried(values, statistic, limit)
                : shuffled(values, statistic, limit, seed);
    }

    /** How many orders there are; some number beyond the most when there are more. */
    static double number(long[] counts) {
        double number = 1;
        long placed = 0;
        for (long count : counts) {
            for (long i = 1; i <= count; i++) {
                placed++;
                number = number * placed / i;
                if (number > 1e12) {
                    return number;
                }
            }
        }
        return Math.rint(number);
    }

    private static PValue tried(int[] values, ToDoubleFunction<int[]> statistic, double limit) {
        int[] order = values.clone();
        Arrays.sort(order);
        int tried = 0;
        int extreme = 0;
        do {
            tried++;
            extreme += statistic.applyAsDouble(order) >= limit ? 1 : 0;
        } while (next(order));
        return new PValue((double) extreme / tried, tried, true);
    }

    /** The next order in the order of dictionaries; false after the last. */
    private static boolean next(int[] order) {
        int i = order.length - 2;
        while (i >= 0 && order[i] >= order[i + 1]) {
            i--;
        }
        if (i < 0) {
            return false;
        }
        int j = order.length - 1;
        while (order[j] <= order[i]) {
            j--;
        }
        swap(order, i, j);
        for (int from = i + 1, to = order.length - 1; from < to; from++, to--) {
            swap(order, from, to);
        }
        return true;
    }

    private static PValue shuffled(int[] values, ToDoubleFunction<int[]> statistic, double limit, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int shuffles = Math.clamp(WORK / values.length, FEWEST_SHUFFLES, SHUFFLES);
        int[] order = values.clone();
        int extreme = 1;
        for (int s = 0; s < shuffles; s++) {
            for (int i = order.length - 1; i > 0; i--) {
                swap(order, i, random.nextInt(i + 1));
            }
            extreme += statistic.applyAsDouble(order) >= limit ? 1 : 0;
        }
        return new PValue(extreme / (shuffles + 1.0), shuffles, false);
    }

    private static void swap(int[] order, int i, int j) {
        int held = order[i];
        order[i] = order[j];
        order[j] = held;
    }
}

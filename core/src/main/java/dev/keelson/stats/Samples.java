package dev.keelson.stats;

import java.util.Arrays;

/** Preparation of samples that every test shares. */
final class Samples {

    /** Values of a sorted sample that are looked into together. */
    private static final int BLOCK = 64;

    private Samples() {}

    /** Values without {@code NaN}, in the order given. */
    static double[] present(double[] values) {
        double[] kept = new double[values.length];
        int n = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                kept[n++] = value;
            }
        }
        return n == kept.length ? kept : Arrays.copyOf(kept, n);
    }

    /** Refuses an empty sample and one that is not sorted at its end (where a sort puts {@code NaN}). */
    static void requireSorted(double[] sorted, String name) {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("The %s sample is empty, at least one value is needed.".formatted(name));
        }
        if (Double.isNaN(sorted[sorted.length - 1]) || sorted[0] > sorted[sorted.length - 1]) {
            throw new IllegalArgumentException("""
                    The %s sample of %d values is not sorted, or holds NaN.
                    Maybe the entry point for unsorted samples was meant.""".formatted(name, sorted.length));
        }
    }

    /**
     * Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, the default of numpy and
     * R).
     *
     * @param sorted ascending, not empty
     * @param share 0 to 1
     */
    static double quantile(double[] sorted, double share) {
        double position = share * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        double low = sorted[below];
        double high = sorted[above];
        return low == high ? low : low + (position - below) * (high - low);
    }

    /** End of a block of a sorted sample that begins at a place: no value lies in it and behind it, too. */
    static int endOfBlock(double[] sorted, int from) {
        int end = Math.min(sorted.length, from + BLOCK);
        double last = sorted[end - 1];
        while (end < sorted.length && sorted[end] == last) {
            end++;
        }
        return end;
    }

    /** How many values are at or below x, searched in steps that double from a place on before which all are. */
    static int countUpTo(double[] sorted, double x, int from) {
        int low = from;
        int step = BLOCK;
        while (step < sorted.length - low && sorted[low + step] <= x) {
            low += step;
            step += step;
        }
        return countUpTo(sorted, x, low, Math.min(sorted.length, low + step));
    }

    /**
     * How many values are at or below x.
     *
     * @param least so many are for sure
     * @param most no more are
     */
    static int countUpTo(double[] sorted, double x, int least, int most) {
        int low = least;
        int high = most;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= x) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Sum of counts, refusing negative ones and an empty total. */
    static long total(long[] counts, String name) {
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException(
                        "The %s count at index %d (%d) must not be negative.".formatted(name, i, counts[i]));
            }
            sum = Math.addExact(sum, counts[i]);
        }
        if (sum == 0) {
            throw new IllegalArgumentException("The %s counts sum to 0, at least one value is needed.".formatted(name));
        }
        return sum;
    }

    static void requireSameLength(int first, int second) {
        if (first != second) {
            throw new IllegalArgumentException(
                    "The reference has %d cells and the current sample %d; both need the same cells in the same order."
                            .formatted(first, second));
        }
    }

    static double requirePositive(double value, String name) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("%s (%s) must be positive and finite.".formatted(name, value));
        }
        return value;
    }

    static double requireOpenShare(double value, String name) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException("%s (%s) must lie strictly between 0 and 1.".formatted(name, value));
        }
        return value;
    }
}

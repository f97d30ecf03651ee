package dev.keelson.stats;

import java.util.Arrays;

/**
 * Ascending copies of samples, for the entry points that take sorted values; sort a reference once and use it for every
 * window.
 *
 * <p>Large samples are sorted by their upper 33 bits (least significant digit first, 11 bits at a time), which takes time in
 * proportion to the number of values; the few that agree in all of these are then sorted among themselves. The order is
 * that of {@link Arrays#sort(double[])}.
 */
public final class SortedSample {

    private static final int RADIX_FROM = 2_000;
    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 3; // sign, exponent and 21 bits after the point
    private static final int LOWEST = Long.SIZE - DIGITS * DIGIT_BITS;
    private static final int BUCKETS = 1 << DIGIT_BITS;
    private static final int MASK = BUCKETS - 1;

    private SortedSample() {}

    /**
     * The values in ascending order, missing ones ({@code NaN}) left out.
     *
     * @param values any order, any length
     * @return a new array, at most as long
     */
    public static double[] of(double[] values) {
        double[] kept = Samples.present(values);
        if (kept.length < RADIX_FROM) {
            Arrays.sort(kept);
        } else {
            radixSort(kept);
        }
        return kept;
    }

    private static void radixSort(double[] values) {
        int n = values.length;
        long[] keys = new long[n];
        int[][] counts = new int[DIGITS][BUCKETS];
        for (int i = 0; i < n; i++) {
            long bits = Double.doubleToRawLongBits(values[i]);
            // Negative numbers turn round, positive ones move above them: the unsigned order of keys is that of the
            // values.
            long key = bits ^ ((bits >> 63) | Long.MIN_VALUE);
            keys[i] = key;
            for (int digit = 0; digit < DIGITS; digit++) {
                counts[digit][(int) (key >>> (LOWEST + digit * DIGIT_BITS)) & MASK]++;
            }
        }
        long[] from = keys;
        long[] to = new long[n];
        for (int digit = 0; digit < DIGITS; digit++) {
            int shift = LOWEST + digit * DIGIT_BITS;
            int[] places = counts[digit];
            if (places[(int) (from[0] >>> shift) & MASK] == n) {
                continue; // one digit shared by all values moves nothing
            }
            int place = 0;
            for (int bucket = 0; bucket < BUCKETS; bucket++) {
                int count = places[bucket];
                places[bucket] = place;
                place += count;
            }
            for (long key : from) {
                to[places[(int) (key >>> shift) & MASK]++] = key;
            }
            long[] swap = from;
            from = to;
            to = swap;
        }
        sortWithinDigits(from);
        for (int i = 0; i < n; i++) {
            long key = from[i];
            values[i] = Double.longBitsToDouble(key ^ (~(key >> 63) | Long.MIN_VALUE));
        }
    }

    /** Sorts each run of keys that agree in all digits; they have one sign, so the order of longs is theirs. */
    private static void sortWithinDigits(long[] keys) {
        int from = 0;
        for (int i = 1; i <= keys.length; i++) {
            if (i == keys.length || (keys[i] ^ keys[from]) >>> LOWEST != 0) {
                if (i - from > 1) {
                    Arrays.sort(keys, from, i);
                }
                from = i;
            }
        }
    }
}

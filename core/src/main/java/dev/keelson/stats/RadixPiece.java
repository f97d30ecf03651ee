package dev.keelson.stats;

import java.util.Arrays;

/** Sorts pieces of values that agree in their upper bits, one after the other; keeps the memory it needs between them. */
final class RadixPiece {
    private static final int DIGIT_BITS = 10;
    private static final int BUCKETS = 1 << DIGIT_BITS;
    private static final int MASK = BUCKETS - 1;
    /** Fewer keys are put in order by moving each to its place. */
    private static final int FEW = 24;
    /** For fewer keys the buckets alone would cost more. */
    private static final int RADIX_FROM = BUCKETS / 4;

    private final int lowest;
    private final int[][] counts;
    private long[] keys = new long[0];
    private long[] spare = new long[0];

    /**
     * @param digits how many of 10 bits are sorted by their counts
     * @param top the bit above the uppermost of them; all values of a piece agree from there on
     */
    RadixPiece(int digits, int top) {
        this.lowest = top - digits * DIGIT_BITS;
        this.counts = new int[digits][BUCKETS];
    }

    /** A number whose unsigned order is that of the values: negative ones turn round, positive ones move above them. */
    static long key(double value) {
        long bits = Double.doubleToRawLongBits(value);
        return bits ^ ((bits >> 63) | Long.MIN_VALUE);
    }

    private static double value(long key) {
        return Double.longBitsToDouble(key ^ (~(key >> 63) | Long.MIN_VALUE));
    }

    /** Sorts the values of a piece where they are; none is NaN. */
    void sort(double[] values, int from, int to) {
        int length = to - from;
        if (length < 2) {
            return;
        }
        if (keys.length < length) {
            keys = new long[length];
        }
        for (int i = 0; i < length; i++) {
            keys[i] = key(values[from + i]);
        }
        if (length < RADIX_FROM) {
            sortRun(0, length);
        } else {
            sortDigits(length);
            sortWithinDigits(length);
        }
        for (int i = 0; i < length; i++) {
            values[from + i] = value(keys[i]);
        }
    }

    private void sortDigits(int length) {
        count(length);
        if (spare.length < length) {
            spare = new long[length];
        }
        for (int digit = 0; digit < counts.length; digit++) {
            int[] places = counts[digit];
            int shift = lowest + digit * DIGIT_BITS;
            if (places[(int) (keys[0] >>> shift) & MASK] < length) { // one digit shared by all moves nothing
                move(places, shift, length);
            }
        }
    }

    private void count(int length) {
        for (int[] each : counts) {
            Arrays.fill(each, 0);
        }
        for (int i = 0; i < length; i++) {
            long key = keys[i] >>> lowest;
            for (int[] each : counts) {
                each[(int) key & MASK]++;
                key >>>= DIGIT_BITS;
            }
        }
    }

    private void move(int[] places, int shift, int length) {
        int place = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            int count = places[bucket];
            places[bucket] = place;
            place += count;
        }
        long[] from = keys;
        long[] to = spare;
        for (int i = 0; i < length; i++) {
            long key = from[i];
            to[places[(int) (key >>> shift) & MASK]++] = key;
        }
        keys = to;
        spare = from;
    }

    /** Sorts each run of keys that agree in all digits. */
    private void sortWithinDigits(int length) {
        int first = 0;
        for (int i = 1; i <= length; i++) {
            if (i == length || (keys[i] ^ keys[first]) >>> lowest != 0) {
                if (i - first > 1) {
                    sortRun(first, i);
                }
                first = i;
            }
        }
    }

    /** The keys of a run have one sign, so the order of longs is theirs. */
    private void sortRun(int from, int to) {
        if (to - from > FEW) {
            Arrays.sort(keys, from, to);
            return;
        }
        for (int i = from + 1; i < to; i++) {
            long key = keys[i];
            int at = i - 1;
            while (at >= from && keys[at] > key) {
                keys[at + 1] = keys[at--];
            }
            keys[at + 1] = key;
        }
    }
}

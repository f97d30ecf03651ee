package dev.keelson.stats;

import java.util.Arrays;

/**
 * Ascending copies of samples, for the entry points that take sorted values; sort a reference once and use it for every
 * window.
 *
 * <p>Large samples are sorted by their bits, which takes time in proportion to the number of values. The upper 14 bits
 * (sign, exponent, two bits after the point) part them into pieces, most of which fit into the processor's own memory; within
 * a piece the next bits are sorted, least significant digit first; the few that agree in all of these are then sorted among
 * themselves. The order is that of {@link Arrays#sort(double[])}.
 */
public final class SortedSample {

    private static final int RADIX_FROM = 2_000;
    /** From so many values on it pays to part them first. */
    private static final int PARTED_FROM = 1 << 15;

    private static final int PART_BITS = 14;
    private static final int PART_SHIFT = Long.SIZE - PART_BITS;
    /** Digits of a sample as a whole, and of a piece of one. */
    private static final int DIGITS = 3;

    private static final int DIGITS_OF_PIECE = 2;

    private SortedSample() {}

    /**
     * The values in ascending order, missing ones ({@code NaN}) left out.
     *
     * @param values any order, any length
     * @return a new array, at most as long
     */
    public static double[] of(double[] values) {
        return sorted(values, 0, values.length, 1, Double.POSITIVE_INFINITY);
    }

    /**
     * The finite ones of some values in ascending order.
     *
     * @param values any order, any length
     * @param from position of the first, at least 0
     * @param to position behind the last, at most the length
     * @param step 1 for each of them, 2 for every second, ...
     * @return a new array
     */
    public static double[] ofFinite(double[] values, int from, int to, int step) {
        return sorted(values, from, to, step, Double.MAX_VALUE);
    }

    /**
     * How many values are at or below x.
     *
     * @param sorted ascending, without {@code NaN}; may be empty
     */
    public static int countUpTo(double[] sorted, double x) {
        return Samples.countUpTo(sorted, x, 0, sorted.length);
    }

    /** @param most values beyond it on either side are left out */
    private static double[] sorted(double[] values, int from, int to, int step, double most) {
        int rows = Math.ceilDiv(Math.max(0, to - from), step);
        if (rows >= PARTED_FROM) {
            return parted(values, from, to, step, most);
        }
        double[] kept = new double[rows];
        int size = 0;
        for (int i = from; i < to; i += step) {
            if (Math.abs(values[i]) <= most) {
                kept[size++] = values[i];
            }
        }
        double[] sorted = size == rows ? kept : Arrays.copyOf(kept, size);
        if (size < RADIX_FROM) {
            Arrays.sort(sorted);
        } else {
            new RadixPiece(DIGITS, Long.SIZE).sort(sorted, 0, size);
        }
        return sorted;
    }

    private static double[] parted(double[] values, int from, int to, int step, double most) {
        int[] ends = new int[1 << PART_BITS];
        for (int i = from; i < to; i += step) {
            if (Math.abs(values[i]) <= most) {
                ends[part(values[i])]++;
            }
        }
        double[] sorted = new double[startsOf(ends)];
        for (int i = from; i < to; i += step) {
            if (Math.abs(values[i]) <= most) {
                sorted[ends[part(values[i])]++] = values[i];
            }
        }
        RadixPiece piece = new RadixPiece(DIGITS_OF_PIECE, PART_SHIFT);
        int start = 0;
        for (int end : ends) {
            piece.sort(sorted, start, end);
            start = end;
        }
        return sorted;
    }

    private static int part(double value) {
        return (int) (RadixPiece.key(value) >>> PART_SHIFT);
    }

    /** Turns counts into the places where each begins; returns their sum. */
    private static int startsOf(int[] counts) {
        int place = 0;
        for (int part = 0; part < counts.length; part++) {
            int count = counts[part];
            counts[part] = place;
            place += count;
        }
        return place;
    }
}

package dev.keelson.control.rollout;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts of durations in bins that grow by a 32nd of an octave, about 3 %, from 0.1 microseconds to two minutes; what lies
 * beyond counts in the last bin. Safe for use by several threads.
 */
final class Latencies {
    private static final int PER_OCTAVE = 32;
    private static final int FIRST = 7;
    static final int BINS = 30 * PER_OCTAVE;

    private final AtomicLongArray counts = new AtomicLongArray(BINS);

    void add(long nanos) {
        counts.incrementAndGet(bin(nanos));
    }

    long[] counts() {
        long[] now = new long[BINS];
        Arrays.setAll(now, counts::get);
        return now;
    }

    /** The bin of a duration: octaves in equal parts, linear within one. */
    static int bin(long nanos) {
        long value = Math.max(nanos, 1L << FIRST);
        int octave = 63 - Long.numberOfLeadingZeros(value);
        int within = (int) (((value - (1L << octave)) * PER_OCTAVE) >>> octave);
        return Math.min(BINS - 1, (octave - FIRST) * PER_OCTAVE + within);
    }

    /** The shortest duration of a bin, in milliseconds; 0 of the first. */
    static double lowerMillis(int bin) {
        if (bin == 0) {
            return 0;
        }
        int octave = FIRST + bin / PER_OCTAVE;
        return ((1L << octave) + ((1L << octave) * (bin % PER_OCTAVE)) / (double) PER_OCTAVE) / 1e6;
    }

    /** Where a bin ends, in milliseconds; infinite of the last. */
    static double upperMillis(int bin) {
        return bin == BINS - 1 ? Double.POSITIVE_INFINITY : lowerMillis(bin + 1);
    }

    static long total(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    /** The bin of the observation of a rank from 1, in order of size. */
    static int binOfRank(long[] counts, long rank) {
        long seen = 0;
        for (int bin = 0; bin < counts.length; bin++) {
            seen += counts[bin];
            if (seen >= rank) {
                return bin;
            }
        }
        return counts.length - 1;
    }

    /** A quantile in milliseconds, the middle of its bin; NaN without observations. */
    static double quantile(long[] counts, double quantile) {
        long total = total(counts);
        if (total == 0) {
            return Double.NaN;
        }
        int bin = binOfRank(counts, Math.max(1, (long) Math.ceil(quantile * total)));
        return bin == BINS - 1 ? lowerMillis(bin) : (lowerMillis(bin) + upperMillis(bin)) / 2;
    }

    /** How many surely took longer than so many milliseconds. */
    static long above(long[] counts, double millis) {
        long sum = 0;
        for (int bin = 0; bin < counts.length; bin++) {
            if (lowerMillis(bin) >= millis) {
                sum += counts[bin];
            }
        }
        return sum;
    }
}

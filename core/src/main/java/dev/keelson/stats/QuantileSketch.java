package dev.keelson.stats;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A summary of a stream of numbers from which ranks and quantiles can be told with a known error, in memory that does not
 * grow with the stream (with the logarithm of its length). Sketches of parts make the sketch of the whole.
 *
 * <p>Values wait in levels; a value of level h stands for {@code 2^h} values. A full level is sorted, and every second value
 * of it, from the first or from the second at random, moves up. Each such step moves the rank of any point by at most
 * {@code 2^h}, up or down with the same chance; the sketch adds up the squares, so that {@link #rankError} follows from
 * Hoeffding's inequality for what really happened to this sketch, merges included. Until the first step all values are
 * there and nothing is wrong.
 *
 * <p>The same values in the same order give the same sketch. Not safe for use by several threads.
 *
 * <p>Source: Karnin, Z., Lang, K. and Liberty, E. (2016), Optimal quantile approximation in streams, FOCS (KLL).
 */
public final class QuantileSketch {
    /** About 0.5 % of rank error at every point at once with 99 % confidence, in less than 60 kB. */
    public static final int DEFAULT_SIZE = 2_048;

    private static final int LEAST_SIZE = 64;
    /** Room for so many values at first. */
    private static final int FIRST = 8;
    private static final int MAX_SIZE = 1 << 20;
    private static final int LEVELS = 48;
    /** Each level holds this share of what the one above it holds. */
    private static final double SHRINK = 2.0 / 3;
    /** Low levels hold at least so many values: fewer would be sorted for each handful of values. */
    private static final int LEAST_LEVEL = 64;

    private static final long START = 0x9E3779B97F4A7C15L;
    private static final int FORMAT = 1;

    private final int size;
    private final double[][] values = new double[LEVELS][];
    private final int[] filled = new int[LEVELS];
    private int levels = 1;
    /** Capacity of level 0, which is asked for at every value. */
    private int lowest;

    private long count;
    private long missing;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private double squaredMoves;
    private long random = START;

    /**
     * An empty sketch.
     *
     * @param size values of the highest level, {@value #LEAST_SIZE} to {@value #MAX_SIZE}; the error falls in proportion
     */
    public QuantileSketch(int size) {
        if (size < LEAST_SIZE || size > MAX_SIZE) {
            throw new IllegalArgumentException(
                    "The size of a sketch (%d) must be between %d and %d.".formatted(size, LEAST_SIZE, MAX_SIZE));
        }
        this.size = size;
        this.lowest = size;
        values[0] = new double[FIRST];
    }

    /** An empty sketch of {@value #DEFAULT_SIZE}. */
    public QuantileSketch() {
        this(DEFAULT_SIZE);
    }

    /**
     * Takes the next value.
     *
     * @param value infinite values are very small or large ones, {@code NaN} is counted as missing
     */
    public void add(double value) {
        if (Double.isNaN(value)) {
            missing++;
            return;
        }
        double normal = value + 0.0; // negative zero is zero
        least = Math.min(least, normal);
        greatest = Math.max(greatest, normal);
        count++;
        if (filled[0] == values[0].length) {
            values[0] = Arrays.copyOf(values[0], Math.max(FIRST, 2 * filled[0]));
        }
        values[0][filled[0]++] = normal;
        if (filled[0] >= lowest) {
            settle();
        }
    }

    /** Takes many values. */
    public void addAll(double[] many) {
        for (double value : many) {
            add(value);
        }
    }

    /**
     * Takes all that another sketch has seen; the other stays as it is.
     *
     * @param other of the same size
     */
    public void merge(QuantileSketch other) {
        if (other.size != size) {
            throw new IllegalArgumentException(
                    "A sketch of size %d cannot take one of size %d.".formatted(size, other.size));
        }
        if (other == this) {
            throw new IllegalArgumentException("A sketch cannot take itself.");
        }
        count += other.count;
        missing += other.missing;
        least = Math.min(least, other.least);
        greatest = Math.max(greatest, other.greatest);
        squaredMoves += other.squaredMoves;
        levels = Math.max(levels, other.levels);
        for (int level = 0; level < other.levels; level++) {
            double[] mine = Arrays.copyOf(of(level), filled[level] + other.filled[level]);
            System.arraycopy(other.of(level), 0, mine, filled[level], other.filled[level]);
            filled[level] += other.filled[level];
            Arrays.sort(mine, 0, filled[level]);
            values[level] = mine;
        }
        settle();
    }

    /** Number of values, missing ones not counted. */
    public long count() {
        return count;
    }

    /** Number of missing values. */
    public long missing() {
        return missing;
    }

    /** Smallest value, exactly; positive infinity while there is none. */
    public double least() {
        return least;
    }

    /** Largest value, exactly; negative infinity while there is none. */
    public double greatest() {
        return greatest;
    }

    /** Whether every value is still there, so that ranks are exact. */
    public boolean exact() {
        return squaredMoves == 0;
    }

    /** Number of values that are kept. */
    public int kept() {
        return Arrays.stream(filled, 0, levels).sum();
    }

    /**
     * How far the share of values at or below a point may be off.
     *
     * @param confidence strictly between 0 and 1
     * @return as a share of all values, 0 to 1, for one point chosen beforehand; 0 while {@link #exact}
     */
    public double rankError(double confidence) {
        return error(1 - Samples.requireOpenShare(confidence, "confidence"));
    }

    /**
     * How far the share of values at or below a point may be off at the worst point of all.
     *
     * @param confidence strictly between 0 and 1
     * @return as a share of all values, 0 to 1; 0 while {@link #exact}
     */
    public double uniformError(double confidence) {
        double one = rankError(confidence);
        if (one == 0) {
            return 0;
        }
        // Both functions rise, so between points 1/g apart (in rank) the error grows by at most 1/g.
        double points = Math.ceil(10 / one);
        return Math.min(1, error((1 - confidence) / points) + 1 / points);
    }

    private double error(double chance) {
        return count == 0 ? 0 : Math.min(1, Math.sqrt(2 * squaredMoves * Math.log(2 / chance)) / count);
    }

    /**
     * The values that are kept, each with how many values it stands for.
     *
     * @param values ascending
     * @param ranks how many values are at or below each, rising to {@link #count}
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never kept
    public record Points(double[] values, long[] ranks) {

        /** Share of the values at or below x, 0 to 1. */
        public double share(double x) {
            int low = 0;
            int high = values.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (values[middle] <= x) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low == 0 ? 0 : (double) ranks[low - 1] / ranks[ranks.length - 1];
        }

        /**
         * The smallest kept value that at least a share of all values does not exceed.
         *
         * @param share 0 to 1
         */
        public double quantile(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("The share (%s) must be between 0 and 1.".formatted(share));
            }
            double wanted = Math.max(1, share * ranks[ranks.length - 1]);
            int low = 0;
            int high = ranks.length - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (ranks[middle] >= wanted) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return values[low];
        }
    }

    /**
     * What is known, to be asked for ranks and quantiles.
     *
     * @throws IllegalArgumentException if there is no value
     */
    public Points points() {
        if (count == 0) {
            throw new IllegalArgumentException("The sketch is empty, at least one value is needed.");
        }
        int total = kept();
        double[] merged = new double[total];
        long[] weights = new long[total];
        int end = 0;
        for (int level = 0; level < levels; level++) {
            double[] sorted = Arrays.copyOf(of(level), filled[level]);
            if (level == 0) {
                Arrays.sort(sorted);
            }
            int i = end - 1;
            int j = sorted.length - 1;
            end += sorted.length;
            for (int to = end - 1; j >= 0; to--) { // from the back, so that nothing is overwritten
                boolean lower = i >= 0 && merged[i] > sorted[j];
                merged[to] = lower ? merged[i] : sorted[j];
                weights[to] = lower ? weights[i] : 1L << level;
                i -= lower ? 1 : 0;
                j -= lower ? 0 : 1;
            }
        }
        for (int i = 1; i < total; i++) {
            weights[i] += weights[i - 1];
        }
        return new Points(merged, weights);
    }

    /** All of it, for {@link #ofBytes}. */
    public byte[] toBytes() {
        ByteBuffer buffer = ByteBuffer.allocate(12 + 48 + 4 * levels + 8 * kept());
        buffer.putInt(FORMAT).putInt(size).putInt(levels);
        buffer.putLong(count).putLong(missing).putDouble(least).putDouble(greatest).putDouble(squaredMoves).putLong(random);
        for (int level = 0; level < levels; level++) {
            buffer.putInt(filled[level]);
            for (int i = 0; i < filled[level]; i++) {
                buffer.putDouble(of(level)[i]);
            }
        }
        return buffer.array();
    }

    /**
     * The sketch that {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException if it did not
     */
    public static QuantileSketch ofBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length < 60 || buffer.getInt() != FORMAT) {
            throw new IllegalArgumentException("These %d bytes are no sketch of format %d.".formatted(bytes.length, FORMAT));
        }
        QuantileSketch sketch = new QuantileSketch(buffer.getInt());
        sketch.levels = buffer.getInt();
        sketch.count = buffer.getLong();
        sketch.missing = buffer.getLong();
        sketch.least = buffer.getDouble();
        sketch.greatest = buffer.getDouble();
        sketch.squaredMoves = buffer.getDouble();
        sketch.random = buffer.getLong();
        long stood = 0;
        for (int level = 0; level < sketch.levels && level < LEVELS && buffer.remaining() >= 4; level++) {
            int n = buffer.getInt();
            if (n < 0 || n > buffer.remaining() / 8) {
                throw new IllegalArgumentException(
                        "Level %d of the sketch says %d values, %d bytes are left.".formatted(level, n, buffer.remaining()));
            }
            double[] kept = new double[n];
            for (int i = 0; i < n; i++) {
                kept[i] = buffer.getDouble();
            }
            sketch.values[level] = kept;
            sketch.filled[level] = n;
            stood += (long) n << level;
        }
        if (stood != sketch.count || buffer.hasRemaining()) {
            throw new IllegalArgumentException("The sketch says %d values, its levels stand for %d.\nMaybe the bytes were cut."
                    .formatted(sketch.count, stood));
        }
        sketch.lowest = sketch.capacity(0);
        return sketch;
    }

    private double[] of(int level) {
        double[] kept = values[level];
        if (kept == null) {
            kept = new double[0]; // grows with what it gets: many sketches of few values stay small
            values[level] = kept;
        }
        return kept;
    }

    /** How many values a level may hold; the highest one most. */
    private int capacity(int level) {
        return (int) Math.max(Math.min(LEAST_LEVEL, size), Math.ceil(size * Math.pow(SHRINK, levels - 1 - level)));
    }

    /** Moves values up from the lowest level that is too full, until none is. */
    private void settle() {
        for (int level = 0; level < levels; level++) {
            if (filled[level] >= capacity(level)) {
                halve(level);
            }
        }
        lowest = capacity(0);
    }

    private void halve(int level) {
        double[] from = of(level);
        int n = filled[level];
        if (level == 0) {
            Arrays.sort(from, 0, n);
        }
        int moved = n / 2;
        int first = (n & 1) + coin(); // of an odd number the smallest stays
        double[] above = of(level + 1);
        int there = filled[level + 1];
        if (there + moved > above.length) {
            above = Arrays.copyOf(above, there + moved + moved / 2);
            values[level + 1] = above;
        }
        int i = there - 1;
        int j = moved - 1;
        for (int to = there + moved - 1; j >= 0; to--) {
            double next = from[first + 2 * j];
            if (i >= 0 && above[i] > next) {
                above[to] = above[i--];
            } else {
                above[to] = next;
                j--;
            }
        }
        filled[level + 1] = there + moved;
        filled[level] = n & 1;
        levels = Math.max(levels, level + 2);
        double weight = Math.scalb(1.0, level);
        squaredMoves += weight * weight;
    }

    /** 0 or 1 with the same chance. */
    private int coin() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (int) (random >>> 63);
    }
}

package dev.keelson.stats;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adaptive windowing: watches the mean of a stream over a window that grows while nothing changes and drops its oldest
 * part when two parts of it have different means.
 *
 * <p>The window is kept as buckets of 1, 2, 4, ... values, at most {@link Config#maxBuckets} of each size, so memory grows
 * with the logarithm of the window. After every {@link Config#clock}th value each boundary between buckets with at least
 * {@link Config#minSide} values on both sides is a possible cut; the two means differ when
 * {@code |mean0 - mean1| > sqrt(2 * h * variance * d) + 2/3 * h * d}, with
 * {@code h = 1/(n0 - minSide + 1) + 1/(n1 - minSide + 1)} and {@code d = ln(2 * ln(W) / delta)}. Then the oldest bucket goes
 * and the test is repeated.
 *
 * <p>The bound is about the mean of values whose scale does not matter for the first term and does for the second:
 * values should lie within about one unit, such as errors between 0 and 1.
 *
 * <p>Not safe for use by several threads.
 *
 * <p>Source: Bifet, A. and Gavaldà, R. (2007), Learning from time-changing data with adaptive windowing, SIAM
 * International Conference on Data Mining; sides counted from the fifth value on and all bucket boundaries tried, as in
 * MOA.
 */
public final class Adwin {
    private static final int MAX_ROWS = 63;

    private final Config config;
    private final double[][] sums = new double[MAX_ROWS][];
    /** Sum of squared differences from the bucket's mean. */
    private final double[][] squares = new double[MAX_ROWS][];

    private final int[] filled = new int[MAX_ROWS];
    private int rows;
    private long width;
    private double sum;
    private double square;
    private long seen;

    /**
     * How to watch.
     *
     * @param delta confidence, strictly between 0 and 1; smaller means fewer false alarms
     * @param clock the test is made after every so many values, at least 1
     * @param maxBuckets buckets of one size, at least 2
     * @param minSide least number of values on each side of a cut, at least 1
     * @param minWindow the window must hold more values than this for a test, at least 0
     */
    public record Config(double delta, int clock, int maxBuckets, int minSide, int minWindow) {
        /** Checks the ranges. */
        public Config {
            Samples.requireOpenShare(delta, "delta");
            if (clock < 1 || maxBuckets < 2 || minSide < 1 || minWindow < 0) {
                throw new IllegalArgumentException(
                        "clock (%d) and minSide (%d) must be at least 1, maxBuckets (%d) at least 2, minWindow (%d) at least 0."
                                .formatted(clock, minSide, maxBuckets, minWindow));
            }
        }

        /** Confidence 0.002, a test every 32 values, 5 buckets of a size, 5 values on each side, more than 10 in all. */
        public static Config defaults() {
            return new Config(0.002, 32, 5, 5, 10);
        }
    }

    /**
     * A change of the mean.
     *
     * @param at number of values seen when it was found
     * @param start number of values before the window that is left: the estimated point of the change
     * @param before mean of the values before the cut that showed it
     * @param after mean of the values after that cut
     */
    public record Change(long at, long start, double before, double after) {
        /** Whether the mean rose. */
        public boolean rose() {
            return after > before;
        }
    }

    /** Watches with the given settings. */
    public Adwin(Config config) {
        this.config = config;
    }

    /** Number of values in the window. */
    public long width() {
        return width;
    }

    /** Mean of the window; {@code NaN} while it is empty. */
    public double mean() {
        return sum / width;
    }

    /** Variance of the window, divisor n; {@code NaN} while it is empty. */
    public double variance() {
        return Math.max(0, square) / width;
    }

    /**
     * Takes the next value.
     *
     * @param value finite; {@code NaN} is skipped
     * @return the change that it showed, else null
     */
    public @Nullable Change add(double value) {
        if (Double.isNaN(value)) {
            return null;
        }
        if (Double.isInfinite(value)) {
            throw new IllegalArgumentException("The value %d of the stream (%s) must be finite.".formatted(seen + 1, value));
        }
        seen++;
        insert(value);
        if (seen % config.clock != 0 || width <= config.minWindow) {
            return null;
        }
        Change change = null;
        Change found = cut();
        while (found != null) {
            change = found;
            found = cut();
        }
        return change;
    }

    private void insert(double value) {
        if (width > 0) {
            double difference = value - sum / width;
            square += difference * difference * width / (width + 1);
        }
        width++;
        sum += value;
        append(0, value, 0);
        for (int row = 0; filled[row] > config.maxBuckets; row++) {
            double[] s = sums[row];
            double[] q = squares[row];
            double n = 1L << row;
            double difference = (s[0] - s[1]) / n;
            append(row + 1, s[0] + s[1], q[0] + q[1] + n / 2 * difference * difference);
            filled[row] -= 2;
            System.arraycopy(s, 2, s, 0, filled[row]);
            System.arraycopy(q, 2, q, 0, filled[row]);
        }
    }

    private void append(int row, double bucketSum, double bucketSquare) {
        if (row == rows) {
            sums[row] = new double[config.maxBuckets + 1];
            squares[row] = new double[config.maxBuckets + 1];
            filled[row] = 0;
            rows++;
        }
        sums[row][filled[row]] = bucketSum;
        squares[row][filled[row]] = bucketSquare;
        filled[row]++;
    }

    /** Drops the oldest bucket if any cut shows a change. */
    private @Nullable Change cut() {
        double d = Math.log(2 * Math.log((double) width) / config.delta);
        double variance = variance();
        double least = config.minSide;
        long n0 = 0;
        double sum0 = 0;
        for (int row = rows - 1; row >= 0; row--) {
            double[] bucketSums = sums[row];
            for (int b = 0; b < filled[row]; b++) {
                n0 += 1L << row;
                sum0 += bucketSums[b];
                long n1 = width - n0;
                if (n1 < config.minSide) {
                    return null;
                }
                if (n0 < config.minSide) {
                    continue;
                }
                double before = sum0 / n0;
                double after = (sum - sum0) / n1;
                double h = 1 / (n0 - least + 1) + 1 / (n1 - least + 1);
                if (Math.abs(before - after) > Math.sqrt(2 * h * variance * d) + 2.0 / 3 * h * d) {
                    dropOldest();
                    return new Change(seen, seen - width, before, after);
                }
            }
        }
        return null;
    }

    private void dropOldest() {
        int row = rows - 1;
        double n = 1L << row;
        double bucketSum = sums[row][0];
        width -= 1L << row;
        sum -= bucketSum;
        double difference = bucketSum / n - sum / width;
        square = Math.max(0, square - squares[row][0] - n * width / (n + width) * difference * difference);
        filled[row]--;
        System.arraycopy(sums[row], 1, sums[row], 0, filled[row]);
        System.arraycopy(squares[row], 1, squares[row], 0, filled[row]);
        if (filled[row] == 0) {
            rows--;
        }
    }

    /** All that it knows beside its settings, for {@link #restore}. */
    public double[] state() {
        double[] state = new double[5 + rows * (1 + 2 * (config.maxBuckets + 1))];
        state[0] = rows;
        state[1] = width;
        state[2] = sum;
        state[3] = square;
        state[4] = seen;
        int at = 5;
        for (int row = 0; row < rows; row++) {
            state[at++] = filled[row];
            System.arraycopy(sums[row], 0, state, at, filled[row]);
            at += config.maxBuckets + 1;
            System.arraycopy(squares[row], 0, state, at, filled[row]);
            at += config.maxBuckets + 1;
        }
        return state;
    }

    /**
     * One that goes on where another was.
     *
     * @param config as it was then
     * @param state what {@link #state} gave
     * @throws IllegalArgumentException if the state is none of these settings
     */
    public static Adwin restore(Config config, double[] state) {
        Adwin adwin = new Adwin(config);
        int rows = state.length == 0 ? -1 : (int) state[0];
        if (rows < 0 || rows > MAX_ROWS || state.length != 5 + rows * (1 + 2 * (config.maxBuckets + 1))) {
            throw new IllegalArgumentException(
                    "The state of %d numbers is none of ADWIN with %d buckets of a size.".formatted(state.length, config.maxBuckets));
        }
        adwin.width = (long) state[1];
        adwin.sum = state[2];
        adwin.square = state[3];
        adwin.seen = (long) state[4];
        int at = 5;
        for (int row = 0; row < rows; row++) {
            int buckets = (int) state[at++];
            adwin.append(row, 0, 0);
            System.arraycopy(state, at, adwin.sums[row], 0, buckets);
            at += config.maxBuckets + 1;
            System.arraycopy(state, at, adwin.squares[row], 0, buckets);
            at += config.maxBuckets + 1;
            adwin.filled[row] = buckets;
        }
        return adwin;
    }

    @Override
    public String toString() {
        return "Adwin(%d values, mean %s, %s)".formatted(width, mean(), Arrays.toString(Arrays.copyOf(filled, rows)));
    }
}

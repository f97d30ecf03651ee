package dev.keelson.monitor;

import dev.keelson.stats.QuantileSketch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one column of a stream of rows, in memory that does not grow with it: rows, missing values, mean and standard
 * deviation, least and greatest, quantiles, and of categories how often each came. Tallies of parts make that of the whole: all
 * but the quantiles of large columns exactly, up to rounding.
 *
 * <p>Not safe for use by several threads. Source of the merged moments: Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983),
 * Algorithms for computing the sample variance, The American Statistician 37.
 */
public final class ColumnTally {
    /** So many different categories are counted by themselves; those that come later count as others. */
    static final int CATEGORIES = 4_096;

    private final QuantileSketch sketch;
    private final @Nullable Map<Double, long[]> counts;
    private long others;
    private long missing;
    private double mean;
    private double squares;

    /**
     * An empty tally.
     *
     * @param category whether numbers stand for categories
     * @param size of its sketch, as {@link QuantileSketch#QuantileSketch(int)}; both sides of a merge must have the same
     */
    public ColumnTally(boolean category, int size) {
        this(new QuantileSketch(size), category ? new TreeMap<>() : null);
    }

    private ColumnTally(QuantileSketch sketch, @Nullable Map<Double, long[]> counts) {
        this.sketch = sketch;
        this.counts = counts;
    }

    /**
     * Takes the next value.
     *
     * @param value what is not finite is missing
     */
    public void add(double value) {
        if (!Double.isFinite(value)) {
            missing++;
            return;
        }
        if (counts != null) {
            count(value, 1);
        }
        sketch.add(value);
        double off = value - mean;
        mean += off / sketch.count();
        squares += off * (value - mean);
    }

    private void count(double key, long rows) {
        Map<Double, long[]> known = counts;
        if (known == null) {
            return;
        }
        long[] counted = known.get(key);
        if (counted != null) {
            counted[0] += rows;
        } else if (known.size() < CATEGORIES) {
            known.put(key, new long[] {rows});
        } else {
            others += rows;
        }
    }

    /**
     * Takes all that another has seen; the other stays as it is.
     *
     * @throws IllegalArgumentException if it is of another size, or one is of categories and the other is not
     */
    public void merge(ColumnTally other) {
        if ((counts == null) != (other.counts == null)) {
            throw new IllegalArgumentException("A tally of quantities and one of categories do not make one.");
        }
        long mine = values();
        long theirs = other.values();
        if (theirs > 0) {
            double off = other.mean - mean;
            double all = (double) mine + theirs;
            squares += other.squares + off * off * mine / all * theirs;
            mean += off * theirs / all;
            sketch.merge(other.sketch);
        }
        missing += other.missing;
        others += other.others;
        if (other.counts != null) {
            other.counts.forEach((key, rows) -> count(key, rows[0]));
        }
    }

    /** Rows with a value. */
    public long values() {
        return sketch.count();
    }

    /** Rows without one. */
    public long missing() {
        return missing;
    }

    /** All rows. */
    public long rows() {
        return values() + missing;
    }

    /** NaN without a value. */
    public double mean() {
        return values() == 0 ? Double.NaN : mean;
    }

    /** Standard deviation of the sample (divisor n - 1); NaN with fewer than two values. */
    public double deviation() {
        return values() < 2 ? Double.NaN : Math.sqrt(squares / (values() - 1));
    }

    /** Smallest value; NaN without one. */
    public double least() {
        return values() == 0 ? Double.NaN : sketch.least();
    }

    /** Largest value; NaN without one. */
    public double greatest() {
        return values() == 0 ? Double.NaN : sketch.greatest();
    }

    /**
     * Quantiles.
     *
     * @param shares each 0 to 1
     * @return NaN each without a value
     */
    public double[] quantiles(double... shares) {
        if (values() == 0) {
            return Arrays.stream(shares).map(share -> Double.NaN).toArray();
        }
        QuantileSketch.Points points = sketch.points();
        return Arrays.stream(shares).map(points::quantile).toArray();
    }

    /** How far the share below any quantile may be off, with 99 % confidence; 0 while all values are there. */
    public double rankError() {
        return sketch.uniformError(0.99);
    }

    /** Whether numbers stand for categories. */
    public boolean category() {
        return counts != null;
    }

    /** Categories, the most frequent first; empty for quantities. */
    List<CategoryCells.Counted> categories() {
        List<CategoryCells.Counted> list = new ArrayList<>();
        if (counts != null) {
            counts.forEach((key, rows) -> list.add(new CategoryCells.Counted(key, rows[0])));
        }
        list.sort(Comparator.comparingLong(CategoryCells.Counted::rows).reversed().thenComparingDouble(CategoryCells.Counted::key));
        return list;
    }

    /** Number of values that are kept, categories among them. */
    int kept() {
        return sketch.kept() + (counts == null ? 0 : counts.size());
    }

    /**
     * Values that are spread as those seen: all of them while they are there and not more than asked for, else as many as asked
     * for at evenly spaced ranks, with missing ones in their share.
     *
     * @param most at least 1
     */
    public double[] expand(int most) {
        long rows = rows();
        int n = (int) Math.min(most, rows);
        int none = rows == 0 ? 0 : (int) Math.round((double) missing * n / rows);
        int filled = values() == 0 ? 0 : n - none;
        double[] spread = new double[n];
        Arrays.fill(spread, filled, n, Double.NaN);
        if (filled == 0) {
            return spread;
        }
        double[] keys;
        double[] below;
        if (counts == null) {
            QuantileSketch.Points points = sketch.points();
            keys = points.values();
            below = Arrays.stream(points.ranks()).mapToDouble(rank -> rank).toArray();
        } else {
            List<Double> known = new ArrayList<>(counts.keySet());
            keys = new double[known.size() + (others > 0 ? 1 : 0)];
            below = new double[keys.length];
            double sum = 0;
            for (int i = 0; i < known.size(); i++) {
                keys[i] = known.get(i);
                sum += counts.getOrDefault(known.get(i), new long[1])[0];
                below[i] = sum;
            }
            if (others > 0) { // a number that stands for none of those that are known
                keys[known.size()] = Double.MAX_VALUE;
                below[known.size()] = sum + others;
            }
        }
        int at = 0;
        double total = below[below.length - 1];
        for (int i = 0; i < filled; i++) {
            double rank = (i + 0.5) * total / filled;
            while (below[at] < rank) {
                at++;
            }
            spread[i] = keys[at];
        }
        return spread;
    }

    /** Writes all of it for {@link #read}. */
    void write(DataOutput out) throws IOException {
        byte[] bytes = sketch.toBytes();
        out.writeInt(bytes.length);
        out.write(bytes);
        out.writeLong(missing);
        out.writeDouble(mean);
        out.writeDouble(squares);
        out.writeLong(others);
        out.writeInt(counts == null ? -1 : counts.size());
        if (counts != null) {
            for (Map.Entry<Double, long[]> each : counts.entrySet()) {
                out.writeDouble(each.getKey());
                out.writeLong(each.getValue()[0]);
            }
        }
    }

    static ColumnTally read(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        QuantileSketch sketch = QuantileSketch.ofBytes(bytes);
        long missing = in.readLong();
        double mean = in.readDouble();
        double squares = in.readDouble();
        long others = in.readLong();
        int categories = in.readInt();
        ColumnTally tally = new ColumnTally(sketch, categories < 0 ? null : new TreeMap<>());
        tally.missing = missing;
        tally.mean = mean;
        tally.squares = squares;
        tally.others = others;
        for (int i = 0; i < categories; i++) {
            tally.count(in.readDouble(), in.readLong());
        }
        return tally;
    }
}

package dev.keelson.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counts of a reference and a current sample over the same bins of equal width, made for charts.
 *
 * <p>The bins span the pooled 0.5 % to 99.5 % quantiles, so that one outlier does not squeeze everything else into one
 * bar; what lies outside is counted in the first and last bin. Columns that hold few different whole numbers get one
 * bin each, centred on the number. For tests use {@link Bins}, whose cuts do not move with the current sample.
 *
 * @param bins bins from left to right, each adjoining the next; empty when no value is present on either side
 * @param referenceMissing number of missing values of the reference
 * @param currentMissing number of missing values of the current sample
 */
public record Histogram(List<Bin> bins, long referenceMissing, long currentMissing) {

    /**
     * One bar of each sample.
     *
     * @param lower lower edge, finite
     * @param upper upper edge, above {@code lower}
     * @param reference values of the reference in it
     * @param current values of the current sample in it
     */
    public record Bin(double lower, double upper, long reference, long current) {}

    /** Copies the bins. */
    public Histogram {
        bins = List.copyOf(bins);
    }

    /**
     * Histogram of two samples over shared bins.
     *
     * @param reference values in any order; {@code NaN} is missing; infinite values fall into the outer bins
     * @param current likewise
     * @param count number of bins, at least 1 and at most 1000; whole numbers may need fewer
     */
    public static Histogram shared(double[] reference, double[] current, int count) {
        if (count < 1 || count > 1000) {
            throw new IllegalArgumentException("The number of bins (%d) must be between 1 and 1000.".formatted(count));
        }
        double[] pooled = new double[reference.length + current.length];
        int n = 0;
        boolean whole = true;
        for (double[] side : List.of(reference, current)) {
            for (double value : side) {
                if (Double.isFinite(value)) {
                    pooled[n++] = value + 0.0;
                    whole &= value == Math.rint(value);
                }
            }
        }
        double[] sorted = Arrays.copyOf(pooled, n);
        Arrays.sort(sorted);
        Grid grid = n == 0 ? null : Grid.of(sorted.length, i -> sorted[i], whole, count);
        return of(
                grid,
                grid == null ? new long[0] : count(reference, grid),
                grid == null ? new long[0] : count(current, grid),
                missing(reference),
                missing(current));
    }

    /**
     * The same histogram of two samples that are already sorted, in time that hardly depends on the size of the larger
     * one.
     *
     * @param reference ascending finite values, may be empty
     * @param referenceMissing number of missing values of the reference, at least 0
     * @param current ascending finite values, may be empty
     * @param currentMissing likewise
     * @param count number of bins, at least 1 and at most 1000; whole numbers may need fewer
     */
    public static Histogram sharedSorted(
            double[] reference, long referenceMissing, double[] current, long currentMissing, int count) {
        if (count < 1 || count > 1000) {
            throw new IllegalArgumentException("The number of bins (%d) must be between 1 and 1000.".formatted(count));
        }
        int n = reference.length + current.length;
        if (n == 0) {
            return of(null, new long[0], new long[0], referenceMissing, currentMissing);
        }
        Grid grid = Grid.of(n, rank -> pooledAt(reference, current, rank), whole(reference) && whole(current), count);
        return of(grid, countSorted(reference, grid), countSorted(current, grid), referenceMissing, currentMissing);
    }

    private static Histogram of(
            @Nullable Grid grid, long[] reference, long[] current, long referenceMissing, long currentMissing) {
        List<Bin> result = new ArrayList<>();
        for (int i = 0; grid != null && i < grid.bins; i++) {
            result.add(new Bin(
                    grid.lower + i * grid.width, grid.lower + (i + 1) * grid.width, reference[i], current[i]));
        }
        return new Histogram(result, referenceMissing, currentMissing);
    }

    /** Bins of equal width; what lies outside belongs to the first and the last. */
    private record Grid(double lower, double width, int bins) {

        /** The grid of {@code n >= 1} pooled finite values, given by their rank from 0. */
        static Grid of(int n, IntToDoubleFunction pooled, boolean whole, int count) {
            double smallest = pooled.applyAsDouble(0) + 0.0;
            double largest = pooled.applyAsDouble(n - 1) + 0.0;
            double span = largest - smallest;
            if (whole && span < count && Math.abs(smallest) < 1e15) {
                return new Grid(smallest - 0.5, 1, (int) span + 1);
            }
            double lower = quantile(n, pooled, 0.005);
            double upper = quantile(n, pooled, 0.995);
            if (!(upper > lower)) {
                lower = smallest;
                upper = largest;
            }
            if (!(upper > lower)) { // a constant: one unit wide, or what its size resolves
                double half = Math.max(0.5, Math.ulp(lower) * count);
                upper = lower + half;
                lower -= half;
            }
            return new Grid(lower, upper / count - lower / count, count); // divided first: the span may overflow
        }

        private static double quantile(int n, IntToDoubleFunction pooled, double share) {
            double position = share * (n - 1);
            int below = (int) Math.floor(position);
            double low = pooled.applyAsDouble(below) + 0.0;
            double high = pooled.applyAsDouble(Math.min(below + 1, n - 1)) + 0.0;
            return low == high ? low : low + (position - below) * (high - low);
        }

        int indexOf(double value) {
            return (int) Math.max(0, Math.min(bins - 1, Math.floor((value - lower) / width)));
        }
    }

    /** The value of a rank (from 0) in the union of two sorted samples. */
    private static double pooledAt(double[] a, double[] b, int rank) {
        int low = Math.max(0, rank - b.length);
        int high = Math.min(rank, a.length);
        while (low < high) { // number of elements of a among the first {@code rank} of the union
            int middle = (low + high) >>> 1;
            if (a[middle] < b[rank - middle - 1]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int other = rank - low;
        if (low == a.length) {
            return b[other];
        }
        return other == b.length ? a[low] : Math.min(a[low], b[other]);
    }

    private static boolean whole(double[] values) {
        for (double value : values) {
            if (value != Math.rint(value)) {
                return false;
            }
        }
        return true;
    }

    private static long[] countSorted(double[] sorted, Grid grid) {
        long[] counts = new long[grid.bins];
        int from = 0;
        for (int bin = 0; bin < grid.bins; bin++) {
            int low = from;
            int high = sorted.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (grid.indexOf(sorted[middle]) <= bin) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            counts[bin] = (long) low - from;
            from = low;
        }
        return counts;
    }

    private static long missing(double[] values) {
        long missing = 0;
        for (double value : values) {
            if (Double.isNaN(value)) {
                missing++;
            }
        }
        return missing;
    }

    private static long[] count(double[] values, Grid grid) {
        long[] counts = new long[grid.bins];
        for (double value : values) {
            if (!Double.isNaN(value)) {
                counts[grid.indexOf(value)]++;
            }
        }
        return counts;
    }
}

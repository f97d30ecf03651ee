package dev.keelson.stats;

import java.util.Arrays;

/**
 * Bins of a numeric column, cut at quantiles of its reference sample.
 *
 * <p>Bin {@code i} holds the values above cut {@code i - 1} up to and including cut {@code i}; the first bin starts at
 * negative infinity and the last ends at positive infinity, so every later value falls into a bin. Cuts are observed
 * values (inverse of the empirical distribution function). Duplicate cuts are merged, so there may be fewer bins than
 * asked for; a value that holds more than one bin's share of the reference gets a bin of its own. Such a bin may leave
 * a neighbour without any reference value (beyond the smallest or largest), which is where new values show.
 *
 * <p>One further cell, the last, counts missing values ({@code NaN}). Instances are immutable.
 */
public final class Bins {

    /** Number of bins by convention of the population stability index. */
    public static final int DEFAULT_COUNT = 10;

    private static final int FEW = 16;

    private final double[] cuts;

    private Bins(double[] cuts) {
        this.cuts = cuts;
    }

    /**
     * Bins at the deciles of a reference sample.
     *
     * @param reference values in any order; {@code NaN} is skipped
     * @return up to ten bins, more when heavy values need their own
     * @throws IllegalArgumentException if no value is present
     */
    public static Bins ofReference(double[] reference) {
        return ofReference(reference, DEFAULT_COUNT);
    }

    /**
     * Bins at quantiles of a reference sample.
     *
     * @param reference values in any order; {@code NaN} is skipped
     * @param count number of bins wanted, at least 2
     * @throws IllegalArgumentException if no value is present or {@code count < 2}
     */
    public static Bins ofReference(double[] reference, int count) {
        return ofSortedReference(SortedSample.of(reference), count);
    }

    /**
     * Bins at quantiles of a reference sample that is already sorted.
     *
     * @param sorted ascending, without {@code NaN}, not empty
     * @param count number of bins wanted, at least 2
     */
    public static Bins ofSortedReference(double[] sorted, int count) {
        Samples.requireSorted(sorted, "reference");
        if (count < 2) {
            throw new IllegalArgumentException("The number of bins (%d) must be at least 2.".formatted(count));
        }
        int n = sorted.length;
        double[] found = new double[2 * count];
        int size = 0;
        double last = Double.NaN;
        for (int i = 1; i < count; i++) {
            int rank = (int) Math.ceilDiv((long) n * i, (long) count);
            double cut = sorted[Math.max(rank, 1) - 1] + 0.0; // + 0.0 turns -0.0 into 0.0: they are one value
            if (cut == last) {
                continue;
            }
            last = cut;
            boolean heavy = (long) (endOf(sorted, cut) - startOf(sorted, cut)) * count > n;
            if (heavy && cut > Double.NEGATIVE_INFINITY) {
                double below = Math.nextDown(cut);
                if (size == 0 || found[size - 1] < below) {
                    found[size++] = below;
                }
                found[size++] = cut;
            } else if (cut < sorted[n - 1]) { // a cut at the maximum would only open an empty bin
                found[size++] = cut;
            }
        }
        // The largest value may be heavy without any inner quantile falling on it (share just above 1/count).
        double max = sorted[n - 1] + 0.0;
        if (max != last && max > Double.NEGATIVE_INFINITY && (long) (n - startOf(sorted, max)) * count > n) {
            double below = Math.nextDown(max);
            if (size == 0 || found[size - 1] < below) {
                found[size++] = below;
            }
            found[size++] = max;
        }
        return new Bins(Arrays.copyOf(found, size));
    }

    /**
     * Bins from stored cuts.
     *
     * @param cuts strictly ascending, without {@code NaN}; may be empty (one bin holds everything)
     */
    public static Bins ofCuts(double[] cuts) {
        for (int i = 0; i < cuts.length; i++) {
            if (Double.isNaN(cuts[i]) || (i > 0 && !(cuts[i] > cuts[i - 1]))) {
                throw new IllegalArgumentException(
                        "The cuts %s must ascend strictly and hold no NaN.".formatted(Arrays.toString(cuts)));
            }
        }
        return new Bins(cuts.clone());
    }

    /** Number of bins for values, without the cell for missing values. */
    public int size() {
        return cuts.length + 1;
    }

    /** Inner cuts, ascending, one fewer than {@link #size()}; a copy. */
    public double[] cuts() {
        return cuts.clone();
    }

    /**
     * Cell of a value: 0 to {@code size() - 1} for a value, {@code size()} for {@code NaN}.
     *
     * @param value any double
     */
    public int indexOf(double value) {
        if (Double.isNaN(value)) {
            return cuts.length + 1;
        }
        int low = 0;
        int high = cuts.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (value <= cuts[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** How many cuts lie below: for few cuts it is quicker to compare with each than to search. */
    private int above(double value) {
        if (cuts.length > FEW) {
            return indexOf(value);
        }
        int cell = 0;
        for (double cut : cuts) {
            cell += value > cut ? 1 : 0;
        }
        return cell;
    }

    /**
     * Counts per cell.
     *
     * @param values any values in any order; may be empty
     * @return length {@code size() + 1}; the last cell counts {@code NaN}
     */
    public long[] counts(double[] values) {
        long[] counts = new long[size() + 1];
        for (double value : values) {
            counts[Double.isNaN(value) ? cuts.length + 1 : above(value)]++;
        }
        return counts;
    }

    /**
     * Counts per cell of a sample that is already sorted; takes time in proportion to the cells, not the values.
     *
     * @param sorted ascending, without {@code NaN}
     * @param missing number of missing values of the sample, at least 0
     * @return length {@code size() + 1}; the last cell is {@code missing}
     */
    public long[] countsOfSorted(double[] sorted, long missing) {
        if (missing < 0) {
            throw new IllegalArgumentException(
                    "The number of missing values (%d) must not be negative.".formatted(missing));
        }
        long[] counts = new long[size() + 1];
        int from = 0;
        for (int i = 0; i < cuts.length; i++) {
            int to = endOf(sorted, cuts[i]);
            counts[i] = (long) to - from;
            from = to;
        }
        counts[cuts.length] = (long) sorted.length - from;
        counts[cuts.length + 1] = missing;
        return counts;
    }

    /** Index of the first element that is not below {@code value}. */
    private static int startOf(double[] sorted, double value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Index of the first element above {@code value}. */
    private static int endOf(double[] sorted, double value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bins bins && Arrays.equals(cuts, bins.cuts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(cuts);
    }

    @Override
    public String toString() {
        return "Bins" + Arrays.toString(cuts);
    }
}

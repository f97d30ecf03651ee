package dev.keelson.monitor;

import dev.keelson.stats.ChiSquareTwoSample;
import dev.keelson.stats.DesignEffect;
import dev.keelson.stats.JensenShannon;
import dev.keelson.stats.Psi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The categories of a reference column: a cell for each of the {@value Psi#TOP_CATEGORIES} most frequent ones, and one for
 * all others, those that the reference never had among them. Values are the numbers that stand for categories; their order
 * and distances mean nothing. Immutable.
 */
final class CategoryCells {
    private final double[] keys;
    private final long[] counts;

    /** A category with its rows. */
    record Counted(double key, long rows) {}

    /** @param sorted ascending finite values of the reference, at least one */
    CategoryCells(double[] sorted) {
        List<Counted> all = counted(sorted);
        all.sort(Comparator.comparingLong(Counted::rows).reversed().thenComparingDouble(Counted::key));
        this.keys = all.stream()
                .limit(Psi.TOP_CATEGORIES)
                .mapToDouble(Counted::key)
                .sorted()
                .toArray();
        this.counts = counts(sorted);
    }

    /** The categories of ascending values, by number. */
    static List<Counted> counted(double[] sorted) {
        List<Counted> counted = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= sorted.length; i++) {
            if (i == sorted.length || sorted[i] != sorted[from]) {
                counted.add(new Counted(sorted[from], (long) i - from));
                from = i;
            }
        }
        return counted;
    }

    /** Rows of each cell, that of the others last. */
    long[] counts(double[] values) {
        long[] cells = new long[keys.length + 1];
        for (double value : values) {
            int at = Arrays.binarySearch(keys, value);
            cells[at < 0 ? keys.length : at]++;
        }
        return cells;
    }

    /**
     * Root of the Jensen-Shannon divergence that is left when the noise of sampling is taken off.
     *
     * @param window at least one value
     * @return 0 to 1
     */
    double distance(double[] window, DesignEffect design) {
        long rows = Arrays.stream(counts).sum();
        return JensenShannon.ofCounts(
                        counts, counts(window), design.referenceSize(rows), design.currentSize(window.length))
                .excessDistance();
    }

    /** Chi-square test of the cells. */
    ChiSquareTwoSample.Result test(double[] window, double referenceSize, double currentSize) {
        return ChiSquareTwoSample.test(counts, counts(window), referenceSize, currentSize);
    }

    double psi(double[] window) {
        return Psi.classic(counts, counts(window));
    }

    /** Cells that the reference fills. */
    int filled() {
        return (int) Arrays.stream(counts).filter(count -> count > 0).count();
    }
}

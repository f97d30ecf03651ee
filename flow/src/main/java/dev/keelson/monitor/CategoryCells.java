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
    /** Every category of the reference, ascending. */
    private final double[] known;
    /** How many of them the reference has once. */
    private final long once;

    /** A category with its rows. */
    record Counted(double key, long rows) {}

    /** @param sorted ascending finite values of the reference, at least one */
    CategoryCells(double[] sorted) {
        List<Counted> all = counted(sorted);
        this.known = all.stream().mapToDouble(Counted::key).toArray();
        this.once = all.stream().filter(each -> each.rows() == 1).count();
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

    /** The cell of a category. */
    int cell(double value) {
        int at = Arrays.binarySearch(keys, value);
        return at < 0 ? keys.length : at;
    }

    /** Rows of each cell, that of the others last. */
    long[] counts(double[] values) {
        long[] cells = new long[keys.length + 1];
        for (double value : values) {
            cells[cell(value)]++;
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

    /** Rows whose category the reference never had. */
    long unknown(double[] window) {
        long unknown = 0;
        for (double value : window) {
            unknown += Arrays.binarySearch(known, value) < 0 ? 1 : 0;
        }
        return unknown;
    }

    /**
     * Chance that so many rows of the window have categories that the reference never had, if it is as the reference: rows of
     * such categories are then as frequent as those that the reference has once.
     *
     * <p>Source: Good, I. J. (1953), The population frequencies of species and the estimation of population parameters,
     * Biometrika 40, for the share that was never seen.
     */
    double unknownPValue(double[] window, double referenceSize, double currentSize) {
        long unknown = unknown(window);
        if (unknown == 0) {
            return 1;
        }
        long rows = Arrays.stream(counts).sum();
        return ChiSquareTwoSample.test(
                        new long[] {rows - once, once},
                        new long[] {window.length - unknown, unknown},
                        referenceSize,
                        currentSize)
                .pValue();
    }

    double psi(double[] window) {
        return Psi.classic(counts, counts(window));
    }

    /** Cells that the reference fills. */
    int filled() {
        return (int) Arrays.stream(counts).filter(count -> count > 0).count();
    }
}

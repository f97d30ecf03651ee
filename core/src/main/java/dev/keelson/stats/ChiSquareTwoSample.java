package dev.keelson.stats;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.HypergeometricDistribution;

/**
 * Chi-square test of homogeneity of two sets of counts, both treated as samples.
 *
 * <p>No Yates correction. Categories with an expected count below 5 in the smaller sample are pooled into one cell; if
 * that cell stays below 5 it joins the smallest other one. When one cell is left there is nothing to test and p = 1.
 * Two cells with an expected count below 5 are judged by Fisher's exact test (two-sided: sum of the tables that are not
 * more likely than the one seen).
 *
 * <p>Source: Pearson (1900) in the two-sample form, as {@code scipy.stats.chi2_contingency(correction=False)}; Fisher
 * (1922), as {@code scipy.stats.fisher_exact}; Cramér (1946) for V.
 */
public final class ChiSquareTwoSample {

    private static final double MIN_EXPECTED = 5;

    private ChiSquareTwoSample() {}

    /** How the p-value came about. */
    public enum Method {
        /** Large-sample law of Pearson's statistic. */
        PEARSON,
        /** Fisher's exact test of a 2 x 2 table. */
        FISHER,
        /** Fewer than two cells: p is 1. */
        ONE_CELL
    }

    /**
     * Outcome of a test.
     *
     * @param statistic Pearson's statistic over the pooled cells, at least 0
     * @param degreesOfFreedom cells - 1
     * @param pValue chance of a table at least this uneven under one common law
     * @param cramersV effect size 0 to 1: {@code sqrt(statistic / total)}; grows with the imbalance of the cells, not
     *     with size
     * @param cells cells after pooling
     * @param method how the p-value came about
     */
    public record Result(
            double statistic, int degreesOfFreedom, double pValue, double cramersV, int cells, Method method) {}

    /**
     * Tests two sets of counts.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     */
    public static Result test(long[] reference, long[] current) {
        return test(reference, current, (double) Samples.total(reference, "reference"), (double)
                Samples.total(current, "current"));
    }

    /**
     * Tests two sets of counts whose rows are not independent: counts are scaled down to the effective sizes first.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     * @param referenceSize effective number of independent rows, positive (see {@link DesignEffect})
     * @param currentSize likewise
     */
    public static Result test(long[] reference, long[] current, double referenceSize, double currentSize) {
        Samples.requireSameLength(reference.length, current.length);
        double referenceScale = Samples.requirePositive(referenceSize, "The effective reference size")
                / Samples.total(reference, "reference");
        double currentScale =
                Samples.requirePositive(currentSize, "The effective current size") / Samples.total(current, "current");
        double total = referenceSize + currentSize;
        double smallerShare = Math.min(referenceSize, currentSize) / total;
        List<Cell> seen = new ArrayList<>();
        for (int i = 0; i < reference.length; i++) {
            if (reference[i] + current[i] > 0) {
                seen.add(new Cell(reference[i] * referenceScale, current[i] * currentScale));
            }
        }
        // A table of two is left alone: Fisher's test needs no minimum.
        List<Cell> cells = seen.size() <= 2 ? seen : pooled(seen, smallerShare);
        if (cells.size() < 2) {
            return new Result(0, 0, 1, 0, cells.size(), Method.ONE_CELL);
        }
        double statistic = 0;
        double smallestExpected = Double.POSITIVE_INFINITY;
        for (Cell cell : cells) {
            double expectedReference = cell.sum() * referenceSize / total;
            double expectedCurrent = cell.sum() * currentSize / total;
            double difference = cell.current() - expectedCurrent;
            statistic += difference * difference * (1 / expectedReference + 1 / expectedCurrent);
            smallestExpected = Math.min(smallestExpected, Math.min(expectedReference, expectedCurrent));
        }
        int degrees = cells.size() - 1;
        double cramersV = Math.min(1, Math.sqrt(statistic / total));
        if (cells.size() == 2 && smallestExpected < MIN_EXPECTED) {
            double p = fisher(
                    Math.round(cells.get(0).reference()),
                    Math.round(cells.get(1).reference()),
                    Math.round(cells.get(0).current()),
                    Math.round(cells.get(1).current()));
            return new Result(statistic, degrees, p, cramersV, 2, Method.FISHER);
        }
        double p = ChiSquaredDistribution.of(degrees).survivalProbability(statistic);
        return new Result(statistic, degrees, p, cramersV, cells.size(), Method.PEARSON);
    }

    private record Cell(double reference, double current) {
        double sum() {
            return reference + current;
        }

        Cell plus(Cell other) {
            return new Cell(reference + other.reference, current + other.current);
        }
    }

    private static List<Cell> pooled(List<Cell> seen, double smallerShare) {
        List<Cell> kept = new ArrayList<>();
        Cell other = new Cell(0, 0);
        for (Cell cell : seen) {
            if (cell.sum() * smallerShare < MIN_EXPECTED) {
                other = other.plus(cell);
            } else {
                kept.add(cell);
            }
        }
        if (other.sum() == 0) {
            return kept;
        }
        if (other.sum() * smallerShare < MIN_EXPECTED && kept.size() > 1) {
            int smallest = 0;
            for (int i = 1; i < kept.size(); i++) {
                if (kept.get(i).sum() < kept.get(smallest).sum()) {
                    smallest = i;
                }
            }
            kept.set(smallest, kept.get(smallest).plus(other));
        } else {
            kept.add(other);
        }
        return kept;
    }

    /** Two-sided Fisher test of the table with rows (a, b) and (c, d). */
    private static double fisher(long a, long b, long c, long d) {
        long population = a + b + c + d;
        if (population == 0 || a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0) {
            return 1;
        }
        if (population > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Fisher's exact test takes up to %d rows, the table has %d."
                    .formatted(Integer.MAX_VALUE, population));
        }
        HypergeometricDistribution law = HypergeometricDistribution.of((int) population, (int) (a + b), (int) (a + c));
        // Relative slack as in R and SciPy: tables of equal probability must not be lost to rounding.
        double limit = law.logProbability((int) a) + 1e-7;
        double p = 0;
        for (int x = law.getSupportLowerBound(); x <= law.getSupportUpperBound(); x++) {
            double log = law.logProbability(x);
            if (log <= limit) {
                p += Math.exp(log);
            }
        }
        return Math.min(1, p);
    }
}

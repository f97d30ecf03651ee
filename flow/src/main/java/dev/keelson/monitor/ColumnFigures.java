package dev.keelson.monitor;

import dev.keelson.monitor.FeatureDrift.Severity;
import dev.keelson.stats.ChiSquareTwoSample;
import dev.keelson.stats.DesignEffect;
import dev.keelson.stats.KolmogorovSmirnov;
import dev.keelson.stats.Proportion;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * What some rows of a column say against its reference, before the other columns are known.
 *
 * @param rows all of them
 * @param values those with a value
 * @param comparable whether both sides have a value
 * @param effectiveRows independent rows that tell as much
 * @param valuesSuffice whether enough effective rows carry a value
 * @param rowsSuffice whether there are enough effective rows at all
 * @param missing share of missing values
 * @param missingEffect its distance from the reference's share
 * @param missingBand what that distance reaches in the reference's own windows
 * @param missingP p-value of the two shares being one
 * @param effect as in {@link FeatureDrift}; 0 when not comparable
 * @param shift as in {@link FeatureDrift}
 * @param band what the effect reaches in the reference's own windows
 * @param ks Kolmogorov-Smirnov D; NaN for categories
 * @param cramersV effect size of the chi-square test; NaN for quantities
 * @param p of the test of its kind
 * @param psi classic index
 * @param psiExpected what it shows without any drift
 * @param unknown share of values whose category the reference never had; 0 for quantities
 * @param unknownP p-value of that share being what the reference's rare categories explain
 * @param pairs {@code n m / (n + m)} of the effective sizes, by which a test tells less from chance; NaN when not comparable
 * @param degrees of freedom of the chi-square test; 0 for quantities
 */
record ColumnFigures(
        int rows,
        int values,
        boolean comparable,
        double effectiveRows,
        boolean valuesSuffice,
        boolean rowsSuffice,
        double missing,
        double missingEffect,
        double missingBand,
        double missingP,
        double effect,
        double shift,
        double band,
        double ks,
        double cramersV,
        double p,
        double psi,
        double psiExpected,
        double unknown,
        double unknownP,
        double pairs,
        int degrees) {
    /** From so large a share of rows with categories that the reference never had they are a finding. */
    static final double MATERIAL_UNKNOWN = 0.02;

    /** A distance of 1 has no shift of a normal law that makes it. */
    private static final double ALL = 0.999;

    /** What tests take for the number of rows. */
    enum Size {
        /** The effective one. */
        EFFECTIVE,
        /** The effective one; what the reference's own windows show is not measured, for who does not judge by it. */
        EFFECTIVE_ALONE,
        /** That of the rows; small samples get an exact p-value. */
        ROWS,
        /** That of the rows, by the law of large samples: quick. */
        ROWS_QUICKLY
    }

    /**
     * Compares.
     *
     * @param sorted the rows' values, ascending and finite
     * @param rows how many rows there are, at least 1
     */
    static ColumnFigures of(ColumnProfile profile, double[] sorted, int rows, Size size) {
        return of(profile, sorted, rows, 0, size);
    }

    /**
     * Compares values that stand for others.
     *
     * @param slack how far the share of values below a point may be off; 0 when all values are there
     */
    static ColumnFigures of(ColumnProfile profile, double[] sorted, int rows, double slack, Size size) {
        boolean comparable = sorted.length > 0 && profile.sorted().length > 0;
        double effectiveRows = profile.design().currentSize(rows);
        double missing = (double) (rows - sorted.length) / rows;
        double n = profile.sorted().length;
        double m = sorted.length;
        boolean effective = size == Size.EFFECTIVE || size == Size.EFFECTIVE_ALONE;
        if (comparable && effective) {
            n = profile.design().referenceSize(profile.sorted().length);
            m = profile.design().currentSize(sorted.length);
        }
        double ks = Double.NaN;
        double cramersV = Double.NaN;
        double p = 1;
        double unknown = 0;
        double unknownP = 1;
        int degrees = 0;
        CategoryCells cells = profile.cells();
        if (comparable && cells != null) {
            ChiSquareTwoSample.Result test = cells.test(sorted, n, m);
            cramersV = test.cramersV();
            p = test.pValue();
            degrees = test.degreesOfFreedom();
            unknown = (double) cells.unknown(sorted) / sorted.length;
            unknownP = unknown < MATERIAL_UNKNOWN ? 1 : cells.unknownPValue(sorted, n, m);
        } else if (comparable) {
            KolmogorovSmirnov.Result test = size == Size.ROWS
                    ? KolmogorovSmirnov.testSorted(profile.sorted(), sorted)
                    : KolmogorovSmirnov.testSorted(profile.sorted(), sorted, n, m);
            ks = test.d();
            // the largest p-value within the error of the distance
            p = slack == 0 ? test.pValue() : KolmogorovSmirnov.asymptoticPValue(Math.max(0, test.d() - slack), n, m);
        }
        if (effective) {
            p = profile.design().allowing(p);
            unknownP = profile.design().allowing(unknownP);
        }
        return new ColumnFigures(
                rows,
                sorted.length,
                comparable,
                effectiveRows,
                comparable && profile.design().currentSize(sorted.length) >= DriftCheck.MIN_EFFECTIVE_ROWS,
                effectiveRows >= DriftCheck.MIN_EFFECTIVE_ROWS,
                missing,
                Math.abs(missing - profile.missingShare()),
                size == Size.EFFECTIVE_ALONE ? 0 : profile.band(rows).missing(),
                profile.design()
                        .allowing(Proportion.test(
                                        profile.missingShare(),
                                        profile.design().referenceSize(profile.ordered().length),
                                        missing,
                                        effectiveRows)
                                .pValue()),
                profile.distance(sorted),
                profile.shift(sorted),
                // judged by reference windows that hold as many values: fewer values scatter more
                size == Size.EFFECTIVE_ALONE
                        ? Double.NaN
                        : comparable
                        ? profile.band((int) Math.max(1, sorted.length / (1 - profile.missingShare())))
                                .distance()
                        : 0,
                ks,
                cramersV,
                p,
                profile.psi(sorted),
                profile.psiExpected(sorted.length),
                unknown,
                unknownP,
                comparable ? n * m / (n + m) : Double.NaN,
                degrees);
    }

    /** Rows that are not looked at, because the whole of which they are a part moved nowhere. */
    static ColumnFigures still(ColumnFigures whole) {
        return new ColumnFigures(
                whole.rows, whole.values, whole.comparable, whole.effectiveRows, whole.valuesSuffice, whole.rowsSuffice,
                whole.missing, 0, 0, 1, 0, 0, 0, Double.NaN, Double.NaN, 1, Double.NaN, Double.NaN, 0, 1,
                whole.pairs, whole.degrees);
    }

    /**
     * The least effect of which the recommended policy warns when no other column moves. What is significant is told in effects by the
     * shift of a normal law whose Kolmogorov-Smirnov distance is (for a constant reference by the distance itself), of categories
     * by the divergence that the chi-square statistic approximates.
     *
     * @param columns that are tested together
     * @param design of the reference
     * @return NaN where nothing can be judged
     */
    double smallest(int columns, DesignEffect design) {
        if (!valuesSuffice || (degrees == 0 && !Double.isNaN(cramersV))) {
            return Double.NaN;
        }
        return Math.max(DriftCheck.MATERIAL, Math.max(band, significant(design.needed(DriftCheck.LEVEL / columns))));
    }

    private double significant(double level) {
        if (degrees > 0) {
            double statistic = ChiSquaredDistribution.of(degrees).inverseSurvivalProbability(level);
            return Math.min(1, Math.sqrt((statistic - degrees) / (8 * Math.log(2) * pairs)));
        }
        double distance = Math.min(ALL, Math.sqrt(Math.log(2 / level) / (2 * pairs)));
        return Double.isNaN(shift) ? distance : 2 * NormalDistribution.of(0, 1).inverseCumulativeProbability((1 + distance) / 2);
    }

    /** Whether it moved far enough to matter, if that is no chance. */
    boolean material() {
        return effect >= DriftCheck.MATERIAL || missingEffect >= DriftCheck.MATERIAL || unknown >= MATERIAL_UNKNOWN;
    }

    /**
     * By the recommended policy.
     *
     * @param adjusted p-value of the values, adjusted for all columns
     * @param missingAdjusted that of the missing values
     * @param unknownAdjusted that of categories which the reference never had
     * @param warnedBefore whether an earlier window that counts warned of the column
     */
    Severity severity(double adjusted, double missingAdjusted, double unknownAdjusted, boolean warnedBefore) {
        // few effective rows show only that everything lies elsewhere: their p-value asks for nothing less
        if (far(effect, band, adjusted) || far(missingEffect, missingBand, missingAdjusted)) {
            return Severity.SEVERE;
        }
        if (!valuesSuffice && !rowsSuffice) {
            return Severity.INSUFFICIENT;
        }
        boolean moved = valuesSuffice && (moved(effect, band, adjusted) || news(unknownAdjusted));
        boolean gone = rowsSuffice && moved(missingEffect, missingBand, missingAdjusted);
        if (!moved && !gone) {
            return Severity.NONE;
        }
        return warnedBefore ? Severity.PERSISTENT : Severity.WARNING;
    }

    /** Whether the share of missing values moved, by the recommended policy. */
    boolean missingMoved(double missingAdjusted) {
        return far(missingEffect, missingBand, missingAdjusted)
                || (rowsSuffice && moved(missingEffect, missingBand, missingAdjusted));
    }

    /** Whether there are more categories which the reference never had than its rare ones explain. */
    boolean news(double unknownAdjusted) {
        return unknown >= MATERIAL_UNKNOWN && unknownAdjusted <= DriftCheck.LEVEL;
    }

    private static boolean moved(double effect, double band, double adjusted) {
        return effect >= DriftCheck.MATERIAL && adjusted <= DriftCheck.LEVEL && effect > band;
    }

    private static boolean far(double effect, double band, double adjusted) {
        return effect >= DriftCheck.SEVERE && adjusted <= DriftCheck.SEVERE_LEVEL && effect >= 2 * band;
    }
}

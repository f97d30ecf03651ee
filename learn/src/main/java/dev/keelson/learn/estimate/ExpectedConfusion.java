package dev.keelson.learn.estimate;

import java.util.Arrays;

/**
 * The confusion matrix to be expected of decisions on rows whose chances are known, in rows.
 *
 * <p>With chances p that are right, a row decided positive is a true positive with chance p; so the expected counts are sums of
 * chances. True positives and false negatives are sums over different rows, each with the variance {@code sum(p * (1 - p))} of
 * independent outcomes (Poisson binomial).
 *
 * <p>Source: NannyML's confidence-based performance estimation, in its documentation for binary classification.
 *
 * @param truePositives sum of p over the rows decided positive
 * @param falsePositives sum of 1 - p over them
 * @param falseNegatives sum of p over the other rows
 * @param trueNegatives sum of 1 - p over those
 * @param variancePositive variance of the true positives (and of the false positives)
 * @param varianceNegative variance of the false negatives (and of the true negatives)
 */
public record ExpectedConfusion(
        double truePositives,
        double falsePositives,
        double falseNegatives,
        double trueNegatives,
        double variancePositive,
        double varianceNegative) {

    /** A metric of the matrix; 0 where its denominator is. */
    public enum Metric {
        /** Share of right decisions. */
        ACCURACY,
        /** Share of positives among those decided so. */
        PRECISION,
        /** Share of the positives that were decided so. */
        RECALL,
        /** Share of the negatives that were decided so. */
        SPECIFICITY,
        /** Harmonic mean of precision and recall. */
        F1
    }

    /**
     * The matrix of some rows.
     *
     * @param p chance of the positive outcome, 0 to 1 each, at least one
     * @param decided whether each row was decided positive, same length
     */
    public static ExpectedConfusion of(double[] p, boolean[] decided) {
        if (p.length == 0 || p.length != decided.length) {
            throw new IllegalArgumentException(
                    "There are %d chances and %d decisions; as many of both and at least one are needed."
                            .formatted(p.length, decided.length));
        }
        double[] sums = new double[6];
        for (int i = 0; i < p.length; i++) {
            if (!(p[i] >= 0 && p[i] <= 1)) {
                throw new IllegalArgumentException("The chance of row %d (%s) must be between 0 and 1.".formatted(i, p[i]));
            }
            int at = decided[i] ? 0 : 2;
            sums[at] += p[i];
            sums[at + 1] += 1 - p[i];
            sums[decided[i] ? 4 : 5] += p[i] * (1 - p[i]);
        }
        return new ExpectedConfusion(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]);
    }

    /** The metric of the expected counts, 0 to 1. */
    public double value(Metric metric) {
        double[] ratio = ratio(metric);
        return ratio[1] == 0 ? 0 : ratio[0] / ratio[1];
    }

    /** Standard deviation of the realised metric around {@link #value}, to first order. */
    public double standardDeviation(Metric metric) {
        double[] ratio = ratio(metric);
        if (ratio[1] == 0) {
            return 0;
        }
        // What one more true positive (one false positive less) and one more false negative (one true negative less) change.
        double value = ratio[0] / ratio[1];
        double positive = (ratio[2] - value * ratio[3]) / ratio[1];
        double negative = (ratio[4] - value * ratio[5]) / ratio[1];
        return Math.sqrt(positive * positive * variancePositive + negative * negative * varianceNegative);
    }

    /** Numerator, denominator, and their derivatives by true positives and by false negatives. */
    private double[] ratio(Metric metric) {
        double decidedPositive = truePositives + falsePositives;
        double decidedNegative = falseNegatives + trueNegatives;
        return switch (metric) {
            case ACCURACY -> new double[] {truePositives + trueNegatives, decidedPositive + decidedNegative, 1, 0, -1, 0};
            case PRECISION -> new double[] {truePositives, decidedPositive, 1, 0, 0, 0};
            case RECALL -> new double[] {truePositives, truePositives + falseNegatives, 1, 1, 0, 1};
            case SPECIFICITY -> new double[] {trueNegatives, trueNegatives + falsePositives, 0, -1, -1, -1};
            case F1 -> new double[] {2 * truePositives, 2 * truePositives + falsePositives + falseNegatives, 2, 1, 0, 1};
        };
    }

    /**
     * Area under the ROC curve to be expected: the trapezoid under the curve of cumulated chances by falling score, rows of one
     * score together.
     *
     * @param score what the rows are ordered by, no {@code NaN}
     * @param p chance of the positive outcome, 0 to 1 each, same length
     * @return 0.5 when all chances are 0 or all 1
     */
    public static double rocAuc(double[] score, double[] p) {
        Integer[] order = new Integer[p.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(score[b], score[a]));
        double positives = 0;
        double negatives = 0;
        double area = 0;
        int i = 0;
        while (i < order.length) {
            double more = 0;
            double fewer = 0;
            double at = score[order[i]];
            while (i < order.length && score[order[i]] == at) {
                more += p[order[i]];
                fewer += 1 - p[order[i]];
                i++;
            }
            area += fewer * (positives + more / 2);
            positives += more;
            negatives += fewer;
        }
        return positives > 0 && negatives > 0 ? area / (positives * negatives) : 0.5;
    }
}

package dev.keelson.learn.calibration;

/**
 * Inductive Venn-Abers calibration: of a score s, p0 is the isotonic fit at s of the calibration rows and the new row
 * with outcome 0, p1 that with outcome 1. One of the two is calibrated whatever the scores are, with any number of
 * rows; {@code p1 / (1 - p0 + p1)} merges them.
 *
 * <p>Both are step functions of s, computed once in O(n log n) along the cumulative-sum diagram and read in O(log n).
 * Weights are scaled to a mean of 1 over the rows of positive weight; the new row counts 1.
 *
 * <p>More than two classes: a pair of step functions for each pair of classes, on the share of one in the sum of both;
 * the merged probabilities are coupled by {@code 1 / (sum over j of 1 / p[i,j] - (classes - 2))} and normalised. A pair
 * without rows says 1/2.
 *
 * <p>Source: Vovk, V., Petej, I. and Fedorova, V. (2015), Large-scale probabilistic predictors with and without
 * guarantees of validity, NeurIPS; for the coupling: Manokhin, V. (2017), Multi-class probabilistic classification
 * using inductive and cross Venn-Abers predictors, COPA, after Price, D. et al. (1995).
 */
public record VennAbers() implements Calibrator {

    @Override
    public CalibrationMethod method() {
        return CalibrationMethod.VENN_ABERS;
    }

    @Override
    public VennAbersMap fit(CalibrationRows rows) {
        int classes = rows.classes();
        VennAbersSteps[] pairs = new VennAbersSteps[classes * (classes - 1) / 2];
        for (int a = 0; a < classes; a++) {
            for (int b = a + 1; b < classes; b++) {
                pairs[VennAbersMap.pair(a, b, classes)] = fit(rows, a, b);
            }
        }
        return new VennAbersMap(classes, pairs);
    }

    private static VennAbersSteps fit(CalibrationRows rows, int zero, int one) {
        int n = rows.rows();
        double[] score = new double[n];
        double[] target = new double[n];
        double[] weight = new double[n];
        double total = 0;
        int size = 0;
        for (int i = 0; i < n; i++) {
            int label = rows.labels()[i];
            if ((label == zero || label == one) && rows.weight(i) > 0) {
                score[size] = VennAbersMap.share(rows.p(), i * rows.classes(), zero, one, rows.classes());
                target[size] = label == one ? 1 : 0;
                weight[size] = rows.weight(i);
                total += weight[size];
                size++;
            }
        }
        for (int i = 0; i < size && rows.weights() != null; i++) {
            weight[i] *= size / total;
        }
        return VennAbersSteps.fit(score, target, weight, size);
    }
}

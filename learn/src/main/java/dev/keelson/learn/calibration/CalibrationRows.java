package dev.keelson.learn.calibration;

import org.jspecify.annotations.Nullable;

/**
 * What a calibrator is fitted on: predicted probabilities of rows that the model was not fitted on, and their true
 * classes. The arrays are not copied and must not change.
 *
 * @param p probabilities, {@code rows * classes}, row by row, each 0 to 1
 * @param classes number of classes, at least 2
 * @param labels class of each row, 0 to {@code classes - 1}; at least one row
 * @param weights weight of each row, finite and at least 0 with a positive sum; null when every row counts 1
 */
public record CalibrationRows(double[] p, int classes, int[] labels, double @Nullable [] weights) {
    private static final double SLACK = 1e-6; // of a softmax in single precision

    /** Checks shapes and ranges. */
    public CalibrationRows(double[] p, int classes, int[] labels, double @Nullable [] weights) {
        if (classes < 2 || labels.length == 0 || p.length != (long) labels.length * classes) {
            throw new IllegalArgumentException(
                    "There are %d probabilities for %d rows of %d classes; at least one row and 2 classes are needed."
                            .formatted(p.length, labels.length, classes));
        }
        for (int i = 0; i < p.length; i++) {
            if (!(p[i] >= 0 && p[i] <= 1 + SLACK)) { // written so that NaN fails too
                throw new IllegalArgumentException("The probability of class %d in row %d (%s) must be between 0 and 1."
                        .formatted(i % classes, i / classes, p[i]));
            }
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException("""
                        The label of row %d (%d) must be between 0 and %d.
                        Maybe the row has no label yet.\
                        """.formatted(i, labels[i], classes - 1));
            }
        }
        if (weights != null) {
            requireWeights(weights, labels.length);
        }
        this.p = p;
        this.classes = classes;
        this.labels = labels;
        this.weights = weights;
    }

    static void requireWeights(double[] weights, int rows) {
        if (weights.length != rows) {
            throw new IllegalArgumentException("There are %d weights for %d rows.".formatted(weights.length, rows));
        }
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "The weight of row %d (%s) must be at least 0 and finite.".formatted(i, weights[i]));
            }
            sum += weights[i];
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The weights sum to %s; a positive, finite sum is needed.".formatted(sum));
        }
    }

    /** Rows of two classes from the probability of the second. */
    public static CalibrationRows binary(double[] positive, int[] labels, double @Nullable [] weights) {
        double[] both = new double[positive.length * 2];
        for (int i = 0; i < positive.length; i++) {
            both[2 * i] = 1 - positive[i];
            both[2 * i + 1] = positive[i];
        }
        return new CalibrationRows(both, 2, labels, weights);
    }

    /** Number of rows. */
    public int rows() {
        return labels.length;
    }

    /** Weight of a row; 1 when none are given. */
    public double weight(int row) {
        return weights == null ? 1 : weights[row];
    }

    /** The rows at the given positions, in that order; at least one. */
    public CalibrationRows take(int[] positions) {
        double[] taken = new double[positions.length * classes];
        int[] takenLabels = new int[positions.length];
        double[] takenWeights = weights == null ? null : new double[positions.length];
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(p, positions[i] * classes, taken, i * classes, classes);
            takenLabels[i] = labels[positions[i]];
            if (takenWeights != null) {
                takenWeights[i] = weight(positions[i]);
            }
        }
        return new CalibrationRows(taken, classes, takenLabels, takenWeights);
    }

    /** One class against the rest: its probability, whether it came true (1 or 0), and the weight of each row. */
    Binary against(int positive) {
        double[] score = new double[labels.length];
        double[] target = new double[labels.length];
        double[] weight = new double[labels.length];
        for (int i = 0; i < labels.length; i++) {
            score[i] = Math.min(1, p[i * classes + positive]);
            target[i] = labels[i] == positive ? 1 : 0;
            weight[i] = weight(i);
        }
        return new Binary(score, target, weight);
    }

    /** Scores, targets (0 or 1) and weights of rows with two outcomes. */
    record Binary(double[] score, double[] target, double[] weight) {

        /** Rows of positive weight whose target is the given one. */
        int count(int outcome) {
            int count = 0;
            for (int i = 0; i < target.length; i++) {
                count += weight[i] > 0 && target[i] == outcome ? 1 : 0;
            }
            return count;
        }
    }
}

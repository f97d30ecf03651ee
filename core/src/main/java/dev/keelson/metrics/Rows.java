package dev.keelson.metrics;

import java.util.Arrays;

/** Checks shared by all scores of row-major probabilities. */
final class Rows {

    private Rows() {}

    /** Number of rows after checking that probabilities, classes and labels fit together. */
    static int check(double[] p, int classes, int[] labels) {
        if (classes < 2) {
            throw new IllegalArgumentException("The number of classes (%d) must be at least 2.".formatted(classes));
        }
        int n = labels.length;
        long cells = (long) n * classes;
        if (n == 0 || p.length != cells) {
            throw new IllegalArgumentException("""
                    There are %d probabilities for %d rows of %d classes; %d and at least one row are needed.
                    Maybe the probabilities of one class only were passed.""".formatted(p.length, n, classes, cells));
        }
        for (int i = 0; i < n; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        "The label of row %d (%d) must be between 0 and %d.".formatted(i, labels[i], classes - 1));
            }
        }
        for (int i = 0; i < p.length; i++) {
            if (!(p[i] >= 0 && p[i] <= 1 + 1e-9)) { // written so that NaN fails too; slack for rounded softmax
                throw new IllegalArgumentException("The probability of class %d in row %d (%s) must be between 0 and 1."
                        .formatted(i % classes, i / classes, p[i]));
            }
        }
        return n;
    }

    /** Checks that there is a number and a label for each row. */
    static void checkScores(double[] scores, boolean[] positive) {
        if (scores.length != positive.length || scores.length == 0) {
            throw new IllegalArgumentException(
                    "There are %d scores and %d labels; as many of both and at least one are needed."
                            .formatted(scores.length, positive.length));
        }
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw new IllegalArgumentException("The score of row %d is NaN, a number is expected.".formatted(i));
            }
        }
    }

    /** Sum of the weights after checking that there is one for each row and that they can weigh. */
    static double checkWeights(double[] weights, int n) {
        if (weights.length != n || n == 0) {
            throw new IllegalArgumentException(
                    "There are %d weights for %d rows; as many of both and at least one are needed."
                            .formatted(weights.length, n));
        }
        double total = 0;
        for (int i = 0; i < n; i++) {
            if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "The weight of row %d (%s) must be finite and not negative.".formatted(i, weights[i]));
            }
            total += weights[i];
        }
        if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The weights sum to %s; a positive, finite sum is needed.".formatted(total));
        }
        return total;
    }

    static double[] ones(int n) {
        double[] weights = new double[n];
        Arrays.fill(weights, 1);
        return weights;
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    /** Most probable class of a row; the lower index wins ties. */
    static int argMax(double[] p, int classes, int row) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (p[row * classes + c] > p[row * classes + best]) {
                best = c;
            }
        }
        return best;
    }
}

package dev.keelson.learn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a learner fits: features, the class of each row, and how much each row counts. The arrays are not copied and
 * must not change.
 *
 * @param features at least one row and one feature
 * @param labels class of each row, 0 to {@code classes.size() - 1}
 * @param classes names of the classes, in order; at least 2. A class may be without rows
 * @param weights weight of each row, finite and at least 0 with a positive sum; null when every row counts 1
 */
public record TrainingSet(FeatureMatrix features, int[] labels, List<String> classes, double @Nullable [] weights) {

    /** Checks shapes and ranges. */
    public TrainingSet(FeatureMatrix features, int[] labels, List<String> classes, double @Nullable [] weights) {
        if (classes.size() < 2) {
            throw new IllegalArgumentException(
                    "There are %d classes; at least 2 are needed.".formatted(classes.size()));
        }
        if (features.width() == 0) {
            throw new IllegalArgumentException("There is no feature; at least one is needed.");
        }
        if (labels.length == 0 || labels.length != features.rows()) {
            throw new IllegalArgumentException(
                    "There are %d labels for %d rows; as many of both and at least one are needed."
                            .formatted(labels.length, features.rows()));
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes.size()) {
                throw new IllegalArgumentException("""
                    The label of row %d (%d) must be between 0 and %d.
                    Maybe the row has no label yet.\
                    """.formatted(i, labels[i], classes.size() - 1));
            }
        }
        if (weights != null) {
            requireWeights(weights, labels.length);
        }
        this.features = features;
        this.labels = labels;
        this.classes = List.copyOf(classes);
        this.weights = weights;
    }

    private static void requireWeights(double[] weights, int rows) {
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

    /** Number of rows. */
    public int rows() {
        return labels.length;
    }

    /** Weight of a row; 1 when none are given. */
    public double weight(int row) {
        return weights == null ? 1 : weights[row];
    }

    /** Sum of the weights of each class, in the order of the classes. */
    public double[] classWeights() {
        double[] sums = new double[classes.size()];
        for (int i = 0; i < labels.length; i++) {
            sums[labels[i]] += weight(i);
        }
        return sums;
    }

    /** The rows at the given positions, in that order; at least one. */
    public TrainingSet take(int[] positions) {
        int[] takenLabels = new int[positions.length];
        double[] takenWeights = weights == null ? null : new double[positions.length];
        for (int i = 0; i < positions.length; i++) {
            takenLabels[i] = labels[positions[i]];
            if (takenWeights != null) {
                takenWeights[i] = weight(positions[i]);
            }
        }
        return new TrainingSet(features.take(positions), takenLabels, classes, takenWeights);
    }
}

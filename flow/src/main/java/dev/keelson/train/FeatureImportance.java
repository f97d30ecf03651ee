package dev.keelson.train;

import org.jspecify.annotations.Nullable;

/**
 * How much of what a model does comes from a feature: share of the splits' gain (trees) or of the absolute standardised
 * coefficients (logistic), averaged over members by their weights.
 *
 * @param feature its name
 * @param share 0 to 1; the shares of a model sum to 1
 * @param shuffled what the feature is worth on the test period; null where that was not measured
 */
public record FeatureImportance(String feature, double share, @Nullable Shuffled shuffled) {

    /**
     * What a feature is worth: how much the loss of the members that were fitted before the test period grows on it when
     * the feature's values are shuffled among the rows.
     *
     * @param increase mean increase of the log loss or the squared error; below 0 when the model does better without
     * @param lower lower end of its 95 % interval, clustered by day
     * @param upper upper end
     * @param rows rows of the test period that were predicted
     * @param repeats shuffles
     */
    public record Shuffled(double increase, double lower, double upper, int rows, int repeats) {}

    /** A feature that was not shuffled. */
    public FeatureImportance(String feature, double share) {
        this(feature, share, null);
    }
}

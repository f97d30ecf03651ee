package dev.keelson.train;

/**
 * How much of what a model does comes from a feature: share of the splits' gain (trees) or of the absolute standardised
 * coefficients (logistic), averaged over members by their weights.
 *
 * @param feature its name
 * @param share 0 to 1; the shares of a model sum to 1
 */
public record FeatureImportance(String feature, double share) {}

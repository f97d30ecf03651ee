package dev.keelson.train;

import java.time.Instant;
import java.util.List;

/**
 * What a full training fits on out-of-fold predictions and a refresh takes over.
 *
 * @param weights weight of each member in the blend, in the definition's order; they sum to 1
 * @param temperature of the blend; 1 means uncorrected
 * @param fittedAsOf as-of time of the full training that fitted them
 */
public record RecipeParameters(List<Double> weights, double temperature, Instant fittedAsOf) {
    /** Copies the weights. */
    public RecipeParameters {
        weights = List.copyOf(weights);
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The temperature (%s) must be positive and finite.".formatted(temperature));
        }
    }

    /** The weights as an array. */
    double[] weightArray() {
        return weights.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

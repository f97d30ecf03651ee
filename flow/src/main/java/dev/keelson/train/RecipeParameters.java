package dev.keelson.train;

import dev.keelson.learn.Guidance;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.calibration.CalibrationParameters;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a full training fits on out-of-fold predictions and a refresh takes over.
 *
 * @param weights weight of each member in the blend, in the definition's order; they sum to 1
 * @param calibration correction of the blend's probabilities; null when values are predicted
 * @param guidance what the model tells beside its prediction
 * @param members members of an ensemble that a time limit let be fitted; null when there was no limit
 * @param fittedAsOf as-of time of the full training that fitted them
 */
public record RecipeParameters(
        List<Double> weights,
        @Nullable CalibrationParameters calibration,
        Guidance guidance,
        @Nullable Integer members,
        Instant fittedAsOf) {
    /** Copies the weights. */
    public RecipeParameters {
        weights = List.copyOf(weights);
    }

    /** Parameters of a model that tells nothing beside its prediction. */
    public RecipeParameters(
            List<Double> weights, @Nullable CalibrationParameters calibration, Instant fittedAsOf) {
        this(weights, calibration, Guidance.NONE, null, fittedAsOf);
    }

    /** The same with other guidance. */
    RecipeParameters withGuidance(Guidance other) {
        return new RecipeParameters(weights, calibration, other, members, fittedAsOf);
    }

    /** The same of an ensemble that a time limit kept to its first members. */
    RecipeParameters withMembers(@Nullable Integer reached) {
        return new RecipeParameters(weights, calibration, guidance, reached, fittedAsOf);
    }

    /**
     * Parameters with one temperature at most.
     *
     * @param temperature positive and finite; 1 means uncorrected
     */
    static RecipeParameters ofTemperature(List<Double> weights, double temperature, int classes, Instant fittedAsOf) {
        CalibrationMap map =
                temperature == 1 ? CalibrationMap.none(classes) : CalibrationMap.temperature(temperature, classes);
        return new RecipeParameters(weights, map.parameters(), fittedAsOf);
    }

    /** The method that corrects the probabilities. */
    public CalibrationMethod method() {
        return calibration == null ? CalibrationMethod.NONE : calibration.method();
    }

    /** The temperature; 1 when the correction is of another method or none. */
    public double temperature() {
        return calibration == null || calibration.method() != CalibrationMethod.TEMPERATURE
                ? 1
                : calibration.values().getOrDefault("temperature", List.of(1.0)).getFirst();
    }

    /** The correction; null when values are predicted. */
    @Nullable CalibrationMap map() {
        return calibration == null ? null : CalibrationMap.of(calibration);
    }

    /** Whether the temperature tells the whole correction. */
    boolean hasTemperatureOnly() {
        return method() == CalibrationMethod.NONE || method() == CalibrationMethod.TEMPERATURE;
    }

    /** The weights as an array. */
    double[] weightArray() {
        return weights.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

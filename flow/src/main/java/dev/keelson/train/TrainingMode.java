package dev.keelson.train;

/** How much of a training is done again. */
public sealed interface TrainingMode {

    /** Validation, weights, calibration, metrics, and the fit on all rows. */
    record Full() implements TrainingMode {}

    /**
     * One fit of each member on all rows, with weights and calibration of an earlier full training. It has no metrics
     * of its own.
     *
     * @param parameters of the earlier training of the same recipe
     */
    record Refresh(RecipeParameters parameters) implements TrainingMode {}
}

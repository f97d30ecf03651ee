package dev.keelson.train;

import org.jspecify.annotations.Nullable;

/** How much of a training is done again. */
public sealed interface TrainingMode {

    /**
     * Validation, weights, calibration, metrics, and the fit on all rows.
     *
     * @param members members of an ensemble to fit, as an earlier training reached them; null for all, or as many as the
     *     definition's time limit lets
     */
    record Full(@Nullable Integer members) implements TrainingMode {
        /** Everything. */
        public Full() {
            this(null);
        }
    }

    /**
     * One fit of each member on all rows, with weights and calibration of an earlier full training. It has no metrics
     * of its own.
     *
     * @param parameters of the earlier training of the same recipe
     */
    record Refresh(RecipeParameters parameters) implements TrainingMode {}
}

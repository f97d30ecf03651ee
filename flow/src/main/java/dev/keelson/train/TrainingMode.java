package dev.keelson.train;

import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.EnsembleModel;
import java.time.Instant;
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

    /**
     * A model goes on from recent rows, with its weights and calibration; how much it forgot is measured.
     *
     * @param base the model, of the same definition and features
     * @param baseSha256 hash of its bundle
     * @param baseAsOf labels known before that were used for it
     * @param parameters its weights and calibration
     * @param update how it goes on
     * @param reinforce its confident mistakes weigh more, and rounds and rate are those; null for an update alone
     */
    record Update(
            EnsembleModel base,
            String baseSha256,
            Instant baseAsOf,
            RecipeParameters parameters,
            UpdateDefinition update,
            @Nullable ReinforceDefinition reinforce)
            implements TrainingMode {

        /** How its learners go on. */
        Continuation continuation() {
            return reinforce == null
                    ? update.continuation()
                    : new Continuation(ContinuationMode.CONTINUE, reinforce.rounds(), reinforce.learningRate());
        }
    }

    /** The word for it in runs. */
    default String word() {
        return switch (this) {
            case Full ignored -> "full";
            case Refresh ignored -> "refresh";
            case Update update -> update.reinforce() == null ? "update" : "reinforce";
        };
    }
}

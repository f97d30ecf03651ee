package dev.keelson.serve;

import java.time.Instant;
import java.util.UUID;

/**
 * What really happened to an entity that was predicted. A later outcome of the same model and entity corrects an earlier one.
 *
 * <p>It may be that of one prediction ({@link #ofPrediction}): it settles that one alone, and counts there before an outcome of
 * the entity, so that an entity can be predicted again and again.
 *
 * @param model the model whose predictions it settles
 * @param entity as in the prediction, or the id of one prediction
 * @param outcome the class, one of the model's
 * @param knownAt when it became known
 */
public record OutcomeEvent(String model, String entity, String outcome, Instant knownAt) {

    /**
     * The outcome of one prediction, whatever became of others of its entity.
     *
     * @param id of the prediction
     */
    public static OutcomeEvent ofPrediction(String model, UUID id, String outcome, Instant knownAt) {
        return new OutcomeEvent(model, id.toString(), outcome, knownAt);
    }
}

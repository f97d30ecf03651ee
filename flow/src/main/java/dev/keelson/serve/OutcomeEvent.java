package dev.keelson.serve;

import java.time.Instant;

/**
 * What really happened to an entity that was predicted. A later outcome of the same model and entity corrects an earlier one.
 *
 * @param model the model whose predictions it settles
 * @param entity as in the prediction
 * @param outcome the class, one of the model's
 * @param knownAt when it became known
 */
public record OutcomeEvent(String model, String entity, String outcome, Instant knownAt) {}

package dev.keelson.client;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What really happened.
 *
 * @param predictionId of which prediction; null where model and entity say it
 * @param model of which model; null where the prediction says it
 * @param entity about what: its key values joined by {@code |}; null where the prediction says it
 * @param outcome the class, or the number as a text
 */
public record Outcome(
        @Nullable UUID predictionId, @Nullable String model, @Nullable String entity, String outcome) {

    /** What came of a prediction. */
    public static Outcome of(UUID prediction, String outcome) {
        return new Outcome(prediction, null, null, outcome);
    }

    /** What came of what a model was asked about, in each of its predictions. */
    public static Outcome of(String model, String entity, String outcome) {
        return new Outcome(null, model, entity, outcome);
    }
}

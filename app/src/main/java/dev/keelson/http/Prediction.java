package dev.keelson.http;

import dev.keelson.learn.Advice;
import dev.keelson.serve.PredictionEvent;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one row of a predict request. The array is handed over and not changed afterwards.
 *
 * @param id its name in the prediction log
 * @param model who answered
 * @param version the version that answered
 * @param entity what the row is about, as in the log: its key values joined by {@code |}
 * @param classes the model's classes, in order; {@code value} alone where it predicts a number
 * @param probabilities one for each class, 0 to 1, summing to 1; or the one number
 * @param asOf features used what was known strictly before
 * @param warnings what speaks against trusting this answer, one sentence each, such as a team without history; usually none
 * @param advice a set or interval and a decision; null when the model tells neither
 * @param details what was asked for beside it; null when nothing was
 */
@SuppressWarnings("ArrayRecordComponent") // the path that must be fast: no copies, no boxes
public record Prediction(
        UUID id,
        String model,
        int version,
        String entity,
        List<String> classes,
        double[] probabilities,
        Instant asOf,
        List<String> warnings,
        @Nullable Advice advice,
        @Nullable PredictionDetails details) {
    public Prediction {
        warnings = List.copyOf(warnings);
        if (classes.size() != probabilities.length) {
            throw new IllegalArgumentException("There are %d classes and %d probabilities; they must be equal."
                    .formatted(classes.size(), probabilities.length));
        }
    }

    /** An answer without warnings and advice. */
    public Prediction(
            UUID id, String model, int version, String entity, List<String> classes, double[] probabilities, Instant asOf) {
        this(id, model, version, entity, classes, probabilities, asOf, List.of(), null, null);
    }

    /** An answer without details. */
    public Prediction(
            UUID id,
            String model,
            int version,
            String entity,
            List<String> classes,
            double[] probabilities,
            Instant asOf,
            List<String> warnings,
            @Nullable Advice advice) {
        this(id, model, version, entity, classes, probabilities, asOf, warnings, advice, null);
    }

    /** Whether it is a number instead of a class. */
    public boolean isNumber() {
        return probabilities.length == 1;
    }

    /** Position of the most probable class; the first of equals. */
    public int predicted() {
        return PredictionEvent.mostProbable(probabilities);
    }
}

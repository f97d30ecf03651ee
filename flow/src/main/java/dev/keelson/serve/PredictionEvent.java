package dev.keelson.serve;

import java.time.Instant;
import java.util.UUID;

/**
 * One served prediction, as the journal keeps it. The arrays are handed over and not changed afterwards.
 *
 * @param id unique
 * @param model the model's name
 * @param version the version that answered
 * @param role what the version was when it answered: {@code champion}, {@code challenger}, {@code named} (a request asked for
 *     it) or {@code elsewhere} (served by others and handed in)
 * @param entity identifies the row predicted: its key values joined by {@code |}
 * @param segment group for per-segment metrics (league), or the empty text
 * @param eventTime when the event happens
 * @param asOf features use what was known strictly before
 * @param at when it was served
 * @param probabilities one for each class, in the model's order; of a model of numbers the one value
 * @param features feature values in the model's order, NaN where missing
 * @param watched further monitored values, in the order of the monitor's definition; may be empty
 * @param keys the keys it asked for that {@code entity} does not name, by how the model spells them, as {@link AskedKeys}; may be empty
 * @param served whether this was the answer that the caller got; false for a shadow
 * @param client who asked, in his own words; empty when the request did not say
 * @param metadata what the caller sent along, the text of a JSON object; empty for nothing
 */
public record PredictionEvent(
        UUID id,
        String model,
        int version,
        String role,
        String entity,
        String segment,
        Instant eventTime,
        Instant asOf,
        Instant at,
        double[] probabilities,
        double[] features,
        double[] watched,
        String keys,
        boolean served,
        String client,
        String metadata) {

    /** A prediction of which nothing more is known; it was the answer unless a challenger gave it. */
    public PredictionEvent(
            UUID id,
            String model,
            int version,
            String role,
            String entity,
            String segment,
            Instant eventTime,
            Instant asOf,
            Instant at,
            double[] probabilities,
            double[] features,
            double[] watched,
            String keys) {
        this(
                id, model, version, role, entity, segment, eventTime, asOf, at, probabilities, features, watched, keys,
                isAnswer(role), "", "");
    }

    /** A prediction that asked for keys in its entity's name alone. */
    public PredictionEvent(
            UUID id,
            String model,
            int version,
            String role,
            String entity,
            String segment,
            Instant eventTime,
            Instant asOf,
            Instant at,
            double[] probabilities,
            double[] features,
            double[] watched) {
        this(id, model, version, role, entity, segment, eventTime, asOf, at, probabilities, features, watched, "");
    }

    /** Whether a version of that role was the one that answered, where nothing says more. */
    public static boolean isAnswer(String role) {
        return !role.equals("challenger");
    }

    /** The greatest of its probabilities; NaN of a number. */
    public double confidence() {
        return isNumber() || probabilities.length == 0 ? Double.NaN : probabilities[predicted()];
    }

    /** Whether it is a number instead of a class. */
    public boolean isNumber() {
        return probabilities.length == 1;
    }

    /** Position of the most probable class; the first of equals. */
    public int predicted() {
        return mostProbable(probabilities);
    }

    /** Position of the greatest of some probabilities; the first of equals. */
    public static int mostProbable(double[] probabilities) {
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            if (probabilities[i] > probabilities[best]) {
                best = i;
            }
        }
        return best;
    }
}

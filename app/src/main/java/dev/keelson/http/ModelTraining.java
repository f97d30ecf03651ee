package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.ContinuationMode;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A training that somebody asks for.
 *
 * @param model the model
 * @param kind what is done
 * @param learner learner that takes the place of the model's, with its own defaults; null for the model's
 * @param rows condition on the rows that train, beside the model's own; null for all of them
 * @param mode of an update; null for the model's
 * @param rounds of an update or of reinforcement; null for the model's
 * @param learningRate of an update or of reinforcement; null for the model's
 * @param minRows rows with known labels below which nothing is trained, at least 1
 * @param promote whether it serves at once, without being judged in shadow
 * @param actor who asks
 * @param step of which retraining it is a step; null for none
 */
public record ModelTraining(
        String model,
        Kind kind,
        @Nullable String learner,
        @Nullable String rows,
        @Nullable ContinuationMode mode,
        @Nullable Integer rounds,
        @Nullable Double learningRate,
        int minRows,
        boolean promote,
        String actor,
        @Nullable Step step)
        implements Jobs.Request {

    /**
     * The step of a retraining that trains.
     *
     * @param job its job, which the audit line of the registration names
     * @param thresholds limits in place of the policy's; what does not meet those on its test period is not registered
     */
    public record Step(String job, SortedMap<String, Double> thresholds) {
        public Step {
            thresholds = Collections.unmodifiableSortedMap(new TreeMap<>(thresholds));
        }
    }

    /** One that is no step of a retraining. */
    public ModelTraining(
            String model,
            Kind kind,
            @Nullable String learner,
            @Nullable String rows,
            @Nullable ContinuationMode mode,
            @Nullable Integer rounds,
            @Nullable Double learningRate,
            int minRows,
            boolean promote,
            String actor) {
        this(model, kind, learner, rows, mode, rounds, learningRate, minRows, promote, actor, null);
    }

    /** What is done. */
    public enum Kind {
        /** The model is fitted anew. */
        FULL,
        /** The champion goes on from recent rows. */
        UPDATE,
        /** The champion goes on from recent rows, among which its confident mistakes weigh more. */
        REINFORCE;

        /** The name in documents. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Checks the ranges, and that an update keeps its learner. */
    public ModelTraining {
        if (minRows < 1
                || (rounds != null && rounds < 1)
                || (learningRate != null && !(learningRate > 0 && learningRate <= 1))) {
            throw new IllegalArgumentException(
                    "min_rows (%d) and rounds (%s) must be at least 1, learning_rate (%s) above 0 and at most 1."
                            .formatted(minRows, rounds, learningRate));
        }
        if (kind != Kind.FULL && learner != null) {
            throw new IllegalArgumentException(
                    "The learner (%s) cannot be chosen: the champion goes on with its own.".formatted(learner));
        }
        if (kind != Kind.FULL && rows != null) {
            throw new IllegalArgumentException(
                    "The rows (%s) cannot be chosen: the champion goes on with recent ones.".formatted(rows));
        }
        if ((kind == Kind.FULL && (rounds != null || learningRate != null)) || (kind != Kind.UPDATE && mode != null)) {
            throw new IllegalArgumentException("mode, rounds and learning_rate are those of an update; mode only of one.");
        }
    }

    /** A full training of the model as it is defined. */
    public static ModelTraining full(String model, String actor) {
        return new ModelTraining(model, Kind.FULL, null, null, null, null, null, 1, false, actor);
    }

    /** As it is asked for over HTTP. */
    public void write(ObjectNode node) {
        node.put("kind", kind.key()).put("learner", learner).put("rows", rows);
        node.put("mode", mode == null ? null : mode.name().toLowerCase(Locale.ROOT));
        node.put("rounds", rounds).put("learning_rate", learningRate);
        node.put("min_rows", minRows).put("promote", promote).put("actor", actor);
    }

    /**
     * What {@link #write} has written.
     *
     * @throws IllegalArgumentException for what cannot be asked for
     */
    public static ModelTraining read(String model, JsonNode node) {
        JsonNode rounds = node.path("rounds");
        JsonNode rate = node.path("learning_rate");
        JsonNode mode = node.path("mode");
        return new ModelTraining(
                model,
                Kind.valueOf(node.path("kind").asText("full").toUpperCase(Locale.ROOT)),
                node.path("learner").isTextual() ? node.path("learner").asText() : null,
                node.path("rows").isTextual() ? node.path("rows").asText() : null,
                mode.isTextual() ? ContinuationMode.valueOf(mode.asText().toUpperCase(Locale.ROOT)) : null,
                rounds.isNumber() ? rounds.intValue() : null,
                rate.isNumber() ? rate.doubleValue() : null,
                node.path("min_rows").asInt(1),
                node.path("promote").asBoolean(),
                node.path("actor").asText("api"));
    }

    @Override
    public void describe(ObjectNode node, Jobs.Progress progress) {
        write(node);
    }
}

package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.Rollouts;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Rollouts of the models of a project. Answers are JSON documents, described in docs/reference/rollouts.md. Safe for use by
 * several threads.
 */
public interface RolloutService {
    /** Where nothing serves yet. */
    RolloutService NONE = new RolloutService() {
        @Override
        public JsonNode list(@Nullable String model, int limit) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.putArray("rollouts");
            return document;
        }

        @Override
        public JsonNode status(String model) {
            throw Rollouts.none(model);
        }

        @Override
        public JsonNode one(String id) {
            throw unknown(id);
        }

        @Override
        public JsonNode start(RolloutPlan plan, String actor, String reason) {
            throw Rollouts.none(plan.model());
        }

        @Override
        public JsonNode change(String model, Verb verb, Change change) {
            throw Rollouts.none(model);
        }
    };

    /** What can be done to a rollout that is open. */
    enum Verb {
        ADVANCE,
        PAUSE,
        RESUME,
        PROMOTE,
        ABORT;

        /** As in addresses. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Who asks and why.
     *
     * @param reason not blank
     * @param force of a promotion: also when its policy refuses
     */
    record Change(String actor, String reason, boolean force) {}

    /**
     * Rollouts, newest first.
     *
     * @param model of one model; null for all
     * @return {@code rollouts}, without what they have shown
     */
    JsonNode list(@Nullable String model, int limit);

    /**
     * What the rollout of a model has shown: the open one, or the last.
     *
     * @return the document of {@link dev.keelson.control.rollout.RolloutReport}
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; NOT_FOUND when it never had one
     */
    JsonNode status(String model);

    /**
     * What any rollout has shown, also one that ended long ago.
     *
     * @return as {@link #status}
     * @throws dev.keelson.error.KeelsonException NOT_FOUND
     */
    JsonNode one(String id);

    /** There is none of that id. */
    static KeelsonException unknown(String id) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND, "There is no rollout (%s).".formatted(id), "Maybe `keelson rollout list` shows it.");
    }

    /**
     * Begins one; the candidate is in memory when this returns.
     *
     * @return as {@link #status}
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND, VERSION_NOT_FOUND; NOT_READY when the candidate cannot be
     *     loaded; TRANSITION_REFUSED; CONFLICT when one is open
     */
    JsonNode start(RolloutPlan plan, String actor, String reason);

    /**
     * Changes the one that is open.
     *
     * @return as {@link #status}; of a promotion with {@code promotion}, which is {@link GovernanceJson#promotion}
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; NOT_FOUND when none is open; TRANSITION_REFUSED; CONFLICT
     */
    JsonNode change(String model, Verb verb, Change change);
}

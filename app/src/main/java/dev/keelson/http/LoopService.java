package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import org.jspecify.annotations.Nullable;

/**
 * Retraining as persons and programs ask for it, and what the loop suggests. Answers are JSON documents, described in
 * docs/reference/retraining.md. Safe for use by several threads.
 */
public interface LoopService {
    /** Where nothing is trained again. */
    LoopService NONE = new LoopService() {
        @Override
        public void check(RetrainCampaign.Asked asked, @Nullable String callback) {
            throw nothing();
        }

        @Override
        public void check(String run, JsonNode arguments, @Nullable String callback) {
            throw nothing();
        }

        @Override
        public JsonNode retrain(RetrainCampaign.Asked asked, By by) {
            throw nothing();
        }

        @Override
        public JsonNode retrainings(int limit) {
            return JsonNodeFactory.instance.objectNode().set("retrainings", JsonNodeFactory.instance.arrayNode());
        }

        @Override
        public JsonNode retraining(String id) {
            throw nothing();
        }

        @Override
        public JsonNode ask(String run, JsonNode arguments, By by) {
            throw nothing();
        }

        @Override
        public JsonNode suggestions(@Nullable String model, @Nullable String state) {
            return JsonNodeFactory.instance.objectNode().set("suggestions", JsonNodeFactory.instance.arrayNode());
        }

        @Override
        public JsonNode suggestion(String id) {
            throw nothing();
        }

        @Override
        public JsonNode decide(String id, boolean accept, String actor, String reason) {
            throw nothing();
        }

        private KeelsonException nothing() {
            return new KeelsonException(ErrorCode.NOT_READY, "Nothing is trained again here.", null);
        }
    };

    /**
     * Who asks.
     *
     * @param actor their name
     * @param reason why; stays in the audit trail
     * @param callback address that is told when the job ends; null for none
     */
    record By(String actor, String reason, @Nullable String callback) {}

    /**
     * Checks what {@link #retrain} would refuse.
     *
     * @throws KeelsonException as there
     */
    void check(RetrainCampaign.Asked asked, @Nullable String callback);

    /**
     * Asks for a retraining of several models.
     *
     * @return it as {@link #retraining} tells it
     * @throws KeelsonException BAD_REQUEST with everything that is wrong; MODEL_NOT_FOUND
     */
    JsonNode retrain(RetrainCampaign.Asked asked, By by);

    /** Retrainings that were asked for, newest first. */
    JsonNode retrainings(int limit);

    /**
     * One with its summary as it is now, model by model.
     *
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode retraining(String id);

    /**
     * Checks what {@link #ask} would refuse.
     *
     * @throws KeelsonException as there, with every problem
     */
    void check(String run, JsonNode arguments, @Nullable String callback);

    /**
     * Asks for a job.
     *
     * @param run {@code drift}, {@code validate}, {@code materialize} or {@code rollout}
     * @param arguments {@code model}, where it is about one, and of a rollout what {@link RolloutRequests#plan} reads
     * @return the job
     * @throws KeelsonException BAD_REQUEST, MODEL_NOT_FOUND
     */
    JsonNode ask(String run, JsonNode arguments, By by);

    /** What the loop would have done, newest first; of one model or in one state when these are not null. */
    JsonNode suggestions(@Nullable String model, @Nullable String state);

    /**
     * One, with how it turned out.
     *
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode suggestion(String id);

    /**
     * A person has it done, or does not want it.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it was answered; what doing it throws
     */
    JsonNode decide(String id, boolean accept, String actor, String reason);
}

package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.job.JobRun;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a retraining stands: the document that is its checkpoint. Used by one thread. */
final class ChainState {
    /** What is to be done next. */
    enum Step {
        ADMIT,
        CHECK,
        TRAIN,
        SHADOW,
        CANARY,
        PROMOTE,
        END;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final ObjectNode node;

    private ChainState(ObjectNode node) {
        this.node = node;
    }

    static ChainState of(JobRun run) {
        JsonNode reached = run.checkpoint();
        if (reached instanceof ObjectNode object) {
            return new ChainState(object.deepCopy());
        }
        ObjectNode fresh = JsonNodeFactory.instance.objectNode().put("next", Step.ADMIT.word());
        fresh.putArray("steps");
        return new ChainState(fresh);
    }

    Step next() {
        return Step.valueOf(node.path("next").asText().toUpperCase(Locale.ROOT));
    }

    void next(Step step) {
        node.put("next", step.word());
    }

    /** Writes down that a step came to its end. */
    void done(String step, String sentence, Instant at) {
        ((ArrayNode) node.path("steps")).addObject().put("step", step).put("at", at.toString()).put("sentence", sentence);
    }

    ChainState put(String name, @Nullable JsonNode value) {
        node.set(name, value);
        return this;
    }

    ChainState put(String name, @Nullable String value) {
        node.put(name, value);
        return this;
    }

    ChainState put(String name, int value) {
        node.put(name, value);
        return this;
    }

    JsonNode get(String name) {
        return node.path(name);
    }

    int version() {
        return node.path("version").asInt();
    }

    @Nullable Instant instant(String name) {
        return node.path(name).isTextual() ? Instant.parse(node.path(name).asText()) : null;
    }

    ObjectNode json() {
        return node.deepCopy();
    }
}

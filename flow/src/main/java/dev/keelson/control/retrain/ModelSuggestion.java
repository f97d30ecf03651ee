package dev.keelson.control.retrain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.RetrainDefinition.Action;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What would have been done by itself, had its mode been to act. Immutable.
 *
 * @param id unique; the same for the same thing suggested twice
 * @param model whom it is about
 * @param action what would have been done
 * @param version which version it is about; null when about none yet
 * @param state where it stands
 * @param at when it came up first
 * @param lastAt when it came up last
 * @param count how many times it came up
 * @param text what would have been done and why, in sentences
 * @param request what would have been asked for, for those that train; null otherwise
 * @param decider who accepted or dismissed it; empty when nobody did
 * @param comment what they said
 * @param decidedAt when, or null
 */
public record ModelSuggestion(
        String id,
        String model,
        Action action,
        @Nullable Integer version,
        State state,
        Instant at,
        Instant lastAt,
        long count,
        String text,
        @Nullable JsonNode request,
        String decider,
        String comment,
        @Nullable Instant decidedAt) {
    /** The kind of the reports that keep them. */
    public static final String KIND = "suggestion";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Where a suggestion stands. */
    public enum State {
        /** Nobody has answered. */
        OPEN,
        /** A person had it done. */
        ACCEPTED,
        /** A person did not want it. */
        DISMISSED,
        /** It was done otherwise, or cannot be done any more. */
        OVERTAKEN,
        /** It was only to be written down. */
        OBSERVED;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A new one. */
    static ModelSuggestion made(
            String id, String model, Action action, @Nullable Integer version, State state, Instant at, String text,
            @Nullable JsonNode request) {
        return new ModelSuggestion(id, model, action, version, state, at, at, 1, text, request, "", "", null);
    }

    /** The same, come up once more. */
    ModelSuggestion again(Instant now, String said) {
        return new ModelSuggestion(
                id, model, action, version, state, at, now, count + 1, said, request, decider, comment, decidedAt);
    }

    /** The same, answered. */
    ModelSuggestion decided(State as, String by, String said, Instant now) {
        return new ModelSuggestion(id, model, action, version, as, at, lastAt, count, text, request, by, said, now);
    }

    /** Its page in the console. */
    public String page() {
        return "/suggestions/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    StoredReport stored() {
        return new StoredReport(id, KIND, model, at, state.word(), toJson().toString());
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = MAPPER.createObjectNode()
                .put("id", id)
                .put("model", model)
                .put("action", action.word())
                .put("version", version)
                .put("state", state.word())
                .put("at", at.toString())
                .put("last_at", lastAt.toString())
                .put("count", count)
                .put("text", text)
                .put("decider", decider)
                .put("comment", comment)
                .put("decided_at", decidedAt == null ? null : decidedAt.toString());
        node.set("request", request);
        return node;
    }

    static ModelSuggestion of(StoredReport stored) {
        JsonNode node;
        try {
            node = MAPPER.readTree(stored.document());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The stored suggestion (%s) is not JSON.".formatted(stored.id()), e);
        }
        return new ModelSuggestion(
                stored.id(),
                stored.subject(),
                Action.valueOf(node.path("action").asText().toUpperCase(Locale.ROOT)),
                node.path("version").isInt() ? (Integer) node.path("version").intValue() : null,
                State.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
                Instant.parse(node.path("at").asText()),
                Instant.parse(node.path("last_at").asText()),
                node.path("count").asLong(),
                node.path("text").asText(),
                node.path("request").isObject() ? node.path("request") : null,
                node.path("decider").asText(),
                node.path("comment").asText(),
                node.path("decided_at").isTextual() ? Instant.parse(node.path("decided_at").asText()) : null);
    }
}

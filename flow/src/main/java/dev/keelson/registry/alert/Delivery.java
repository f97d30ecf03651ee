package dev.keelson.registry.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A message about an alert on its way to a channel. It waits in the catalogue until it was handed over, so that none is lost.
 * Immutable.
 *
 * @param id unique; who receives it twice knows it by its id
 * @param alert which alert
 * @param channel which channel, by its name in the project file
 * @param event what is told
 * @param subject its first line
 * @param body the message
 * @param state where it stands
 * @param attempts how many times it was tried
 * @param at when it was made
 * @param notBefore when it may be tried next
 * @param endedAt when it was handed over or given up, or null
 * @param error why the last try failed; empty when none did
 */
public record Delivery(
        String id,
        String alert,
        String channel,
        Event event,
        String subject,
        String body,
        State state,
        int attempts,
        Instant at,
        Instant notBefore,
        @Nullable Instant endedAt,
        String error) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a message tells. */
    public enum Event {
        RAISED,
        /** It is open for long, or got worse. */
        REMINDED,
        RESOLVED,
        /** Nothing happened: somebody tries the channel. */
        TEST;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where a message stands. */
    public enum State {
        WAITING,
        SENT,
        /** It was tried as often as is worth it. */
        FAILED;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One that has not been tried. */
    public static Delivery waiting(
            String id, String alert, String channel, Event event, String subject, String body, Instant at) {
        return new Delivery(id, alert, channel, event, subject, body, State.WAITING, 0, at, at, null, "");
    }

    /** The same while it is on its way: nobody else sends it before then. */
    public Delivery claimed(Instant until) {
        return new Delivery(id, alert, channel, event, subject, body, State.WAITING, attempts, at, until, null, error);
    }

    /** The same, handed over. */
    public Delivery sent(Instant when) {
        return new Delivery(id, alert, channel, event, subject, body, State.SENT, attempts + 1, at, notBefore, when, "");
    }

    /** The same after a try that failed, to be tried again. */
    public Delivery again(Instant next, String why) {
        return new Delivery(id, alert, channel, event, subject, body, State.WAITING, attempts + 1, at, next, null, why);
    }

    /** The same, given up. */
    public Delivery failed(Instant when, String why) {
        return new Delivery(id, alert, channel, event, subject, body, State.FAILED, attempts + 1, at, notBefore, when, why);
    }

    /** The JSON document; {@link #of} reads it. */
    public ObjectNode toJson() {
        return MAPPER.createObjectNode()
                .put("id", id)
                .put("alert", alert)
                .put("channel", channel)
                .put("event", event.word())
                .put("subject", subject)
                .put("body", body)
                .put("state", state.word())
                .put("attempts", attempts)
                .put("at", at.toString())
                .put("not_before", notBefore.toString())
                .put("ended_at", endedAt == null ? null : endedAt.toString())
                .put("error", error);
    }

    /**
     * Reads {@link #toJson}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Delivery of(String document) {
        JsonNode node;
        try {
            node = MAPPER.readTree(document);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("No document of a delivery: " + document, e);
        }
        JsonNode end = node.path("ended_at");
        return new Delivery(
                node.path("id").asText(),
                node.path("alert").asText(),
                node.path("channel").asText(),
                Event.valueOf(node.path("event").asText().toUpperCase(Locale.ROOT)),
                node.path("subject").asText(),
                node.path("body").asText(),
                State.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
                node.path("attempts").asInt(),
                Instant.parse(node.path("at").asText()),
                Instant.parse(node.path("not_before").asText()),
                end.isTextual() ? Instant.parse(end.textValue()) : null,
                node.path("error").asText());
    }
}

package dev.keelson.registry.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something somebody should know. What comes of the same cause while it is open is counted, not told anew. A change is a new
 * one with the next revision. Immutable.
 *
 * @param id unique
 * @param cause what it is about, such as {@code drift/football-1x2}: no two open alerts have the same
 * @param kind what it is, such as {@code drift}, {@code decay}, {@code failure} or {@code promotion}
 * @param severity how bad it is
 * @param model which model it is about; empty when it is about none
 * @param title what happened, in a few words
 * @param text what, how bad and since when, in sentences
 * @param command a command that helps; empty when there is none
 * @param page where the console shows more, such as {@code /models/football-1x2/drift}; empty when nowhere
 * @param state where it stands
 * @param firstAt when it was raised
 * @param lastAt when its cause came last
 * @param count how many times its cause came
 * @param snoozedUntil until when it is silent, or null
 * @param endedAt when it was resolved, or null
 * @param actor who acknowledged, snoozed or resolved it last; empty when nobody did
 * @param reason why
 * @param revision 1 at first, one more with every change
 */
public record Alert(
        String id,
        String cause,
        String kind,
        Severity severity,
        String model,
        String title,
        String text,
        String command,
        String page,
        State state,
        Instant firstAt,
        Instant lastAt,
        long count,
        @Nullable Instant snoozedUntil,
        @Nullable Instant endedAt,
        String actor,
        String reason,
        long revision) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** How bad it is, the least first. */
    public enum Severity {
        /** Good to know. */
        INFO,
        WARNING,
        /** Predictions are wrong or fail. */
        CRITICAL;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where an alert stands. */
    public enum State {
        OPEN,
        /** Somebody knows; it is silent until its cause is gone. */
        ACKNOWLEDGED,
        /** It is silent for a time. */
        SNOOZED,
        /** Its cause is gone, or a person said so. */
        RESOLVED;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Alert {
        if ((state == State.RESOLVED) != (endedAt != null)) {
            throw new IllegalArgumentException("An alert (%s) ended at (%s)?".formatted(state, endedAt));
        }
        if ((state == State.SNOOZED) != (snoozedUntil != null)) {
            throw new IllegalArgumentException("An alert (%s) silent until (%s)?".formatted(state, snoozedUntil));
        }
    }

    /** What is raised. */
    public static Alert raised(
            String id, String cause, String kind, Severity severity, String model, String title, String text, String command,
            String page, Instant at) {
        return new Alert(
                id, cause, kind, severity, model, title, text, command, page, State.OPEN, at, at, 1, null, null, "", "", 1);
    }

    /** Whether its cause is not gone. */
    public boolean unresolved() {
        return state != State.RESOLVED;
    }

    /** The same, its cause having come again with what it has to say now; a snooze that is over ends. */
    public Alert again(Alert news) {
        return again(news, false);
    }

    /**
     * The same as {@link #again(Alert)}.
     *
     * @param anew whether whoever acknowledged it does not know of that: it opens again
     */
    public Alert again(Alert news, boolean anew) {
        boolean over = snoozedUntil != null && !news.firstAt.isBefore(snoozedUntil);
        boolean opens = over || (anew && state == State.ACKNOWLEDGED);
        return new Alert(
                id, cause, kind, severity.compareTo(news.severity) >= 0 ? severity : news.severity, model, news.title, news.text,
                news.command, news.page, opens ? State.OPEN : state, firstAt, news.firstAt, count + 1, over ? null : snoozedUntil,
                null, actor, reason, revision + 1);
    }

    /** The same, known to somebody. */
    public Alert acknowledged(String by, String why) {
        return to(State.ACKNOWLEDGED, null, null, by, why);
    }

    /** The same, silent for a time. */
    public Alert snoozed(Instant until, String by, String why) {
        return to(State.SNOOZED, until, null, by, why);
    }

    /** The same, its cause gone. */
    public Alert resolved(Instant at, String by, String why) {
        return to(State.RESOLVED, null, at, by, why);
    }

    private Alert to(State next, @Nullable Instant until, @Nullable Instant end, String by, String why) {
        return new Alert(
                id, cause, kind, severity, model, title, text, command, page, next, firstAt, lastAt, count, until, end, by, why,
                revision + 1);
    }

    // ---- documents

    /** The JSON document; {@link #of} reads it. */
    public ObjectNode toJson() {
        return MAPPER.createObjectNode()
                .put("id", id)
                .put("cause", cause)
                .put("kind", kind)
                .put("severity", severity.word())
                .put("model", model)
                .put("title", title)
                .put("text", text)
                .put("command", command)
                .put("page", page)
                .put("state", state.word())
                .put("first_at", firstAt.toString())
                .put("last_at", lastAt.toString())
                .put("count", count)
                .put("snoozed_until", snoozedUntil == null ? null : snoozedUntil.toString())
                .put("ended_at", endedAt == null ? null : endedAt.toString())
                .put("actor", actor)
                .put("reason", reason)
                .put("revision", revision);
    }

    /**
     * Reads {@link #toJson}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Alert of(String document) {
        JsonNode node;
        try {
            node = MAPPER.readTree(document);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("No document of an alert: " + document, e);
        }
        return new Alert(
                node.path("id").asText(),
                node.path("cause").asText(),
                node.path("kind").asText(),
                Severity.valueOf(node.path("severity").asText().toUpperCase(Locale.ROOT)),
                node.path("model").asText(),
                node.path("title").asText(),
                node.path("text").asText(),
                node.path("command").asText(),
                node.path("page").asText(),
                State.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
                Instant.parse(node.path("first_at").asText()),
                Instant.parse(node.path("last_at").asText()),
                node.path("count").asLong(),
                instant(node.path("snoozed_until")),
                instant(node.path("ended_at")),
                node.path("actor").asText(),
                node.path("reason").asText(),
                node.path("revision").asLong());
    }

    private static @Nullable Instant instant(JsonNode node) {
        return node.isTextual() ? Instant.parse(node.textValue()) : null;
    }
}

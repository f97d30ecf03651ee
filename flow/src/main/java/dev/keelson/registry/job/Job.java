package dev.keelson.registry.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work: what it is, when it is due, who does it and what came of it. A change is a new one with the next revision.
 * Immutable; the documents it holds must not be changed.
 *
 * @param id unique; of a schedule it tells the schedule and when it was due, so that two servers that plan it plan it once
 * @param kind what runs, such as {@code drift}
 * @param subject what no two jobs may work at together, such as a model; empty when they may
 * @param schedule the schedule it is of; empty when it was asked for
 * @param arguments what it was asked to do
 * @param dueAt when it is due
 * @param notBefore when it may begin: later than it is due by jitter, or by the wait before another try
 * @param state where it stands
 * @param attempt how many times it began
 * @param attempts how many times it may begin
 * @param worker one life of one worker that does it; empty when none does
 * @param leaseUntil until when the worker is believed to live without another word; null unless it runs
 * @param startedAt when it first began, or null
 * @param endedAt when it ended, or null
 * @param share how much of it is done, in [0, 1]
 * @param step what it does now, in words
 * @param checkpoint where another try goes on; null when it begins anew
 * @param result what came of it; null before its end
 * @param message why it failed or was left out, or what it found, in one sentence
 * @param cancelling whether a person asked for its end
 * @param actor who asked for it
 * @param reason why
 * @param revision 1 at first, one more with every change
 */
public record Job(
        String id,
        String kind,
        String subject,
        String schedule,
        JsonNode arguments,
        Instant dueAt,
        Instant notBefore,
        State state,
        int attempt,
        int attempts,
        String worker,
        @Nullable Instant leaseUntil,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        double share,
        String step,
        @Nullable JsonNode checkpoint,
        @Nullable JsonNode result,
        String message,
        boolean cancelling,
        String actor,
        String reason,
        long revision) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Where a job stands. */
    public enum State {
        /** It begins when it is due and its subject is free. */
        WAITING,
        RUNNING,
        DONE,
        /** Every try failed. */
        FAILED,
        CANCELLED,
        /** It was due while nothing ran, and what is missed is not made up for. */
        MISSED;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether nothing comes after it. */
        public boolean ended() {
            return this != WAITING && this != RUNNING;
        }

        /**
         * Of its word.
         *
         * @throws IllegalArgumentException if there is none
         */
        public static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public Job {
        if (state.ended() != (endedAt != null)) {
            throw new IllegalArgumentException("A job (%s) ended at (%s)?".formatted(state, endedAt));
        }
        if ((state == State.RUNNING) != (leaseUntil != null)) {
            throw new IllegalArgumentException("A job (%s) with a lease (%s)?".formatted(state, leaseUntil));
        }
        if (attempts < 1 || attempt < 0) {
            throw new IllegalArgumentException("A job of try %d of %d?".formatted(attempt, attempts));
        }
    }

    /** One that waits for its time. */
    public static Job planned(
            String id, String kind, String subject, String schedule, JsonNode arguments, Instant dueAt, Instant notBefore,
            int attempts, String actor, String reason) {
        return new Job(
                id, kind, subject, schedule, arguments, dueAt, notBefore, State.WAITING, 0, attempts, "", null, null, null, 0,
                "", null, null, "", false, actor, reason, 1);
    }

    /** One that was due while nothing ran. */
    public static Job missed(
            String id, String kind, String subject, String schedule, Instant dueAt, Instant at, String message) {
        return new Job(
                id, kind, subject, schedule, JsonNodeFactory.instance.objectNode(), dueAt, dueAt, State.MISSED, 0, 1, "", null,
                null, at, 0, "", null, null, message, false, "schedule", "", 1);
    }

    /** Whether it runs but its worker has not been heard of for as long as its lease is. */
    public boolean abandoned(Instant now) {
        return leaseUntil != null && !now.isBefore(leaseUntil);
    }

    /** The same, begun by a worker. */
    public Job begun(String by, Instant at, Instant lease) {
        return with(State.RUNNING, notBefore, attempt + 1, by, lease, startedAt == null ? at : startedAt, null, share, step,
                checkpoint, null, "", cancelling);
    }

    /** The same, its worker heard of. */
    public Job alive(Instant lease, double done, String now, @Nullable JsonNode goesOn) {
        return with(State.RUNNING, notBefore, attempt, worker, lease, startedAt, null, done, now,
                goesOn == null ? checkpoint : goesOn, null, "", cancelling);
    }

    /** The same at its end. */
    public Job ended(State how, Instant at, @Nullable JsonNode what, String why) {
        return with(how, notBefore, attempt, worker, null, startedAt, at, how == State.DONE ? 1 : share, step, checkpoint, what,
                why, cancelling);
    }

    /** The same, to be tried again; what it had done so far stays. */
    public Job again(Instant at, String why) {
        return with(State.WAITING, at, attempt, "", null, startedAt, null, share, step, checkpoint, null, why, cancelling);
    }

    /** The same, given back by a worker that ends: the try does not count. */
    public Job returned(Instant at) {
        return with(State.WAITING, at, attempt - 1, "", null, startedAt, null, share, step, checkpoint, null, message, cancelling);
    }

    /** The same, begun but with nothing to do until a time: no worker is held, and its tries are counted anew. */
    public Job resting(Instant until, String why) {
        return with(State.WAITING, until, 0, "", null, startedAt, null, share, why, checkpoint, null, "", cancelling);
    }

    /** The same, a person having asked for its end: one that waits is at its end, one that runs ends when it listens. */
    public Job cancelled(Instant at) {
        return state == State.WAITING
                ? with(State.CANCELLED, notBefore, attempt, worker, null, startedAt, at, share, step, checkpoint, null,
                        startedAt == null ? "It was cancelled before it began." : "It was cancelled.", true)
                : with(state, notBefore, attempt, worker, leaseUntil, startedAt, endedAt, share, step, checkpoint, result,
                        message, true);
    }

    private Job with(
            State to, Instant from, int tries, String by, @Nullable Instant lease, @Nullable Instant begun,
            @Nullable Instant end, double done, String doing, @Nullable JsonNode goesOn, @Nullable JsonNode what, String why,
            boolean cancel) {
        return new Job(
                id, kind, subject, schedule, arguments, dueAt, from, to, tries, attempts, by, lease, begun, end, done, doing,
                goesOn, what, why, cancel, actor, reason, revision + 1);
    }

    // ---- documents

    /** The JSON document; {@link #of} reads it. */
    public ObjectNode toJson() {
        ObjectNode node = MAPPER.createObjectNode()
                .put("id", id)
                .put("kind", kind)
                .put("subject", subject)
                .put("schedule", schedule)
                .put("state", state.word())
                .put("due_at", dueAt.toString())
                .put("not_before", notBefore.toString())
                .put("started_at", text(startedAt))
                .put("ended_at", text(endedAt))
                .put("attempt", attempt)
                .put("attempts", attempts)
                .put("worker", worker)
                .put("lease_until", text(leaseUntil))
                .put("share", share)
                .put("step", step)
                .put("message", message)
                .put("cancelling", cancelling)
                .put("actor", actor)
                .put("reason", reason)
                .put("revision", revision);
        node.set("arguments", arguments);
        node.set("checkpoint", checkpoint);
        node.set("result", result);
        return node;
    }

    /**
     * Reads {@link #toJson}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Job of(String document) {
        JsonNode node;
        try {
            node = MAPPER.readTree(document);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("No document of a job: " + document, e);
        }
        return new Job(
                node.path("id").asText(),
                node.path("kind").asText(),
                node.path("subject").asText(),
                node.path("schedule").asText(),
                node.path("arguments"),
                Instant.parse(node.path("due_at").asText()),
                Instant.parse(node.path("not_before").asText()),
                State.of(node.path("state").asText()),
                node.path("attempt").asInt(),
                node.path("attempts").asInt(),
                node.path("worker").asText(),
                instant(node.path("lease_until")),
                instant(node.path("started_at")),
                instant(node.path("ended_at")),
                node.path("share").asDouble(),
                node.path("step").asText(),
                orNull(node.path("checkpoint")),
                orNull(node.path("result")),
                node.path("message").asText(),
                node.path("cancelling").asBoolean(),
                node.path("actor").asText(),
                node.path("reason").asText(),
                node.path("revision").asLong());
    }

    private static @Nullable JsonNode orNull(JsonNode node) {
        return node.isNull() || node.isMissingNode() ? null : node;
    }

    private static @Nullable Instant instant(JsonNode node) {
        return node.isTextual() ? Instant.parse(node.textValue()) : null;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}

package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.JobRow;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

/** Jobs of the catalogue in words. */
final class JobRows {
    private JobRows() {}

    static String address(String id) {
        return "/jobs/" + Paging.encoded(id);
    }

    static boolean isOver(JsonNode job) {
        String state = job.path("state").asText();
        return !state.equals("waiting") && !state.equals("running");
    }

    static JobRow row(JsonNode job, ZoneId zone) {
        String subject = job.path("subject").asText();
        String schedule = job.path("schedule").asText();
        boolean running = job.path("state").asText().equals("running");
        return new JobRow(
                address(job.path("id").asText()),
                kind(job.path("kind").asText()),
                subject.substring(subject.indexOf('/') + 1),
                badge(job),
                Moments.of(job.path("due_at"), zone),
                Moments.of(job.path("started_at"), zone),
                took(job),
                schedule.isEmpty() ? Text.NONE : schedule,
                job.path("actor").asText(),
                message(job),
                running ? (int) Math.round(100 * job.path("share").asDouble()) : -1);
    }

    /** What a kind of job does, in words. */
    static String kind(String kind) {
        return switch (kind) {
            case "materialize" -> "load and materialize";
            case "validate" -> "validate the data";
            case "drift" -> "check for drift";
            case "retrain" -> "train anew";
            case "retraining" -> "train models again";
            case "update" -> "train on recent rows";
            case "reinforce" -> "learn from mistakes";
            default -> Text.words(kind);
        };
    }

    /** The state, and a finding as one. */
    static Badge badge(JsonNode job) {
        String state = job.path("state").asText();
        return switch (state) {
            case "done" -> job.path("result").path("finding").asBoolean()
                    ? new Badge(Level.MODERATE, "finding")
                    : new Badge(Level.OK, state);
            case "failed" -> new Badge(Level.HIGH, state);
            case "missed" -> new Badge(Level.MODERATE, state);
            case "running" -> new Badge(Level.UNKNOWN, job.path("cancelling").asBoolean() ? "stopping" : state);
            case "waiting" -> new Badge(Level.UNKNOWN, state);
            default -> new Badge(Level.OFF, state);
        };
    }

    private static String took(JsonNode job) {
        return job.path("seconds").isNumber() ? Expected.duration(job.path("seconds").asDouble()) : Text.NONE;
    }

    private static String message(JsonNode job) {
        String message = job.path("message").asText();
        if (!message.isEmpty()) {
            return message;
        }
        String told = job.path("result").path("message").asText();
        return told.isEmpty() && !isOver(job) ? job.path("step").asText() : told;
    }

    /** {@code 12.3 s so far}, and what such jobs usually take. */
    static String soFar(JsonNode job, List<Double> seconds, Instant now) {
        String usual = Expected.sentence(seconds);
        if (!job.path("started_at").isTextual()) {
            return "It has not begun. " + usual;
        }
        Duration spent = Duration.between(Instant.parse(job.path("started_at").asText()), now);
        return "%s so far. %s".formatted(Text.duration(spent.isNegative() ? Duration.ZERO : spent), usual);
    }

    /** {@code 2 of 3}, or nothing when the first try was enough. */
    static String tries(JsonNode job) {
        return String.format(Locale.ROOT, "%d of at most %d", job.path("attempt").asInt(), job.path("attempts").asInt());
    }
}

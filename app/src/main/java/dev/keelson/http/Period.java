package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.expression.Durations;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A period of history that is walked in steps: what is wrong about it, and how it is written. */
final class Period {
    /** Shorter steps than this are no time in which anything is decided. */
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    private Period() {}

    static void write(ObjectNode node, @Nullable LocalDate from, @Nullable LocalDate to, Duration step) {
        node.put("from", from == null ? null : from.toString());
        node.put("to", to == null ? null : to.toString());
        node.put("step", Durations.format(step));
    }

    /** A day that {@link #write} has written. */
    static @Nullable LocalDate day(JsonNode node) {
        return node.isTextual() ? LocalDate.parse(node.asText()) : null;
    }

    /** The step that {@link #write} has written; a week where there is none. */
    static Duration step(JsonNode node) {
        return Durations.parse(node.path("step").asText("7d"));
    }

    /** Adds what is wrong, in sentences. */
    static void check(@Nullable LocalDate from, @Nullable LocalDate to, Duration step, List<String> wrong) {
        if (from != null && to != null && !from.isBefore(to)) {
            wrong.add("The first day (from: %s) must be before the day after the last one (to: %s).".formatted(from, to));
        }
        if (step.compareTo(SHORTEST) < 0) {
            wrong.add("The step (%s) must be at least a minute.".formatted(Durations.format(step)));
        }
    }
}

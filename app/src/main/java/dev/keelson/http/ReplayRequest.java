package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replay of the loop over history.
 *
 * @param model the model whose replay it is
 * @param allModels whether all models of the project are replayed with it
 * @param from first day; null for the last third of the history
 * @param to last day, exclusive; null for behind the last row
 * @param step length of a step, at least a minute
 * @param policies words of {@link dev.keelson.control.LoopPolicy}; empty for all
 */
public record ReplayRequest(
        String model,
        boolean allModels,
        @Nullable LocalDate from,
        @Nullable LocalDate to,
        Duration step,
        List<String> policies)
        implements Jobs.Request {
    /** Checks the period. */
    public ReplayRequest {
        List<String> wrong = new ArrayList<>();
        Period.check(from, to, step, wrong);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join(" ", wrong));
        }
        policies = List.copyOf(policies);
    }

    @Override
    public void describe(ObjectNode node, Jobs.Progress progress) {
        write(node.putObject("asked"));
    }

    /** As it is asked for over HTTP. */
    public void write(ObjectNode node) {
        Period.write(node, from, to, step);
        ArrayNode names = node.putArray("policies");
        policies.forEach(names::add);
        node.put("all_models", allModels);
    }

    /** What {@link #write} has written. */
    public static ReplayRequest read(String model, JsonNode node) {
        List<String> policies = new ArrayList<>();
        node.path("policies").forEach(name -> policies.add(name.asText()));
        return new ReplayRequest(
                model,
                node.path("all_models").asBoolean(),
                Period.day(node.path("from")),
                Period.day(node.path("to")),
                Period.step(node),
                policies);
    }
}

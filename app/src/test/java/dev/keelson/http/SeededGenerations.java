package dev.keelson.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Searches that run until they are cancelled; the seed 1 is done at once. */
final class SeededGenerations implements FeatureGenerations {
    private final Map<String, Generation> all = new LinkedHashMap<>();

    @Override
    public Generation start(Request request) {
        boolean done = request.seed() == 1;
        Generation generation = new Generation(
                "generation-" + all.size(),
                request,
                done ? State.DONE : State.RUNNING,
                Instant.EPOCH,
                3,
                request.budget(),
                done ? JsonNodeFactory.instance.objectNode().put("tried", 3) : null,
                null);
        all.put(generation.id(), generation);
        return generation;
    }

    @Override
    public Optional<Generation> find(String id) {
        return Optional.ofNullable(all.get(id));
    }

    @Override
    public List<Generation> list() {
        return List.copyOf(all.values()).reversed();
    }

    @Override
    public Generation cancel(String id) {
        Generation was = find(id).orElseThrow();
        Generation cancelled = new Generation(
                id, was.request(), State.CANCELLED, was.startedAt(), was.done(), was.of(), null, null);
        all.put(id, cancelled);
        return cancelled;
    }
}

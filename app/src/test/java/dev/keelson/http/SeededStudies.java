package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Searches that run until they are cancelled; the seed 1 is done at once. */
final class SeededStudies implements Studies {
    private final Map<String, Study> all = new LinkedHashMap<>();

    @Override
    public Study start(Request request) {
        boolean done = Objects.equals(request.seed(), 1L);
        Study study = new Study(
                "study-" + all.size(),
                request,
                done ? State.DONE : State.RUNNING,
                Instant.EPOCH,
                1,
                Objects.requireNonNullElse(request.trials(), 50),
                0.5,
                done ? JsonNodeFactory.instance.objectNode().put("file_loss", 0.6) : null,
                null);
        all.put(study.id(), study);
        return study;
    }

    @Override
    public Optional<Study> find(String id) {
        return Optional.ofNullable(all.get(id));
    }

    @Override
    public List<Study> list() {
        return List.copyOf(all.values()).reversed();
    }

    @Override
    public List<JsonNode> trials(String id) {
        return List.of(JsonNodeFactory.instance.objectNode().put("number", 0).put("loss", 0.5));
    }

    @Override
    public Study cancel(String id) {
        Study was = find(id).orElseThrow();
        Study cancelled = new Study(
                id, was.request(), State.CANCELLED, was.startedAt(), was.done(), was.of(), was.best(), null, null);
        all.put(id, cancelled);
        return cancelled;
    }
}

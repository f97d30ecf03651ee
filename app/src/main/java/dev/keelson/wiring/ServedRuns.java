package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.expression.Durations;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.Lifecycle;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes runs by asking the process that owns and serves the project. Which one is meant is found here: names may hold slashes.
 */
record ServedRuns(OwnerClient owner, TrackedRuns runs) implements RunChanges {

    @Override
    public JsonNode delete(String run) {
        return owner.delete(run(run));
    }

    @Override
    public JsonNode restore(String run) {
        return owner.post(run(run) + "/restore");
    }

    @Override
    public JsonNode describe(String run, @Nullable String name, @Nullable String note, Map<String, @Nullable String> tags) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (name != null) {
            body.put("name", name);
        }
        if (note != null) {
            body.put("note", note);
        }
        tags.forEach(body.putObject("tags")::put);
        return owner.patch(run(run), body);
    }

    private String run(String reference) {
        return OwnerClient.address("/api/v1/runs/%s", runs.info(reference).id());
    }

    @Override
    public JsonNode createExperiment(String name) {
        return owner.post("/api/v1/experiments", JsonNodeFactory.instance.objectNode().put("name", name));
    }

    @Override
    public JsonNode renameExperiment(String experiment, String name) {
        return owner.patch(experiment(experiment), JsonNodeFactory.instance.objectNode().put("name", name));
    }

    @Override
    public JsonNode setExperimentLifecycle(String experiment, Lifecycle lifecycle) {
        return switch (lifecycle) {
            case DELETED -> owner.delete(experiment(experiment));
            case ACTIVE -> owner.post(experiment(experiment) + "/restore");
        };
    }

    private String experiment(String nameOrId) {
        return OwnerClient.address("/api/v1/experiments/%s", runs.experimentId(nameOrId));
    }

    @Override
    public JsonNode collect(Duration olderThan, boolean dryRun) {
        return owner.post(
                "/api/v1/runs/gc",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("older_than", Durations.format(olderThan))
                        .put("dry_run", dryRun));
    }
}

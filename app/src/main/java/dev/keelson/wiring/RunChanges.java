package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Changes runs and experiments, whoever owns the project; what comes back is the changed one as a document. */
public sealed interface RunChanges permits RunChanges.Owned, ServedRuns {

    /**
     * Changes runs of a project: this process owns it meanwhile, or asks the one that serves it.
     *
     * @throws KeelsonException PROJECT_IN_USE when another process owns the project without serving it
     */
    static <T> T of(Project project, InstantSource clock, Function<RunChanges, T> work) {
        Optional<OwnerClient> served = OwnerClient.of(project);
        if (served.isPresent()) {
            try (OwnerClient client = served.get();
                    Workspace reading = Workspace.reading(project)) {
                return work.apply(new ServedRuns(client, new TrackedRuns(reading.catalog(), clock)));
            }
        }
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            return work.apply(
                    new Owned(
                            new TrackedRuns(
                                    workspace.catalog(),
                                    clock,
                                    project.models().stream().map(ModelDefinition::name).collect(Collectors.toSet())),
                            new RunRetention(workspace, clock, null)));
        } finally {
            owner.close();
        }
    }

    /** As {@link TrackedRuns#delete}. */
    JsonNode delete(String run);

    /** As {@link TrackedRuns#restore}. */
    JsonNode restore(String run);

    /** As {@link TrackedRuns#describe}. */
    JsonNode describe(String run, @Nullable String name, @Nullable String note, Map<String, @Nullable String> tags);

    /** As {@link TrackedRuns#createExperiment}. */
    JsonNode createExperiment(String name);

    /** As {@link TrackedRuns#changeExperiment}. */
    JsonNode renameExperiment(String experiment, String name);

    /** As {@link TrackedRuns#setExperimentLifecycle}. */
    JsonNode setExperimentLifecycle(String experiment, Lifecycle lifecycle);

    /** As {@link RunRetention#collect}. */
    JsonNode collect(Duration olderThan, boolean dryRun);

    /** By this process. */
    record Owned(TrackedRuns runs, RunRetention retention) implements RunChanges {
        @Override
        public JsonNode delete(String run) {
            return runs.delete(run);
        }

        @Override
        public JsonNode restore(String run) {
            return runs.restore(run);
        }

        @Override
        public JsonNode describe(
                String run, @Nullable String name, @Nullable String note, Map<String, @Nullable String> tags) {
            return runs.describe(run, name, note, tags);
        }

        @Override
        public JsonNode createExperiment(String name) {
            return runs.createExperiment(name, Map.of());
        }

        @Override
        public JsonNode renameExperiment(String experiment, String name) {
            return runs.changeExperiment(experiment, name, Map.of());
        }

        @Override
        public JsonNode setExperimentLifecycle(String experiment, Lifecycle lifecycle) {
            return runs.setExperimentLifecycle(experiment, lifecycle);
        }

        @Override
        public JsonNode collect(Duration olderThan, boolean dryRun) {
            return retention.collect(olderThan, dryRun);
        }
    }
}

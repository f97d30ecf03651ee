package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.RunSlices;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.train.ModelDefinition;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Cards of a project's models. */
final class ModelCards {
    private ModelCards() {}

    /**
     * The card of a version.
     *
     * @param runs id to run
     * @param files hash to the bytes of a run's file
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    static ModelCard of(
            Project project,
            Governance governance,
            Function<String, Optional<Run>> runs,
            Function<String, Optional<byte[]>> files,
            Function<Run, RunChecklist> checklist,
            String model,
            int number) {
        ModelDefinition definition = Projects.model(project, model);
        RegisteredVersion version = governance.version(model, number);
        String id = version.runId();
        Run run = id == null ? null : runs.apply(id).orElse(null);
        return ModelCard.of(
                new ModelCard.About(
                        project.name(), project.description(), definition.label().address(), definition.classes()),
                version,
                run,
                run != null && RunSlices.has(run) ? RunSlices.of(run, files) : null,
                run == null ? null : signature(run, files),
                run == null ? null : checklist.apply(run),
                governance.history(model));
    }

    private static @Nullable ObjectNode signature(Run run, Function<String, Optional<byte[]>> files) {
        return run.artifacts().stream()
                .filter(file -> file.path().equals(ModelSignature.FILE))
                .findFirst()
                .flatMap(file -> files.apply(file.sha256()))
                .map(ModelSignature::read)
                .orElse(null);
    }
}

package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.RunSlices;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.train.ModelDefinition;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Cards of versions, of the project's models and of those that clients registered. */
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
            Catalog catalog,
            Governance governance,
            Function<String, Optional<Run>> runs,
            Function<String, Optional<byte[]>> files,
            Function<Run, RunChecklist> checklist,
            String model,
            int number) {
        RegisteredVersion version = governance.version(model, number);
        ModelDefinition definition = project.models().stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElse(null);
        ModelCard.About about = definition == null
                ? new ModelCard.About(project.name(), null, null, List.of())
                : new ModelCard.About(
                        project.name(), project.description(), definition.label().address(), definition.classes());
        List<AuditEntry> trail = governance.audit(model, Integer.MAX_VALUE).stream()
                .filter(entry -> Integer.valueOf(number).equals(entry.version()))
                .toList();
        if (version.trained() == null) {
            return ModelCard.of(
                    about,
                    version,
                    null,
                    null,
                    catalog.read(tx -> Optional.ofNullable(signature(tx, version, files))).orElse(null),
                    null,
                    governance.history(model),
                    catalog.read(tx -> logged(tx, version)),
                    trail);
        }
        String id = version.runId();
        Run run = id == null ? null : runs.apply(id).orElse(null);
        return ModelCard.of(
                about,
                version,
                run,
                run != null && RunSlices.has(run) ? RunSlices.of(run, files) : null,
                run == null ? null : signature(run, files),
                run == null ? null : checklist.apply(run),
                governance.history(model),
                null,
                trail);
    }

    private static ModelCard.Logged logged(CatalogTransaction tx, RegisteredVersion version) {
        String run = version.runId();
        String logged = version.modelId();
        return new ModelCard.Logged(
                run == null ? null : tx.tracking().runs(List.of(run), Detail.ALL).stream().findFirst().orElse(null),
                logged == null ? null : tx.tracking().loggedModel(logged).orElse(null),
                FileTree.place(tx, version.source()).isPresent());
    }

    private static @Nullable ObjectNode signature(Run run, Function<String, Optional<byte[]>> files) {
        return run.artifacts().stream()
                .filter(file -> file.path().equals(ModelSignature.FILE))
                .findFirst()
                .flatMap(file -> files.apply(file.sha256()))
                .map(ModelSignature::read)
                .orElse(null);
    }

    /** The signature in the file {@code MLmodel} where the version's source leads, however a client wrote it. */
    private static @Nullable ObjectNode signature(
            CatalogTransaction tx, RegisteredVersion version, Function<String, Optional<byte[]>> files) {
        return FileTree.place(tx, version.source())
                .flatMap(place -> tx.files().file(place.text() + "/" + ModelSignature.FILE))
                .filter(file -> file.bytes() <= ModelSignature.MOST_BYTES)
                .map(StoredFile::sha256)
                .flatMap(files)
                .map(ModelSignature::read)
                .orElse(null);
    }
}

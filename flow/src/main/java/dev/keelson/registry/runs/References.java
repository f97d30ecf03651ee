package dev.keelson.registry.runs;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.ModelReference;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Stage;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds in a catalogue what {@link ModelReference}s point to: the one place where that is decided. */
public final class References {
    private static final int PAGE = 200;

    private References() {}

    /**
     * The version that a text points to. A name alone is its champion, else its version in Production, else its highest one.
     *
     * @throws KeelsonException USAGE, MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    public static RegisteredVersion version(CatalogTransaction tx, String text) {
        return version(tx, ModelReference.parse(text), text);
    }

    /**
     * The version of a model that a word tells: {@code 3}, {@code v3}, {@code latest}, a stage, an alias, or a whole reference,
     * which must be to that model.
     *
     * @throws KeelsonException USAGE, MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    public static RegisteredVersion version(CatalogTransaction tx, String model, String word) {
        ModelReference whole = ModelReference.parse(word);
        RegisteredVersion found =
                version(tx, whole instanceof ModelReference.Name ? ModelReference.which(model, word) : whole, word);
        if (!found.model().equals(model)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The reference (%s) is to the model (%s); one to %s was expected.".formatted(word, found.model(), model),
                    null);
        }
        return found;
    }

    private static RegisteredVersion version(CatalogTransaction tx, ModelReference reference, String text) {
        return switch (reference) {
            case ModelReference.OfVersion(String model, int version) -> tx.registry()
                    .registered(model, version)
                    .orElseThrow(() -> missing(tx, model, "version %d".formatted(version)));
            case ModelReference.OfAlias(String model, String alias) -> alias(tx, model, alias)
                    .orElseThrow(() -> missing(tx, model, "alias (%s)".formatted(alias)));
            case ModelReference.OfStage(String model, Stage stage) -> staged(tx, model, stage)
                    .orElseThrow(() -> missing(tx, model, "version in the stage %s".formatted(stage.word())));
            case ModelReference.Latest(String model) -> staged(tx, model, null).orElseThrow(() -> missing(tx, model, "version"));
            case ModelReference.Name(String model) -> alias(tx, model, ModelVersion.CHAMPION)
                    .or(() -> staged(tx, model, Stage.PRODUCTION))
                    .or(() -> staged(tx, model, null))
                    .orElseThrow(() -> missing(tx, model, "version"));
            case ModelReference.OfRun(String id, String path) -> ofRun(tx, id, text);
        };
    }

    private static Optional<RegisteredVersion> alias(CatalogTransaction tx, String model, String alias) {
        return tx.registry()
                .model(model)
                .map(RegisteredModel::aliases)
                .map(aliases -> aliases.get(alias))
                .flatMap(version -> tx.registry().registered(model, version));
    }

    /** The highest version of a model; of one stage when that is not null. */
    private static Optional<RegisteredVersion> staged(CatalogTransaction tx, String model, @Nullable Stage stage) {
        long offset = 0;
        while (true) {
            Page<RegisteredVersion> page = tx.registry().searchVersions(new Search(
                    List.of(Search.Clause.text(Search.Entity.ATTRIBUTE, "name", Search.Comparison.EQUAL, model)),
                    List.of(),
                    Lifecycle.View.ACTIVE_ONLY,
                    PAGE,
                    offset));
            for (RegisteredVersion version : page.items()) {
                if (stage == null || version.stage() == stage) {
                    return Optional.of(version);
                }
            }
            if (!page.more()) {
                return Optional.empty();
            }
            offset += page.items().size();
        }
    }

    private static RegisteredVersion ofRun(CatalogTransaction tx, String id, String text) {
        RunInfo run = run(tx, id);
        Page<RegisteredVersion> page = tx.registry().searchVersions(new Search(
                List.of(Search.Clause.text(Search.Entity.ATTRIBUTE, "run_id", Search.Comparison.EQUAL, run.id())),
                List.of(),
                Lifecycle.View.ACTIVE_ONLY,
                1,
                0));
        if (page.items().isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "No version was registered from the run (%s) of the reference (%s).".formatted(run.id(), text),
                    null);
        }
        return page.items().getFirst();
    }

    private static KeelsonException missing(CatalogTransaction tx, String model, String what) {
        Optional<RegisteredModel> known = tx.registry().model(model);
        if (known.isEmpty()) {
            TreeSet<String> names = new TreeSet<>(tx.models());
            return new KeelsonException(
                    ErrorCode.MODEL_NOT_FOUND,
                    "There is no registered model (%s).".formatted(model),
                    Suggestion.sentence(model, names).orElse("Maybe `keelson models list` has it."));
        }
        String aliases = known.get().aliases().isEmpty()
                ? "it has no alias"
                : "its aliases are %s".formatted(String.join(", ", known.get().aliases().keySet()));
        return new KeelsonException(
                ErrorCode.VERSION_NOT_FOUND,
                "The model (%s) has no %s; %s.".formatted(model, what, aliases),
                "Maybe `keelson models show %s` lists its versions.".formatted(model));
    }

    /**
     * The run that a text points to: its id, a unique beginning of at least 4 characters, {@code runs:/ID}, or a version, which
     * means the run that it came from. Deleted runs are found by their whole id.
     *
     * @throws KeelsonException USAGE, RUN_NOT_FOUND, MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    public static RunInfo run(CatalogTransaction tx, String text) {
        return switch (ModelReference.parse(text)) {
            case ModelReference.Name(String id) -> runOfId(tx, id)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.RUN_NOT_FOUND,
                            "There is no run (%s), or several begin so.".formatted(id),
                            "Maybe `keelson runs list` has it; at least 4 characters of an id are needed."));
            case ModelReference.OfRun(String id, String path) -> runOfId(tx, id)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.RUN_NOT_FOUND,
                            "There is no run (%s), or several begin so.".formatted(id),
                            "Maybe `keelson runs list` has it; at least 4 characters of an id are needed."));
            case ModelReference other -> {
                RegisteredVersion version = version(tx, other, text);
                String run = version.runId();
                yield (run == null ? Optional.<RunInfo>empty() : tx.tracking().runInfo(run))
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.RUN_NOT_FOUND,
                                run == null
                                        ? "The version (%s v%d) was registered without a run.".formatted(version.model(), version.version())
                                        : "There is no run (%s) of the version (%s v%d)."
                                                .formatted(run, version.model(), version.version()),
                                run == null ? null : "Maybe the catalogue was restored from an older backup."));
            }
        };
    }

    private static Optional<RunInfo> runOfId(CatalogTransaction tx, String id) {
        return tx.tracking().runInfo(id).or(() -> tx.run(id).map(Run::id).flatMap(tx.tracking()::runInfo));
    }
}

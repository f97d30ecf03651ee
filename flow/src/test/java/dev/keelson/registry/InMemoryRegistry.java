package dev.keelson.registry;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.RegistryTransaction;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The stages of versions that were trained. Models and versions of clients are for the contract of real stores. */
record InMemoryRegistry(CatalogTransaction tx, Map<String, Stage> stages) implements RegistryTransaction {

    @Override
    public Optional<RegisteredVersion> registered(String model, int version) {
        return tx.version(model, version).map(trained -> new RegisteredVersion(
                model,
                version,
                stages.getOrDefault(trained.label(), Stage.NONE),
                "",
                trained.runId(),
                null,
                null,
                "system",
                "",
                trained.createdAt(),
                trained.createdAt(),
                new TreeMap<>(),
                Stream.of(ModelVersion.CHALLENGER, ModelVersion.CHAMPION)
                        .filter(alias -> tx.alias(model, alias).filter(trained::equals).isPresent())
                        .toList(),
                trained));
    }

    @Override
    public Page<RegisteredVersion> searchVersions(Search search) {
        List<RegisteredVersion> all = tx.models().stream()
                .flatMap(model -> tx.versions(model).stream())
                .flatMap(version -> registered(version.model(), version.version()).stream())
                .toList();
        return new Page<>(all.stream().skip(search.offset()).limit(search.limit()).toList(), all.size() > search.offset() + search.limit());
    }

    @Override
    public void setStage(String model, int version, Stage stage, boolean archiveExisting, Instant at) {
        ModelVersion moved = tx.version(model, version)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND, "The model (%s) has no version %d.".formatted(model, version), null));
        for (ModelVersion each : tx.versions(model)) {
            if (archiveExisting && stages.get(each.label()) == stage) {
                stages.put(each.label(), Stage.ARCHIVED);
            }
        }
        stages.put(moved.label(), stage);
    }

    @Override
    public RegisteredModel createModel(String name, String description, Map<String, String> tags, Instant at) {
        throw unsupported();
    }

    @Override
    public Optional<RegisteredModel> model(String name) {
        throw unsupported();
    }

    @Override
    public RegisteredModel renameModel(String name, String newName, Instant at) {
        throw unsupported();
    }

    @Override
    public void deleteModel(String name) {
        throw unsupported();
    }

    @Override
    public void describeModel(String name, String description, Instant at) {
        throw unsupported();
    }

    @Override
    public void setModelTag(String name, String key, @Nullable String value, Instant at) {
        throw unsupported();
    }

    @Override
    public Page<RegisteredModel> searchModels(Search search) {
        throw unsupported();
    }

    @Override
    public RegisteredVersion createVersion(
            String model,
            String source,
            @Nullable String runId,
            @Nullable String runLink,
            @Nullable String modelId,
            String user,
            String description,
            Map<String, String> tags,
            Instant at) {
        throw unsupported();
    }

    @Override
    public void addRegistered(RegisteredVersion version) {
        throw unsupported();
    }

    @Override
    public void describeVersion(String model, int version, String description, Instant at) {
        throw unsupported();
    }

    @Override
    public void setVersionTag(String model, int version, String key, @Nullable String value, Instant at) {
        throw unsupported();
    }

    @Override
    public void deleteVersion(String model, int version) {
        throw unsupported();
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("Test it with a real store.");
    }
}

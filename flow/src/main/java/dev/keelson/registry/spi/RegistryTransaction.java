package dev.keelson.registry.spi;

import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Stage;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Registered models and their versions. It sees the same versions and aliases as {@link CatalogTransaction#versions}: one
 * store, two views. Who may change what, and the audit line of it, are the callers'.
 */
public interface RegistryTransaction {

    /** Makes a model; ALREADY_EXISTS. */
    RegisteredModel createModel(String name, String description, Map<String, String> tags, Instant at);

    /** The model of that name. */
    Optional<RegisteredModel> model(String name);

    /** Renames it with its versions and aliases; MODEL_NOT_FOUND or ALREADY_EXISTS. */
    RegisteredModel renameModel(String name, String newName, Instant at);

    /** Removes it with versions, tags and aliases; MODEL_NOT_FOUND. The audit trail stays. */
    void deleteModel(String name);

    /** Changes what is said of it. */
    void describeModel(String name, String description, Instant at);

    /** Sets a tag of a model, or removes it when the value is null. */
    void setModelTag(String name, String key, @Nullable String value, Instant at);

    /** Attributes: {@code name}, {@code creation_timestamp}, {@code last_updated_timestamp}; tags. */
    Page<RegisteredModel> searchModels(Search search);

    /** Registers the next version of a model, in stage NONE; MODEL_NOT_FOUND. */
    RegisteredVersion createVersion(
            String model,
            String source,
            @Nullable String runId,
            @Nullable String runLink,
            @Nullable String modelId,
            String user,
            String description,
            Map<String, String> tags,
            Instant at);

    /**
     * Registers a version with the number and times that it has elsewhere, without stage and aliases; MODEL_NOT_FOUND, or
     * ALREADY_EXISTS when there is a version of that number. Numbers that are given later are greater.
     */
    void addRegistered(RegisteredVersion version);

    /** One version. */
    Optional<RegisteredVersion> registered(String model, int version);

    /**
     * Versions of all models. Attributes: {@code name}, {@code version_number}, {@code run_id}, {@code source_path},
     * {@code creation_timestamp}, {@code last_updated_timestamp}; tags.
     */
    Page<RegisteredVersion> searchVersions(Search search);

    /** The newest version of each stage that has one, in the order of the stages. */
    default List<RegisteredVersion> latestVersions(String model) {
        Search all = new Search(
                List.of(Search.Clause.text(Search.Entity.ATTRIBUTE, "name", Search.Comparison.EQUAL, model)),
                List.of(new Search.SortKey(Search.Entity.ATTRIBUTE, "version_number", true)),
                Lifecycle.View.ACTIVE_ONLY,
                Integer.MAX_VALUE - 1,
                0);
        Map<Stage, RegisteredVersion> latest = new EnumMap<>(Stage.class);
        searchVersions(all).items().forEach(version -> latest.put(version.stage(), version));
        return List.copyOf(latest.values());
    }

    /** Changes what is said of it. */
    void describeVersion(String model, int version, String description, Instant at);

    /** Sets a tag of a version, or removes it when the value is null. */
    void setVersionTag(String model, int version, String key, @Nullable String value, Instant at);

    /**
     * Moves a version to a stage.
     *
     * @param archiveExisting whether the other versions of that stage go to ARCHIVED
     */
    void setStage(String model, int version, Stage stage, boolean archiveExisting, Instant at);

    /** Removes a version with its tags and aliases; its number is not given again. */
    void deleteVersion(String model, int version);
}

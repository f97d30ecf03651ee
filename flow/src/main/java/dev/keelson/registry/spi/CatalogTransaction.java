package dev.keelson.registry.spi;

import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.AuditLine;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be done within one transaction of a catalogue. Valid only while the work it was handed to runs. */
public interface CatalogTransaction {

    /** Experiments and runs as they are logged bit by bit. */
    TrackingTransaction tracking();

    /** Registered models and versions with all that is said of them. */
    RegistryTransaction registry();

    /** The files of runs and logged models. */
    FilesTransaction files();

    /** What waits to be told to another registry. */
    OutboxTransaction outbox();

    /** Rollouts. */
    RolloutTransaction rollouts();

    /** Jobs. */
    JobTransaction jobs();

    /** Alerts. */
    AlertTransaction alerts();

    /** What can be removed for good. */
    RetentionTransaction retention();

    /** Stores a run, or replaces the one of that id. */
    void putRun(Run run);

    /**
     * The run of that id, or of a unique beginning of an id of at least 4 characters; also one that a client logged or that
     * was deleted. Its files are those it was put with.
     */
    Optional<Run> run(String id);

    /**
     * Runs that were put here and not deleted, newest first; of one experiment when it is not null. Those of clients are
     * found by {@link #tracking()}.
     */
    List<Run> runs(@Nullable String experiment, int limit);

    /**
     * Stores a new version.
     *
     * @throws IllegalArgumentException if the model has that version already
     */
    void addVersion(ModelVersion version);

    /** The number that the next version of a model has: above all it ever had, also of clients and of deleted ones. */
    int nextVersion(String model);

    /** The names of all models with a version that can serve, sorted. */
    List<String> models();

    /** The versions of a model that can serve, newest first. Those of clients are found by {@link #registry()}. */
    List<ModelVersion> versions(String model);

    /** One version that can serve. */
    Optional<ModelVersion> version(String model, int version);

    /** The version an alias points to, if it can serve. */
    Optional<ModelVersion> alias(String model, String alias);

    /** Points an alias to a version, or removes it when {@code version} is null. */
    void setAlias(String model, String alias, @Nullable Integer version);

    /** Adds an entry; its sequence is given by the store, and its hash follows that of the last one. */
    void addAudit(AuditEntry entry);

    /** Entries, newest first; of one model when it is not null. */
    List<AuditEntry> audit(@Nullable String model, int limit);

    /** Lines of the whole trail with their hashes, oldest first, from behind a sequence on. */
    List<AuditLine> auditChain(long after, int limit);

    /** Stores a report, or replaces the one of that id. */
    void putReport(StoredReport report);

    /** Reports of a kind, newest first (by time, then id); of one subject when it is not null. */
    List<StoredReport> reports(String kind, @Nullable String subject, int limit);

    /** The report of that id. */
    Optional<StoredReport> report(String id);

    /**
     * Stores a new version of a definition.
     *
     * @throws IllegalArgumentException if the definition has that version already
     */
    void addDefinition(DefinitionVersion version);

    /** The latest version of every definition, removed ones included, by kind and name. */
    List<DefinitionVersion> definitions();

    /** All versions of one definition, newest first. */
    List<DefinitionVersion> definitions(Definition.Kind kind, String name);

    /** The stored output of the step with that key, if it has run. */
    Optional<String> step(String key);

    /** Stores the output of a step under its key. */
    void putStep(String key, String name, String output);
}

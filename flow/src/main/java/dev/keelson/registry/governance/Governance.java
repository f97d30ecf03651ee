package dev.keelson.registry.governance;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every change of what a registered version is used for, with its audit line in the same transaction. Safe for use by
 * several threads.
 */
public final class Governance {
    private final Catalog catalog;
    private final InstantSource clock;
    private final Consumer<String> changed;

    /** @param changed told the model's name after each change that may change what serves */
    public Governance(Catalog catalog, InstantSource clock, Consumer<String> changed) {
        this.catalog = catalog;
        this.clock = clock;
        this.changed = changed;
    }

    /**
     * Moves a version to a stage.
     *
     * @param archiveExisting whether the others of that stage are archived
     * @throws KeelsonException VERSION_NOT_FOUND, or TRANSITION_REFUSED when a policy forbids it
     */
    public RegisteredVersion transition(
            String model, int version, Stage stage, boolean archiveExisting, String actor, String reason) {
        RegisteredVersion moved = catalog.write(tx -> {
            tx.registry().setStage(model, version, stage, archiveExisting, clock.instant());
            tx.addAudit(new AuditEntry(0, clock.instant(), actor, "stage", model, version, reason, "{\"stage\":\"%s\"}".formatted(stage.word())));
            return version(tx, model, version);
        });
        changed.accept(model);
        return moved;
    }

    /**
     * Points an alias to a version, or removes it when the version is null.
     *
     * @throws KeelsonException VERSION_NOT_FOUND, or TRANSITION_REFUSED when a policy forbids it
     */
    public void alias(String model, String alias, @Nullable Integer version, String actor, String reason) {
        catalog.update(tx -> {
            tx.setAlias(model, alias, version);
            tx.addAudit(new AuditEntry(0, clock.instant(), actor, "alias", model, version, reason, "{\"alias\":\"%s\"}".formatted(alias)));
        });
        changed.accept(model);
    }

    /**
     * Removes a version with its tags and aliases.
     *
     * @throws KeelsonException VERSION_NOT_FOUND, or TRANSITION_REFUSED when a policy forbids it
     */
    public void deleteVersion(String model, int version, String actor, String reason) {
        catalog.update(tx -> {
            version(tx, model, version);
            tx.registry().deleteVersion(model, version);
            tx.addAudit(new AuditEntry(0, clock.instant(), actor, "delete", model, version, reason, "{}"));
        });
        changed.accept(model);
    }

    /**
     * Removes a model with all its versions.
     *
     * @throws KeelsonException MODEL_NOT_FOUND, or TRANSITION_REFUSED when a policy forbids it
     */
    public void deleteModel(String model, String actor, String reason) {
        catalog.update(tx -> {
            tx.registry().deleteModel(model);
            tx.addAudit(new AuditEntry(0, clock.instant(), actor, "delete", model, null, reason, "{}"));
        });
        changed.accept(model);
    }

    private static RegisteredVersion version(CatalogTransaction tx, String model, int version) {
        return tx.registry()
                .registered(model, version)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND, "The model (%s) has no version %d.".formatted(model, version), null));
    }
}

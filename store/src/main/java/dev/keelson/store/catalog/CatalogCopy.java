package dev.keelson.store.catalog;

import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.RegisteredModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everything of a catalogue of a replay but its steps, in memory: to be stored in a database of another kind. */
public final class CatalogCopy {
    private final List<Run> runs = new ArrayList<>();
    private final List<ModelVersion> versions = new ArrayList<>();
    private final List<RegisteredModel> models = new ArrayList<>();
    private final List<AuditEntry> audit = new ArrayList<>();
    private final List<StoredReport> reports = new ArrayList<>();

    private CatalogCopy() {}

    /** Reads a catalogue. */
    public static CatalogCopy of(Catalog source) {
        CatalogCopy copy = new CatalogCopy();
        source.read(tx -> {
            copy.runs.addAll(tx.runs(null, Integer.MAX_VALUE).reversed());
            for (String model : tx.models()) {
                copy.versions.addAll(tx.versions(model).reversed());
                tx.registry().model(model).ifPresent(copy.models::add);
            }
            copy.audit.addAll(tx.audit(null, Integer.MAX_VALUE).reversed());
            copy.reports.addAll(((CatalogStatements) tx).reports());
            return Boolean.TRUE;
        });
        return copy;
    }

    /** Stores it in place of what has the same name. */
    public void putInto(CatalogTransaction tx) {
        runs.forEach(tx::putRun);
        for (RegisteredModel model : models) {
            Optional<RegisteredModel> there = tx.registry().model(model.name());
            if (there.isPresent()) {
                ((CatalogStatements) tx)
                        .session()
                        .update("delete from model_versions where model = ?", model.name());
            }
        }
        versions.forEach(tx::addVersion);
        models.forEach(model -> model.aliases().forEach((alias, version) -> tx.setAlias(model.name(), alias, version)));
        audit.forEach(tx::addAudit);
        reports.forEach(tx::putReport);
    }
}

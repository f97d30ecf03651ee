package dev.keelson.store.catalog;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The catalogue of a project, which can become that of a replay. */
public interface ProjectCatalog extends Catalog {

    /**
     * Takes over everything of another catalogue but its steps, in one transaction: runs and reports replace those of
     * the same id; versions and aliases replace those of the same models; the audit trail is added at the end.
     *
     * @param source an embedded catalogue's file, with this program's schema
     * @param work what else belongs to the transaction
     * @throws IllegalStateException if this was opened for reading or is closed, or within a write of this thread
     * @throws dev.keelson.error.KeelsonException NOT_FOUND, STORE_VERSION or STORE_DAMAGED about the source; what a write
     *     may fail with
     */
    void takeOver(Path source, Consumer<CatalogTransaction> work);
}

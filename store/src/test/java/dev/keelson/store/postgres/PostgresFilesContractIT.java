package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.FilesContract;

/** Against a real server. */
final class PostgresFilesContractIT extends FilesContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog newCatalog() {
        return CATALOGS.next();
    }
}

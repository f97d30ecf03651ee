package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.RegistryContract;

/** Against a real server. */
final class PostgresRegistryContractIT extends RegistryContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog newCatalog() {
        return CATALOGS.next();
    }
}

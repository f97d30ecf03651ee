package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.catalog.GovernanceContract;

/** Against a real server. */
final class PostgresGovernanceIT extends GovernanceContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog newCatalog() {
        return CATALOGS.next();
    }
}

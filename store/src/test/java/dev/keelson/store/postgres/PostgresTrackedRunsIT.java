package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.catalog.TrackedRunsContract;

/** Against a real server. */
final class PostgresTrackedRunsIT extends TrackedRunsContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog newCatalog() {
        return CATALOGS.next();
    }
}

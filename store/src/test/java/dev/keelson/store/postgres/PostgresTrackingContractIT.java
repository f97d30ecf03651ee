package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.TrackingContract;

/** Against a real server. */
final class PostgresTrackingContractIT extends TrackingContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog newCatalog() {
        return CATALOGS.next();
    }
}

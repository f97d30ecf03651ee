package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.RolloutContract;

/** Against a real server. */
final class PostgresRolloutContractIT extends RolloutContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog open() {
        return CATALOGS.next();
    }
}

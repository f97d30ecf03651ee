package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.WorkContract;

/** Against a real server. */
final class PostgresWorkContractIT extends WorkContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog open() {
        return CATALOGS.next();
    }
}

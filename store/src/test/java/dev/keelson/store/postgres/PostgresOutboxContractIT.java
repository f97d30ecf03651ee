package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.OutboxContract;

/** Against a real server. */
final class PostgresOutboxContractIT extends OutboxContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog open() {
        return CATALOGS.next();
    }
}

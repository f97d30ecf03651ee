package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogContract;
import java.util.Optional;

/** Against a real server. */
final class PostgresCatalogContractIT extends CatalogContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @Override
    protected Catalog newCatalog() {
        return CATALOGS.next();
    }

    @Override
    protected Optional<Catalog> reopen(Catalog open) {
        open.close();
        return Optional.of(CATALOGS.again());
    }
}

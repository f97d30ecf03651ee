package dev.keelson.registry;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogContract;
import java.util.Optional;

final class InMemoryCatalogContractTest extends CatalogContract {
    @Override
    protected Catalog newCatalog() {
        return new InMemoryCatalog();
    }

    @Override
    protected Optional<Catalog> reopen(Catalog open) {
        return Optional.empty();
    }
}

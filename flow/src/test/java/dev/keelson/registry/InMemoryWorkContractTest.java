package dev.keelson.registry;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.WorkContract;

final class InMemoryWorkContractTest extends WorkContract {
    @Override
    protected Catalog open() {
        return new InMemoryCatalog();
    }
}

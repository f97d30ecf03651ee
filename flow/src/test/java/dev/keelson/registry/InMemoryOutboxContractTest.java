package dev.keelson.registry;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.OutboxContract;

final class InMemoryOutboxContractTest extends OutboxContract {
    @Override
    protected Catalog open() {
        return new InMemoryCatalog();
    }
}

package dev.keelson.registry;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.RolloutContract;

final class InMemoryRolloutContractTest extends RolloutContract {
    @Override
    protected Catalog open() {
        return new InMemoryCatalog();
    }
}

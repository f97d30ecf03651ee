package dev.keelson.registry;

import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.ArtifactStoreContract;

final class InMemoryArtifactStoreContractTest extends ArtifactStoreContract {
    @Override
    protected ArtifactStore newStore() {
        return new InMemoryArtifactStore();
    }
}

package dev.keelson.features;

import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.OnlineStoreContract;
import java.util.Optional;

final class InMemoryOnlineStoreContractTest extends OnlineStoreContract {
    @Override
    protected OnlineStore newStore() {
        return new InMemoryOnlineStore();
    }

    @Override
    protected Optional<OnlineStore> reopen(OnlineStore open) {
        return Optional.empty();
    }
}

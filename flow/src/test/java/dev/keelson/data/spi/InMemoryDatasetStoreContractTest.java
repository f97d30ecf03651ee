package dev.keelson.data.spi;

final class InMemoryDatasetStoreContractTest extends DatasetStoreContract {
    @Override
    protected DatasetStore store() {
        return new InMemoryDatasetStore();
    }

    @Override
    protected DatasetStore reopened(DatasetStore store) {
        return store;
    }
}

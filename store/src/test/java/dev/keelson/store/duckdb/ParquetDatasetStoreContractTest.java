package dev.keelson.store.duckdb;

import dev.keelson.data.spi.DatasetStore;
import dev.keelson.data.spi.DatasetStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

final class ParquetDatasetStoreContractTest extends DatasetStoreContract {
    private static DuckDb engine;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        engine = new DuckDb(DuckDbSettings.defaults());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Override
    protected DatasetStore store() {
        return new ParquetDatasetStore(folder, engine);
    }

    @Override
    protected DatasetStore reopened(DatasetStore store) {
        return new ParquetDatasetStore(folder, engine);
    }
}

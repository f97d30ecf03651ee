package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.WorkContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteWorkContractTest extends WorkContract {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    @Override
    protected Catalog open() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }
}

package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.RolloutContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteRolloutContractTest extends RolloutContract {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    @Override
    protected Catalog open() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }
}

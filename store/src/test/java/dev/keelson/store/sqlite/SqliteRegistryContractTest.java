package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.RegistryContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteRegistryContractTest extends RegistryContract {
    @TempDir
    private Path folder;

    @Override
    protected Catalog newCatalog() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }
}

package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.catalog.GovernanceContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** In a file. */
final class SqliteGovernanceTest extends GovernanceContract {
    @TempDir
    private Path folder;

    @Override
    protected Catalog newCatalog() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }
}

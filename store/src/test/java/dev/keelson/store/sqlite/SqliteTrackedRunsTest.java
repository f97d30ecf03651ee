package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.catalog.TrackedRunsContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** In a file. */
final class SqliteTrackedRunsTest extends TrackedRunsContract {
    @TempDir
    private Path folder;

    @Override
    protected Catalog newCatalog() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }
}

package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.TrackingContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteTrackingContractTest extends TrackingContract {
    @TempDir
    private Path folder;

    @Override
    protected Catalog newCatalog() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }
}

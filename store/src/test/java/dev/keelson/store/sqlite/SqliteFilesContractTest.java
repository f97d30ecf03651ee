package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.FilesContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteFilesContractTest extends FilesContract {
    @TempDir
    private Path folder;

    @Override
    protected Catalog newCatalog() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }
}

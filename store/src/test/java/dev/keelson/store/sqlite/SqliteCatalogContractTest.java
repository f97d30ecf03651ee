package dev.keelson.store.sqlite;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

final class SqliteCatalogContractTest extends CatalogContract {
    @TempDir
    private Path folder;

    @Override
    protected Catalog newCatalog() {
        return SqliteCatalog.open(folder.resolve("keelson.db"));
    }

    @Override
    protected Optional<Catalog> reopen(Catalog open) {
        open.close();
        return Optional.of(newCatalog());
    }
}

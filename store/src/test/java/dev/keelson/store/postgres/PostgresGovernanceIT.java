package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.catalog.GovernanceContract;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Against a real server. */
final class PostgresGovernanceIT extends GovernanceContract {
    private static PostgresCatalogs catalogs;

    @BeforeAll
    static void start() throws IOException {
        catalogs = new PostgresCatalogs();
    }

    @AfterAll
    static void stop() throws IOException {
        catalogs.close();
    }

    @Override
    protected Catalog newCatalog() {
        return catalogs.next();
    }
}

package dev.keelson.store.postgres;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.RolloutContract;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Against a real server. */
final class PostgresRolloutContractIT extends RolloutContract {
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
    protected Catalog open() {
        return catalogs.next();
    }
}

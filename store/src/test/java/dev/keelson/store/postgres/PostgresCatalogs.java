package dev.keelson.store.postgres;

import dev.keelson.error.Located;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/** A real server for the catalogues of one class of tests, each in a schema of its own. */
final class PostgresCatalogs implements AutoCloseable {
    private final EmbeddedPostgres server;
    private int schemas;

    PostgresCatalogs() throws IOException {
        server = EmbeddedPostgres.builder().start();
    }

    EmbeddedPostgres server() {
        return server;
    }

    /** A new, empty catalogue. */
    PostgresCatalog next() {
        schemas++;
        return again();
    }

    /** Another connection to the newest. */
    PostgresCatalog again() {
        return PostgresCatalog.open(address());
    }

    /** Where the newest is. */
    Located address() {
        return Located.of("postgresql://postgres@localhost:%d/postgres?currentSchema=%s"
                .formatted(server.getPort(), schema()));
    }

    /** The schema of the newest. */
    String schema() {
        return "c" + schemas;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

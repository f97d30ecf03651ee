package dev.keelson.store.postgres;

import dev.keelson.error.Located;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Catalogues for one class of tests, each in a schema of its own of a real server that ends with the process. */
final class PostgresCatalogs {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private String schema = "none";

    /** Starts when it is asked for first. */
    private static final class Server {
        static final EmbeddedPostgres IT = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    EmbeddedPostgres server() {
        return Server.IT;
    }

    /** A new, empty catalogue. */
    PostgresCatalog next() {
        schema = "c" + SCHEMAS.incrementAndGet();
        return again();
    }

    /** Another connection to the newest. */
    PostgresCatalog again() {
        return PostgresCatalog.open(address());
    }

    /** Where the newest is. */
    Located address() {
        return Located.of("postgresql://postgres@localhost:%d/postgres?currentSchema=%s"
                .formatted(server().getPort(), schema));
    }

    /** The schema of the newest. */
    String schema() {
        return schema;
    }
}

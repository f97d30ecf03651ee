package dev.keelson.registry.spi;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The store of runs, model versions, aliases, audit trail and reports. One use case is one transaction: everything a
 * {@code write} does becomes visible together or not at all. Safe for use by several threads; writes are serialised.
 */
public interface Catalog extends AutoCloseable {

    /** Runs work in one write transaction; an exception rolls everything back and is passed on. */
    <T> T write(Function<CatalogTransaction, T> work);

    /** Runs work in one read transaction: a consistent snapshot. */
    <T> T read(Function<CatalogTransaction, T> work);

    /** {@link #write} without a result. */
    default void update(Consumer<CatalogTransaction> work) {
        this.<Boolean>write(tx -> {
            work.accept(tx);
            return Boolean.TRUE;
        });
    }

    @Override
    void close();
}

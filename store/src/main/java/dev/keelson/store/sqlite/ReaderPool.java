package dev.keelson.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Connections for reading one file, in whatever form they are used. A few idle ones are kept; more are opened when needed.
 * Safe for use by several threads; each connection belongs to who took it until it is given back.
 *
 * @param <C> the form, such as {@link Connection} itself
 */
public final class ReaderPool<C> {
    private static final int IDLE = 4;

    private final SqliteFile file;
    private final Supplier<C> opener;
    private final Function<C, Connection> connection;
    private final ArrayDeque<C> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * A pool without connections.
     *
     * @param opener makes one
     * @param connection what is closed in the end
     */
    public ReaderPool(SqliteFile file, Supplier<C> opener, Function<C, Connection> connection) {
        this.file = file;
        this.opener = opener;
        this.connection = connection;
    }

    /**
     * An idle connection, or a new one.
     *
     * @throws IllegalStateException if the pool is closed
     */
    public C take() {
        synchronized (idle) {
            requireOpen();
            C reader = idle.poll();
            if (reader != null) {
                return reader;
            }
        }
        return opener.get();
    }

    /** Gives a connection back; it is closed when there are enough or the pool is closed. */
    public void release(C reader) {
        synchronized (idle) {
            if (!closed && idle.size() < IDLE) {
                idle.push(reader);
                return;
            }
        }
        close(reader);
    }

    /**
     * Fails after the pool was closed.
     *
     * @throws IllegalStateException if it was
     */
    public void requireOpen() {
        synchronized (idle) {
            if (closed) {
                throw new IllegalStateException("The store (%s) is closed.".formatted(file.path()));
            }
        }
    }

    /**
     * Closes the idle connections; those in use are closed when they are given back.
     *
     * @return whether this was the first call
     */
    public boolean close() {
        synchronized (idle) {
            if (closed) {
                return false;
            }
            closed = true;
            while (!idle.isEmpty()) {
                close(idle.pop());
            }
            return true;
        }
    }

    private void close(C reader) {
        try {
            connection.apply(reader).close();
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }
}

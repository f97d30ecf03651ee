package dev.keelson.store.duckdb;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * An in-memory DuckDB instance, opened when first used. It loads no extension but those it was built with, and none
 * from
 * the network. Safe for use by several threads; its shared connection is used by one at a time, whoever holds the
 * monitor of this object.
 */
public final class DuckDb implements AutoCloseable {
    private final DuckDbSettings settings;
    private final FrameScan frames = new FrameScan();
    private @Nullable DuckDBConnection connection;
    private boolean closed;

    public DuckDb(DuckDbSettings settings) {
        this.settings = settings;
    }

    /**
     * The connection. To be called and used while holding this object's monitor.
     *
     * @throws IllegalStateException if this was closed
     */
    synchronized DuckDBConnection connection() throws SQLException {
        if (closed) {
            throw new IllegalStateException("The engine was closed.");
        }
        DuckDBConnection open = connection;
        if (open == null) {
            open = open();
            connection = open;
        }
        return open;
    }

    /** A connection of its own for the caller, who closes it: what it does need not wait for what others do. */
    synchronized DuckDBConnection anotherConnection() throws SQLException {
        return connection().duplicate();
    }

    /** Frames that statements of this engine can read. */
    FrameScan frames() {
        return frames;
    }

    private DuckDBConnection open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("memory_limit", settings.memoryMegabytes() + "MB");
        properties.setProperty("threads", Integer.toString(settings.threads()));
        if (settings.spillFolder() != null) {
            DatasetFiles.createFolders(settings.spillFolder());
            properties.setProperty(
                    "temp_directory", settings.spillFolder().toAbsolutePath().toString());
        }
        Connection made = DriverManager.getConnection("jdbc:duckdb:", properties);
        try (Statement statement = made.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            // a file's footer is read once and not for each column; a file that was changed since is looked at anew
            statement.execute("SET parquet_metadata_cache = true");
        }
        DuckDBConnection opened = made.unwrap(DuckDBConnection.class);
        frames.register(opened);
        return opened;
    }

    @Override
    public synchronized void close() {
        closed = true;
        DuckDBConnection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                throw new IllegalStateException("The engine cannot be closed.", e);
            }
        }
    }
}

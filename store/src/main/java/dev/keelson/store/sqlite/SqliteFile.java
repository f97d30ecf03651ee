package dev.keelson.store.sqlite;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/**
 * One SQLite file in WAL mode: how it is opened, and what its failures mean.
 *
 * <p>A connection comes in auto-commit mode. A transaction is {@link #begin}, then {@link #commit} or {@link #rollback};
 * on a connection for writing it takes the write lock at once, so it cannot fail half-way because another one wrote.
 *
 * @param path the file
 * @param synchronous FULL when a commit must survive a power failure; NORMAL when the newest may be lost
 */
public record SqliteFile(Path path, SynchronousMode synchronous) {
    private static final int BUSY_TIMEOUT_MILLIS = 10_000;

    /**
     * Opens for reading and writing, and makes the file and its folder when they are not there.
     *
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE, STORE_DAMAGED or PROJECT_IN_USE
     */
    public Connection openForWriting() {
        Path parent = path.toAbsolutePath().getParent();
        try {
            if (parent != null) {
                Files.createDirectories(parent);
            }
        } catch (IOException e) {
            throw StoreErrors.writing(path, e);
        }
        SQLiteConfig config = config();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(synchronous);
        config.setTransactionMode(TransactionMode.IMMEDIATE);
        return connect(config, url(""));
    }

    /** Opens for reading a file that a connection for writing made. */
    public Connection openForReading() {
        SQLiteConfig config = config();
        config.setReadOnly(true);
        config.setTransactionMode(TransactionMode.DEFERRED);
        Path parent = path.toAbsolutePath().getParent();
        boolean frozen = parent != null
                && !Files.isWritable(parent)
                && !Files.exists(path.resolveSibling(path.getFileName() + "-wal"));
        return connect(config, frozen ? url("?immutable=1") : url("")); // without it SQLite wants to make a -shm file
    }

    /** Starts a transaction. */
    public static void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    /** Ends a transaction; what it wrote is visible to others when this returns. */
    public static void commit(Connection connection) throws SQLException {
        // The driver's commit() would at once begin the next transaction, and hold the write lock while idle.
        connection.setAutoCommit(true);
    }

    /** Gives up the transaction, if one is open. A failure is added to the one that led here. */
    public static void rollback(Connection connection, Throwable why) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            } else { // a commit failed: the driver's flag is set, SQLite's transaction may be open
                try (Statement statement = connection.createStatement()) {
                    statement.execute("rollback");
                }
            }
        } catch (SQLException e) {
            String message = e.getMessage();
            if (message == null || !message.contains("no transaction is active")) {
                why.addSuppressed(e);
            }
        }
    }

    /** The value of {@code pragma user_version}: 0 in a new file. */
    public static int userVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("pragma user_version")) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    /**
     * The error for a schema of another version than this program's.
     *
     * @param found version of the file
     * @param expected version of this program
     */
    public KeelsonException otherVersion(int found, int expected) {
        return found > expected
                ? new KeelsonException(
                        ErrorCode.STORE_VERSION,
                        "The store (%s) has schema version %d; this Keelson knows versions up to %d."
                                .formatted(path, found, expected),
                        "Maybe a newer Keelson wrote it: use that one.")
                : new KeelsonException(
                        ErrorCode.STORE_VERSION,
                        "The store (%s) has schema version %d; this Keelson reads version %d."
                                .formatted(path, found, expected),
                        "Maybe run a command that writes, such as `keelson run`: it brings the store up to date.");
    }

    /** The error that a failure of the database is to a caller. */
    public KeelsonException failure(SQLException cause) {
        int code = cause instanceof SQLiteException e ? e.getResultCode().code & 0xFF : cause.getErrorCode() & 0xFF;
        return switch (code) {
            case 5, 6 -> new KeelsonException(
                    ErrorCode.PROJECT_IN_USE,
                    "The store (%s) is locked by another process for more than %d s."
                            .formatted(path, BUSY_TIMEOUT_MILLIS / 1000),
                    "Maybe another tool has the file open: close it and run the command again.",
                    cause);
            case 3, 8, 14, 23 -> StoreErrors.notWritable(path, cause);
            case 10 -> StoreErrors.writing(path, cause);
            case 13 -> StoreErrors.diskFull(path, cause);
            case 11, 26 -> new KeelsonException(
                    ErrorCode.STORE_DAMAGED,
                    "The store (%s) is not a sound SQLite database: %s.".formatted(path, cause.getMessage()),
                    "Maybe restore it from a backup.",
                    cause);
            default -> new KeelsonException(
                    ErrorCode.INTERNAL,
                    "The store (%s) refused a statement: %s.".formatted(path, cause.getMessage()),
                    null,
                    cause);
        };
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        config.enforceForeignKeys(true);
        config.setOpenMode(SQLiteOpenMode.NOMUTEX); // each connection is used by one thread at a time
        config.setGetGeneratedKeys(false);
        return config;
    }

    private String url(String parameters) {
        return parameters.isEmpty()
                ? "jdbc:sqlite:" + path.toAbsolutePath()
                : "jdbc:sqlite:" + path.toAbsolutePath().toUri() + parameters;
    }

    private Connection connect(SQLiteConfig config, String url) {
        try {
            return config.createConnection(url);
        } catch (SQLException e) {
            throw failure(e);
        }
    }
}

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

    /**
     * Opens for reading a file that a connection for writing made; also in a folder that cannot be written, and on a disk
     * that is full.
     *
     * @throws KeelsonException NOT_WRITABLE or DISK_FULL when a process was killed while it wrote the file, and SQLite has
     *     no room for what it needs to read it; STORE_DAMAGED or PROJECT_IN_USE
     */
    public Connection openForReading() {
        SQLiteConfig config = config();
        config.setReadOnly(true);
        config.setTransactionMode(TransactionMode.DEFERRED);
        try {
            return reading(config, "");
        } catch (SQLException e) {
            if (!wantsRoom(e) || hasUnmergedWrites()) {
                throw failure(e);
            }
        }
        try {
            return reading(config, "?immutable=1"); // SQLite makes no -shm file then; nobody can be writing here
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** A connection that has read once: only then does SQLite make the files it shares with a writer. */
    private Connection reading(SQLiteConfig config, String parameters) throws SQLException {
        Connection connection = config.createConnection(url(parameters));
        try (Statement statement = connection.createStatement()) {
            statement.execute("select count(*) from sqlite_schema");
            return connection;
        } catch (SQLException e) {
            throw abandoning(connection, e);
        }
    }

    /** Read-only, input or output, full, cannot be opened. */
    private static boolean wantsRoom(SQLException cause) {
        return switch (resultCode(cause)) {
            case 8, 10, 13, 14 -> true;
            default -> false;
        };
    }

    private boolean hasUnmergedWrites() {
        try {
            return Files.size(path.resolveSibling(path.getFileName() + "-wal")) > 0;
        } catch (IOException e) {
            return false; // there is none
        }
    }

    private static int resultCode(SQLException cause) {
        return (cause instanceof SQLiteException e ? e.getResultCode().code : cause.getErrorCode()) & 0xFF;
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

    /** Closes a connection because of a failure, which is returned; what goes wrong here is added to it. */
    public static <E extends Throwable> E abandoning(Connection connection, E failure) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
        return failure;
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
        return switch (resultCode(cause)) {
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

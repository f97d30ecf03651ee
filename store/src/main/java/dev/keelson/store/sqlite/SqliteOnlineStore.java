package dev.keelson.store.sqlite;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.frame.Micros;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * An online store in one SQLite file ({@code online.db}): a packed BLOB for each (view, entity key).
 *
 * <p>One connection reads and one writes, both with prepared statements kept open; in WAL mode neither waits for the
 * other. A batch is one transaction. {@code synchronous=NORMAL}: after a power cut the last batches may be gone, values
 * and watermarks alike, and are applied again from the data.
 *
 * <p>Safe for use by several threads.
 */
public final class SqliteOnlineStore implements OnlineStore {
    private static final int SCHEMA_VERSION = 1;
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;
    private static final List<String> SCHEMA = List.of("""
        create table if not exists online_values (
          feature_view text not null,
          entity_key text not null,
          known_at integer not null,
          event_time integer not null,
          value blob not null,
          primary key (feature_view, entity_key)
        ) strict\
        """, """
        create table if not exists watermarks (
          feature_view text not null primary key,
          watermark integer not null
        ) strict\
        """);

    private final Path file;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Connection reader;
    private final Connection writer;
    private final PreparedStatement selectValue;
    private final PreparedStatement selectWatermark;
    private final PreparedStatement upsertValue;
    private final PreparedStatement upsertWatermark;

    /**
     * Opens the store, and makes the file when there is none.
     *
     * @param file in an existing folder
     * @throws KeelsonException if the file cannot be made, written or is not such a store
     */
    public SqliteOnlineStore(Path file) {
        this.file = file;
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            this.writer = connect(opened);
            prepareSchema();
            this.reader = connect(opened);
            this.selectValue = reader.prepareStatement(
                    "select value, known_at, event_time from online_values where feature_view = ? and entity_key = ?");
            this.selectWatermark = reader.prepareStatement("select watermark from watermarks where feature_view = ?");
            this.upsertValue = writer.prepareStatement("""
                insert into online_values (feature_view, entity_key, known_at, event_time, value)
                values (?, ?, ?, ?, ?)
                on conflict (feature_view, entity_key) do update
                set known_at = excluded.known_at, event_time = excluded.event_time, value = excluded.value\
                """);
            this.upsertWatermark = writer.prepareStatement("""
                insert into watermarks (feature_view, watermark) values (?, ?)
                on conflict (feature_view) do update set watermark = excluded.watermark\
                """);
        } catch (SQLException e) {
            closeQuietly(opened, e);
            throw failure("opened", e);
        } catch (KeelsonException e) {
            closeQuietly(opened, e);
            throw e;
        }
    }

    @Override
    public Optional<Entry> get(String view, String key) {
        readLock.lock();
        try {
            requireOpen(reader);
            selectValue.setString(1, view);
            selectValue.setString(2, key);
            try (ResultSet row = selectValue.executeQuery()) {
                return row.next()
                        ? Optional.of(new Entry(
                                row.getBytes(1), Micros.toInstant(row.getLong(2)), Micros.toInstant(row.getLong(3))))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw failure("read", e);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public void putAll(List<Put> puts, Map<String, Instant> watermarks) {
        inTransaction(() -> {
            for (Put put : puts) {
                upsertValue.setString(1, put.view());
                upsertValue.setString(2, put.key());
                upsertValue.setLong(3, Micros.of(put.entry().knownAt()));
                upsertValue.setLong(4, Micros.of(put.entry().eventTime()));
                upsertValue.setBytes(5, put.entry().bytes());
                upsertValue.executeUpdate();
            }
            for (Map.Entry<String, Instant> watermark : new TreeMap<>(watermarks).entrySet()) {
                upsertWatermark.setString(1, watermark.getKey());
                upsertWatermark.setLong(2, Micros.of(watermark.getValue()));
                upsertWatermark.executeUpdate();
            }
        });
    }

    @Override
    public Optional<Instant> watermark(String view) {
        readLock.lock();
        try {
            requireOpen(reader);
            selectWatermark.setString(1, view);
            try (ResultSet row = selectWatermark.executeQuery()) {
                return row.next() ? Optional.of(Micros.toInstant(row.getLong(1))) : Optional.empty();
            }
        } catch (SQLException e) {
            throw failure("read", e);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public List<String> keys(String view) {
        return texts("select entity_key from online_values where feature_view = ?", view);
    }

    @Override
    public List<String> views() {
        return texts("select feature_view from watermarks");
    }

    /** The texts of a query's first column, sorted. */
    private List<String> texts(String sql, String... values) {
        readLock.lock();
        try {
            requireOpen(reader);
            List<String> texts = new ArrayList<>();
            try (PreparedStatement statement = reader.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setString(i + 1, values[i]);
                }
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        texts.add(row.getString(1));
                    }
                }
            }
            texts.sort(null);
            return List.copyOf(texts);
        } catch (SQLException e) {
            throw failure("read", e);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public void remove(String view) {
        inTransaction(() -> {
            for (String table : List.of("online_values", "watermarks")) {
                try (PreparedStatement delete =
                        writer.prepareStatement("delete from " + table + " where feature_view = ?")) {
                    delete.setString(1, view);
                    delete.executeUpdate();
                }
            }
        });
    }

    @Override
    public void close() {
        writeLock.lock();
        try {
            readLock.lock();
            try {
                reader.close();
                writer.close();
            } finally {
                readLock.unlock();
            }
        } catch (SQLException e) {
            throw failure("closed", e);
        } finally {
            writeLock.unlock();
        }
    }

    private void inTransaction(Work work) {
        writeLock.lock();
        try {
            requireOpen(writer);
            writer.setAutoCommit(false);
            try {
                work.run();
                writer.commit();
            } catch (SQLException | RuntimeException e) {
                rollback(e);
                endTransaction(e);
                throw e;
            }
            writer.setAutoCommit(true);
        } catch (SQLException e) {
            throw failure("written", e);
        } finally {
            writeLock.unlock();
        }
    }

    /** Leaves the transaction's mode after a failure; what goes wrong here must not hide the failure itself. */
    private void endTransaction(Exception cause) {
        try {
            writer.setAutoCommit(true);
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void rollback(Exception cause) {
        try {
            writer.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void requireOpen(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            throw new IllegalStateException("The online store (%s) is closed.".formatted(file));
        }
    }

    private Connection connect(List<AutoCloseable> opened) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
        opened.add(connection);
        return connection;
    }

    private void prepareSchema() throws SQLException {
        try (Statement statement = writer.createStatement()) {
            int version;
            try (ResultSet row = statement.executeQuery("pragma user_version")) {
                version = row.getInt(1);
            }
            if (version > SCHEMA_VERSION) {
                throw new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The online store (%s) has schema version %d; at most %d was expected."
                                .formatted(file, version, SCHEMA_VERSION),
                        "Maybe it was written by a newer release: update this one, or remove the file, which is"
                                + " computed from the data again.");
            }
            if (version < SCHEMA_VERSION) {
                for (String table : SCHEMA) {
                    statement.executeUpdate(table);
                }
                statement.executeUpdate("pragma user_version = " + SCHEMA_VERSION);
            }
        }
    }

    private static void closeQuietly(List<AutoCloseable> opened, Exception cause) {
        for (AutoCloseable closeable : opened) {
            try {
                closeable.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }

    private KeelsonException failure(String verb, SQLException cause) {
        SQLiteErrorCode result =
                cause instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.SQLITE_ERROR;
        String message = "The online store (%s) cannot be %s: %s.".formatted(file, verb, cause.getMessage());
        // extended result codes carry the primary one in their low byte
        SQLiteErrorCode primary = SQLiteErrorCode.getErrorCode(result.code & 0xFF);
        if (primary == SQLiteErrorCode.SQLITE_FULL) {
            return new KeelsonException(ErrorCode.DISK_FULL, message, "Maybe the disk is full.", cause);
        }
        if (primary == SQLiteErrorCode.SQLITE_READONLY
                || primary == SQLiteErrorCode.SQLITE_CANTOPEN
                || primary == SQLiteErrorCode.SQLITE_PERM) {
            return new KeelsonException(
                    ErrorCode.NOT_WRITABLE, message, "Maybe the folder does not exist or is read-only.", cause);
        }
        if (primary == SQLiteErrorCode.SQLITE_BUSY || primary == SQLiteErrorCode.SQLITE_LOCKED) {
            return new KeelsonException(
                    ErrorCode.PROJECT_IN_USE, message, "Maybe another process has the project open.", cause);
        }
        if (primary == SQLiteErrorCode.SQLITE_CORRUPT || primary == SQLiteErrorCode.SQLITE_NOTADB) {
            return new KeelsonException(
                    ErrorCode.STORE_DAMAGED,
                    message,
                    "Maybe the file can be removed: its values are computed from the data again.",
                    cause);
        }
        return new KeelsonException(
                ErrorCode.INTERNAL, message, "Maybe the log tells more; please report it with its lines.", cause);
    }

    /** Statements of one transaction. */
    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }
}

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
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
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
    private static final int SCHEMA_VERSION = 2;
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;
    /** Keys of one query. */
    private static final int KEYS_OF_A_QUERY = 100;

    private static final List<String> SCHEMA = List.of("""
        create table views (
          id integer primary key autoincrement,
          name text not null unique,
          watermark integer,
          newest_event integer,
          note text
        ) strict\
        """, """
        create table entity_values (
          view_id integer not null,
          entity_key text not null,
          known_at integer not null,
          event_time integer not null,
          value blob not null,
          primary key (view_id, entity_key)
        ) strict, without rowid\
        """);
    /** From the tables of version 1, in which each value named its view. */
    private static final List<String> FROM_VERSION_1 = List.of("""
        insert into views (name, watermark, newest_event)
        select name, max(watermark), max(newest_event) from (
          select feature_view as name, watermark, null as newest_event from watermarks
          union all
          select feature_view, null, event_time from online_values)
        group by name\
        """, """
        insert into entity_values (view_id, entity_key, known_at, event_time, value)
        select views.id, entity_key, known_at, event_time, value
        from online_values join views on views.name = feature_view\
        """, "drop table online_values", "drop table watermarks");

    private final Path file;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Connection reader;
    private final Connection writer;
    private final PreparedStatement selectValue;
    private final PreparedStatement selectValues;
    private final PreparedStatement selectView;
    private final PreparedStatement upsertValue;
    private final PreparedStatement insertView;
    private final PreparedStatement updateView;
    /** View to its id; ids are never given twice, so those of views that are gone do no harm. */
    private final Map<String, Long> ids = new ConcurrentHashMap<>();

    /**
     * Opens the store, and makes the file when there is none.
     *
     * @param file in an existing folder
     * @throws KeelsonException if the file cannot be made, written or is not such a store
     */
    public SqliteOnlineStore(Path file) {
        this(file, false);
    }

    /**
     * Opens a store for looking at it, also in a folder that cannot be written, and beside the process that writes it. What
     * is written to it fails.
     *
     * @param file that is there
     * @throws KeelsonException if the file cannot be read or is not such a store
     */
    public static SqliteOnlineStore openReadOnly(Path file) {
        return new SqliteOnlineStore(file, true);
    }

    private SqliteOnlineStore(Path file, boolean readOnly) {
        this.file = file;
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            if (readOnly) {
                SqliteFile store = new SqliteFile(file, SQLiteConfig.SynchronousMode.NORMAL);
                this.writer = store.openForReading();
                opened.add(writer);
                int version = SqliteFile.userVersion(writer);
                if (version != SCHEMA_VERSION) {
                    throw store.otherVersion(version, SCHEMA_VERSION);
                }
                this.reader = writer;
            } else {
                this.writer = connect(opened);
                prepareSchema();
                this.reader = connect(opened);
            }
            this.selectValue = reader.prepareStatement(
                    "select value, known_at, event_time from entity_values where view_id = ? and entity_key = ?");
            this.selectValues = reader.prepareStatement(
                    "select entity_key, value, known_at, event_time from entity_values where view_id = ? and entity_key in ("
                            + String.join(",", Collections.nCopies(KEYS_OF_A_QUERY, "?"))
                            + ")");
            this.selectView =
                    reader.prepareStatement("select id, watermark, newest_event, note from views where name = ?");
            this.upsertValue = writer.prepareStatement("""
                insert into entity_values (view_id, entity_key, known_at, event_time, value)
                values (?, ?, ?, ?, ?)
                on conflict (view_id, entity_key) do update
                set known_at = excluded.known_at, event_time = excluded.event_time, value = excluded.value\
                """);
            this.insertView = writer.prepareStatement("insert into views (name) values (?) on conflict do nothing");
            this.updateView = writer.prepareStatement("""
                update views set
                  watermark = coalesce(?, watermark),
                  newest_event = max(coalesce(newest_event, ?), coalesce(?, newest_event)),
                  note = coalesce(?, note)
                where name = ?\
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
            long id = id(view);
            if (id < 0) {
                return Optional.empty();
            }
            selectValue.setLong(1, id);
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
    public Map<String, Entry> getAll(String view, Collection<String> keys) {
        List<String> wanted = List.copyOf(keys);
        Map<String, Entry> found = new HashMap<>();
        readLock.lock();
        try {
            requireOpen(reader);
            long id = id(view);
            if (id < 0) {
                return found;
            }
            for (int start = 0; start < wanted.size(); start += KEYS_OF_A_QUERY) {
                selectValues.setLong(1, id);
                for (int i = 0; i < KEYS_OF_A_QUERY; i++) { // the rest repeats the last one
                    selectValues.setString(i + 2, wanted.get(Math.min(start + i, wanted.size() - 1)));
                }
                try (ResultSet row = selectValues.executeQuery()) {
                    while (row.next()) {
                        found.put(
                                row.getString(1),
                                new Entry(
                                        row.getBytes(2),
                                        Micros.toInstant(row.getLong(3)),
                                        Micros.toInstant(row.getLong(4))));
                    }
                }
            }
            return found;
        } catch (SQLException e) {
            throw failure("read", e);
        } finally {
            readLock.unlock();
        }
    }

    /** The id of a view, or -1. The caller holds the lock of the readers. */
    private long id(String view) throws SQLException {
        Long known = ids.get(view);
        if (known != null) {
            return known;
        }
        selectView.setString(1, view);
        try (ResultSet row = selectView.executeQuery()) {
            if (!row.next()) {
                return -1;
            }
            long id = row.getLong(1);
            ids.put(view, id);
            return id;
        }
    }

    @Override
    public void putAll(List<Put> puts, Map<String, Instant> watermarks, Map<String, String> notes) {
        Map<String, @Nullable Long> newest = new TreeMap<>();
        watermarks.keySet().forEach(view -> newest.put(view, null));
        notes.keySet().forEach(view -> newest.put(view, null));
        for (Put put : puts) {
            long event = Micros.of(put.entry().eventTime());
            Long before = newest.get(put.view());
            newest.put(put.view(), before == null ? event : Math.max(before, event));
        }
        inTransaction(() -> {
            Map<String, Long> writing = new HashMap<>();
            for (Map.Entry<String, @Nullable Long> view : newest.entrySet()) {
                insertView.setString(1, view.getKey());
                insertView.executeUpdate();
                Instant watermark = watermarks.get(view.getKey());
                setLong(updateView, 1, watermark == null ? null : Micros.of(watermark));
                setLong(updateView, 2, view.getValue());
                setLong(updateView, 3, view.getValue());
                updateView.setString(4, notes.get(view.getKey()));
                updateView.setString(5, view.getKey());
                updateView.executeUpdate();
                writing.put(view.getKey(), writtenId(view.getKey()));
            }
            for (Put put : puts) {
                upsertValue.setLong(1, writing.getOrDefault(put.view(), -1L));
                upsertValue.setString(2, put.key());
                upsertValue.setLong(3, Micros.of(put.entry().knownAt()));
                upsertValue.setLong(4, Micros.of(put.entry().eventTime()));
                upsertValue.setBytes(5, put.entry().bytes());
                upsertValue.executeUpdate();
            }
        });
    }

    private long writtenId(String view) throws SQLException {
        try (PreparedStatement select = writer.prepareStatement("select id from views where name = ?")) {
            select.setString(1, view);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : -1;
            }
        }
    }

    private static void setLong(PreparedStatement statement, int place, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(place, Types.BIGINT);
        } else {
            statement.setLong(place, value);
        }
    }

    @Override
    public Optional<Instant> watermark(String view) {
        return ofView(view, row -> instant(row, 2));
    }

    @Override
    public Optional<Instant> newestEvent(String view) {
        return ofView(view, row -> instant(row, 3));
    }

    @Override
    public Optional<String> note(String view) {
        return ofView(view, row -> row.getString(4));
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? null : Micros.toInstant(micros);
    }

    private <T> Optional<T> ofView(String view, Reading<T> reading) {
        readLock.lock();
        try {
            requireOpen(reader);
            selectView.setString(1, view);
            try (ResultSet row = selectView.executeQuery()) {
                return row.next() ? Optional.ofNullable(reading.of(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw failure("read", e);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public List<String> keys(String view) {
        return texts(
                "select entity_key from entity_values where view_id = (select id from views where name = ?)", view);
    }

    @Override
    public Size size(String view) {
        readLock.lock();
        try {
            requireOpen(reader);
            try (PreparedStatement select = reader.prepareStatement("""
                    select count(*), coalesce(sum(length(value)), 0)
                    from entity_values where view_id = (select id from views where name = ?)\
                    """)) {
                select.setString(1, view);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? new Size(row.getLong(1), row.getLong(2)) : new Size(0, 0);
                }
            }
        } catch (SQLException e) {
            throw failure("read", e);
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public void rename(String view, String newName) {
        if (view.equals(newName)) {
            return;
        }
        readLock.lock(); // whoever reads sees the old values or the new ones
        try {
            inTransaction(() -> {
                if (writtenId(view) < 0) {
                    return;
                }
                forget(newName);
                try (PreparedStatement update = writer.prepareStatement("update views set name = ? where name = ?")) {
                    update.setString(1, newName);
                    update.setString(2, view);
                    update.executeUpdate();
                }
            });
            ids.clear();
        } finally {
            readLock.unlock();
        }
    }

    private void forget(String view) throws SQLException {
        for (String statement : List.of(
                "delete from entity_values where view_id = (select id from views where name = ?)",
                "delete from views where name = ?")) {
            try (PreparedStatement delete = writer.prepareStatement(statement)) {
                delete.setString(1, view);
                delete.executeUpdate();
            }
        }
    }

    @Override
    public List<String> views() {
        return texts("select name from views where watermark is not null");
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
        inTransaction(() -> forget(view));
        ids.remove(view);
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
                statement.executeUpdate("begin immediate");
                for (String table : SCHEMA) {
                    statement.executeUpdate(table);
                }
                if (version == 1) {
                    for (String step : FROM_VERSION_1) {
                        statement.executeUpdate(step);
                    }
                }
                statement.executeUpdate("pragma user_version = " + SCHEMA_VERSION);
                statement.executeUpdate("commit");
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
            return new KeelsonException(ErrorCode.DISK_FULL, message, "Maybe make room on that disk and run the command again: nothing half-written was kept.", cause);
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
                    ("Maybe remove it with what lies beside it (%s-wal, %<s-shm) and run `keelson features materialize`: its values"
                                    + " are computed from the loaded data again; rows that were pushed are kept elsewhere and stay.")
                            .formatted(file.getFileName()),
                    cause);
        }
        return new KeelsonException(
                ErrorCode.INTERNAL, message, "Maybe the log tells more; please report it with its lines.", cause);
    }

    /** Takes a value out of a row. */
    @FunctionalInterface
    private interface Reading<T> {
        @Nullable
        T of(ResultSet row) throws SQLException;
    }

    /** Statements of one transaction. */
    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }
}

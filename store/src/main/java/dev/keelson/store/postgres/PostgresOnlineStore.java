package dev.keelson.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.features.spi.PushLog;
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.frame.Micros;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An online store in a PostgreSQL database, which several processes share: the schema {@code keelson_online}, made when
 * it is not there. A project's views are apart from those of other projects in the same database.
 *
 * <p>A batch is one transaction; those of one project wait for each other at the project's row, so that versions and the
 * numbers of pushes are given in the order in which they can be seen. A reading is one statement, and so one view of the
 * data. Rows are written some thousand to a statement.
 *
 * <p>Connections come from a small pool. One that broke is given up, and the next call opens another. Safe for use by
 * several threads.
 */
public final class PostgresOnlineStore implements SharedOnlineStore {
    private static final int SCHEMA_VERSION = 1;
    private static final int CONNECTIONS = 10;
    private static final Duration WAIT = Duration.ofSeconds(3);
    private static final Map<String, String> SETTINGS =
            Map.of("connectTimeout", "3", "socketTimeout", "60", "prepareThreshold", "1");
    /** Rows of a statement. */
    private static final int ROWS_OF_A_STATEMENT = 2_000;
    /** Held while the schema is made; any number that nobody else takes. */
    private static final long SCHEMA_LOCK = 0x6B65656C736F6E01L;

    private static final List<String> SCHEMA = List.of(
            "create schema if not exists keelson_online",
            "create table if not exists keelson_online.schema_version (version integer not null)",
            """
            create table keelson_online.projects (
              id bigint generated always as identity primary key,
              name text not null unique,
              changes bigint not null default 0,
              pushes bigint not null default 0)""",
            """
            create table keelson_online.views (
              id bigint generated always as identity primary key,
              project_id bigint not null references keelson_online.projects,
              name text not null,
              version bigint not null,
              watermark bigint,
              newest_event bigint,
              note text,
              unique (project_id, name))""",
            // the bytes of the key as UTF-8: exact in every encoding and collation
            """
            create table keelson_online.entity_values (
              view_id bigint not null references keelson_online.views on delete cascade,
              entity_key bytea not null,
              known_at bigint not null,
              event_time bigint not null,
              value bytea not null,
              primary key (view_id, entity_key))""",
            """
            create table keelson_online.pushes (
              project_id bigint not null references keelson_online.projects,
              number bigint not null,
              source text not null,
              online boolean not null,
              offline boolean not null,
              pushed_at bigint not null,
              known_from bigint not null,
              content bytea not null,
              primary key (project_id, number))""");

    private static final String READ = """
            with asked as (
              select id, name, version, watermark, newest_event, note
              from keelson_online.views where project_id = ? and name = any(?))
            select 0, null::text, pushes, null::bigint, null::bigint, null::text, null::bytea, null::bytea
            from keelson_online.projects where id = ?
            union all
            select 1, name, version, watermark, newest_event, note, null, null from asked
            union all
            select 2, wanted.view, null, e.known_at, e.event_time, null, e.entity_key, e.value
            from unnest(?::text[], ?::bytea[]) as wanted(view, key)
            join asked on asked.name = wanted.view
            join keelson_online.entity_values e on e.view_id = asked.id and e.entity_key = wanted.key""";

    private static final String UPSERT = """
            insert into keelson_online.entity_values (view_id, entity_key, known_at, event_time, value)
            select * from unnest(?::bigint[], ?::bytea[], ?::bigint[], ?::bigint[], ?::bytea[])
            on conflict (view_id, entity_key) do update
            set known_at = excluded.known_at, event_time = excluded.event_time, value = excluded.value""";

    private static final String UPSERT_VIEW = """
            insert into keelson_online.views (project_id, name, version, watermark, newest_event, note)
            values (?, ?, ?, ?, ?, ?)
            on conflict (project_id, name) do update set
              version = excluded.version,
              watermark = coalesce(excluded.watermark, views.watermark),
              newest_event = greatest(excluded.newest_event, views.newest_event),
              note = coalesce(excluded.note, views.note)
            returning id""";

    private final PostgresAddress address;
    private final String project;
    private final HikariDataSource pool;
    private final long projectId;
    private final PushLog pushes = new Pushes();

    /**
     * Opens the store of a project, and makes its tables when there are none.
     *
     * @param address {@code postgresql://user:password@host:port/database}
     * @throws KeelsonException STORE_UNREACHABLE when the server does not answer or refuses the user
     */
    public PostgresOnlineStore(Located address, String project) {
        this(address, project, WAIT);
    }

    /** With another longest wait for a connection. */
    PostgresOnlineStore(Located address, String project, Duration wait) {
        this.address = PostgresAddress.parse(address, SETTINGS);
        this.project = project;
        this.pool = pool(this.address, wait);
        try {
            this.projectId = inTransaction(connection -> {
                makeSchema(connection);
                return registered(connection);
            });
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static HikariDataSource pool(PostgresAddress address, Duration wait) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("keelson-online");
        config.setJdbcUrl(address.url());
        config.setDataSourceProperties(address.properties());
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(wait.toMillis());
        config.setInitializationFailTimeout(-1); // making the schema is what tries the connection
        return new HikariDataSource(config);
    }

    private void makeSchema(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
            int version = 0;
            try (ResultSet row = statement.executeQuery("select to_regclass('keelson_online.schema_version') is not null")) {
                version = row.next() && row.getBoolean(1) ? -1 : 0;
            }
            if (version < 0) {
                try (ResultSet row =
                        statement.executeQuery("select coalesce(max(version), 0) from keelson_online.schema_version")) {
                    version = row.next() ? row.getInt(1) : 0;
                }
            }
            if (version > SCHEMA_VERSION) {
                throw new KeelsonException(
                        ErrorCode.STORE_VERSION,
                        "The online store (%s) has schema version %d; at most %d was expected."
                                .formatted(address(), version, SCHEMA_VERSION),
                        "Maybe it was made by a newer release: update this one.");
            }
            if (version == 0) {
                for (String step : SCHEMA) {
                    statement.execute(step);
                }
                statement.execute("insert into keelson_online.schema_version values (" + SCHEMA_VERSION + ")");
            }
        }
    }

    private long registered(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into keelson_online.projects (name) values (?) on conflict do nothing")) {
            insert.setString(1, project);
            insert.executeUpdate();
        }
        try (PreparedStatement select =
                connection.prepareStatement("select id from keelson_online.projects where name = ?")) {
            select.setString(1, project);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    @Override
    public Reading read(Map<String, ? extends Collection<String>> keys) {
        List<String> viewOfKey = new ArrayList<>();
        List<byte[]> wanted = new ArrayList<>();
        keys.forEach((view, ofView) -> ofView.forEach(key -> {
            viewOfKey.add(view);
            wanted.add(utf8(key));
        }));
        return with("read", connection -> {
            try (PreparedStatement select = connection.prepareStatement(READ)) {
                select.setLong(1, projectId);
                select.setArray(2, array(connection, "text", keys.keySet().toArray()));
                select.setLong(3, projectId);
                select.setArray(4, array(connection, "text", viewOfKey.toArray()));
                select.setArray(5, array(connection, "bytea", wanted.toArray(byte[][]::new)));
                try (ResultSet row = select.executeQuery()) {
                    return reading(row);
                }
            }
        });
    }

    private static Reading reading(ResultSet row) throws SQLException {
        long pushes = 0;
        Map<String, ViewState> views = new HashMap<>();
        Map<String, Map<String, Entry>> values = new HashMap<>();
        while (row.next()) {
            switch (row.getInt(1)) {
                case 0 -> pushes = row.getLong(3);
                case 1 -> views.put(
                        row.getString(2),
                        new ViewState(row.getLong(3), instant(row, 4), instant(row, 5), row.getString(6)));
                default -> values.computeIfAbsent(row.getString(2), view -> new HashMap<>())
                        .put(
                                new String(row.getBytes(7), StandardCharsets.UTF_8),
                                new Entry(
                                        row.getBytes(8),
                                        Micros.toInstant(row.getLong(4)),
                                        Micros.toInstant(row.getLong(5))));
            }
        }
        return new Reading(pushes, views, values);
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? null : Micros.toInstant(micros);
    }

    @Override
    public OptionalLong putAll(
            List<Put> puts, Map<String, Instant> watermarks, Map<String, String> notes, Map<String, Long> expected) {
        Map<String, @Nullable Long> newest = new TreeMap<>();
        watermarks.keySet().forEach(view -> newest.put(view, null));
        notes.keySet().forEach(view -> newest.put(view, null));
        Map<String, Map<String, Entry>> last = new LinkedHashMap<>();
        for (Put put : puts) {
            long event = Micros.of(put.entry().eventTime());
            newest.merge(put.view(), event, Math::max);
            last.computeIfAbsent(put.view(), view -> new LinkedHashMap<>()).put(put.key(), put.entry());
        }
        return inTransaction(connection -> {
            long version = nextVersion(connection);
            if (!asExpected(connection, expected)) {
                connection.rollback();
                return OptionalLong.empty();
            }
            Map<String, Long> ids = new HashMap<>();
            try (PreparedStatement upsert = connection.prepareStatement(UPSERT_VIEW)) {
                for (Map.Entry<String, @Nullable Long> view : newest.entrySet()) {
                    Instant watermark = watermarks.get(view.getKey());
                    upsert.setLong(1, projectId);
                    upsert.setString(2, view.getKey());
                    upsert.setLong(3, version);
                    setLong(upsert, 4, watermark == null ? null : Micros.of(watermark));
                    setLong(upsert, 5, view.getValue());
                    upsert.setString(6, notes.get(view.getKey()));
                    try (ResultSet row = upsert.executeQuery()) {
                        row.next();
                        ids.put(view.getKey(), row.getLong(1));
                    }
                }
            }
            try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
                for (Map.Entry<String, Map<String, Entry>> view : last.entrySet()) {
                    put(connection, upsert, ids.getOrDefault(view.getKey(), -1L), view.getValue());
                }
            }
            return OptionalLong.of(version);
        });
    }

    private static void put(Connection connection, PreparedStatement upsert, long view, Map<String, Entry> entries)
            throws SQLException {
        List<Map.Entry<String, Entry>> rows = List.copyOf(entries.entrySet());
        for (int start = 0; start < rows.size(); start += ROWS_OF_A_STATEMENT) {
            List<Map.Entry<String, Entry>> some =
                    rows.subList(start, Math.min(rows.size(), start + ROWS_OF_A_STATEMENT));
            int count = some.size();
            Long[] views = new Long[count];
            byte[][] keys = new byte[count][];
            Long[] knownAts = new Long[count];
            Long[] eventTimes = new Long[count];
            byte[][] values = new byte[count][];
            for (int i = 0; i < count; i++) {
                Entry entry = some.get(i).getValue();
                views[i] = view;
                keys[i] = utf8(some.get(i).getKey());
                knownAts[i] = Micros.of(entry.knownAt());
                eventTimes[i] = Micros.of(entry.eventTime());
                values[i] = entry.bytes();
            }
            upsert.setArray(1, array(connection, "bigint", views));
            upsert.setArray(2, array(connection, "bytea", keys));
            upsert.setArray(3, array(connection, "bigint", knownAts));
            upsert.setArray(4, array(connection, "bigint", eventTimes));
            upsert.setArray(5, array(connection, "bytea", values));
            upsert.executeUpdate();
        }
    }

    /**
     * The next number: the microseconds of the server's clock, or one more than the last. So none is given twice, not even
     * after the database was restored to what it was before.
     */
    private static String next(String last) {
        return "greatest(" + last + " + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint)";
    }

    /** The version that a change gives. Changes of the same project wait here until this one is over. */
    private long nextVersion(Connection connection) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update keelson_online.projects set changes = " + next("changes") + " where id = ? returning changes")) {
            update.setLong(1, projectId);
            try (ResultSet row = update.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private boolean asExpected(Connection connection, Map<String, Long> expected) throws SQLException {
        if (expected.isEmpty()) {
            return true;
        }
        Map<String, Long> found = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select name, version from keelson_online.views where project_id = ? and name = any(?)")) {
            select.setLong(1, projectId);
            select.setArray(2, array(connection, "text", expected.keySet().toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.put(row.getString(1), row.getLong(2));
                }
            }
        }
        return expected.entrySet().stream()
                .allMatch(view -> view.getValue().equals(found.getOrDefault(view.getKey(), NO_VERSION)));
    }

    @Override
    public List<String> keys(String view) {
        return with("read", connection -> {
            List<String> keys = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("""
                    select entity_key from keelson_online.entity_values
                    where view_id = (select id from keelson_online.views where project_id = ? and name = ?)""")) {
                select.setLong(1, projectId);
                select.setString(2, view);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        keys.add(new String(row.getBytes(1), StandardCharsets.UTF_8));
                    }
                }
            }
            keys.sort(null);
            return List.copyOf(keys);
        });
    }

    @Override
    public Size size(String view) {
        return with("read", connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    select count(*), coalesce(sum(length(value)), 0) from keelson_online.entity_values
                    where view_id = (select id from keelson_online.views where project_id = ? and name = ?)""")) {
                select.setLong(1, projectId);
                select.setString(2, view);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? new Size(row.getLong(1), row.getLong(2)) : new Size(0, 0);
                }
            }
        });
    }

    @Override
    public List<String> views() {
        return with("read", connection -> {
            List<String> views = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "select name from keelson_online.views where project_id = ? and watermark is not null")) {
                select.setLong(1, projectId);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        views.add(row.getString(1));
                    }
                }
            }
            views.sort(null);
            return List.copyOf(views);
        });
    }

    @Override
    public void rename(String view, String newName) {
        if (view.equals(newName)) {
            return;
        }
        inTransaction(connection -> {
            long version = nextVersion(connection);
            try (PreparedStatement exists = connection.prepareStatement(
                    "select 1 from keelson_online.views where project_id = ? and name = ?")) {
                exists.setLong(1, projectId);
                exists.setString(2, view);
                try (ResultSet row = exists.executeQuery()) {
                    if (!row.next()) {
                        return false;
                    }
                }
            }
            forget(connection, newName);
            try (PreparedStatement update = connection.prepareStatement(
                    "update keelson_online.views set name = ?, version = ? where project_id = ? and name = ?")) {
                update.setString(1, newName);
                update.setLong(2, version);
                update.setLong(3, projectId);
                update.setString(4, view);
                return update.executeUpdate() == 1;
            }
        });
    }

    @Override
    public void remove(String view) {
        inTransaction(connection -> {
            nextVersion(connection);
            forget(connection, view);
            return true;
        });
    }

    private void forget(Connection connection, String view) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from keelson_online.views where project_id = ? and name = ?")) {
            delete.setLong(1, projectId);
            delete.setString(2, view);
            delete.executeUpdate(); // its values with it
        }
    }

    @Override
    public PushLog pushes() {
        return pushes;
    }

    @Override
    public String address() {
        return "PostgreSQL at " + address;
    }

    @Override
    public void close() {
        pool.close();
    }

    /** The pushed rows, beside the values. */
    private final class Pushes implements PushLog {

        @Override
        public Push append(
                String source, boolean online, boolean offline, Instant at, long knownFrom, String rows) {
            return inTransaction(connection -> {
                long number;
                try (PreparedStatement update = connection.prepareStatement(
                        "update keelson_online.projects set pushes = " + next("pushes") + " where id = ? returning pushes")) {
                    update.setLong(1, projectId);
                    try (ResultSet row = update.executeQuery()) {
                        row.next();
                        number = row.getLong(1);
                    }
                }
                try (PreparedStatement insert =
                        connection.prepareStatement("insert into keelson_online.pushes values (?, ?, ?, ?, ?, ?, ?, ?)")) {
                    insert.setLong(1, projectId);
                    insert.setLong(2, number);
                    insert.setString(3, source);
                    insert.setBoolean(4, online);
                    insert.setBoolean(5, offline);
                    insert.setLong(6, Micros.of(at));
                    insert.setLong(7, knownFrom);
                    insert.setBytes(8, utf8(rows));
                    insert.executeUpdate();
                }
                return new Push(number, source, online, offline, at, knownFrom, rows);
            });
        }

        @Override
        public List<Push> entries(long after) {
            return with("read", connection -> {
                List<Push> entries = new ArrayList<>();
                try (PreparedStatement select = connection.prepareStatement("""
                        select number, source, online, offline, pushed_at, known_from, content
                        from keelson_online.pushes where project_id = ? and number > ? order by number""")) {
                    select.setLong(1, projectId);
                    select.setLong(2, after);
                    try (ResultSet row = select.executeQuery()) {
                        while (row.next()) {
                            entries.add(new Push(
                                    row.getLong(1),
                                    row.getString(2),
                                    row.getBoolean(3),
                                    row.getBoolean(4),
                                    Micros.toInstant(row.getLong(5)),
                                    row.getLong(6),
                                    new String(row.getBytes(7), StandardCharsets.UTF_8)));
                        }
                    }
                }
                return entries;
            });
        }

        @Override
        public void loaded(Collection<Long> numbers) {
            change(
                    numbers,
                    "delete from keelson_online.pushes where project_id = ? and number = any(?) and not online",
                    "update keelson_online.pushes set offline = false where project_id = ? and number = any(?)");
        }

        @Override
        public void done(Collection<Long> numbers) {
            change(numbers, "delete from keelson_online.pushes where project_id = ? and number = any(?)");
        }

        private void change(Collection<Long> numbers, String... statements) {
            if (numbers.isEmpty()) {
                return;
            }
            inTransaction(connection -> {
                for (String sql : statements) {
                    try (PreparedStatement statement = connection.prepareStatement(sql)) {
                        statement.setLong(1, projectId);
                        statement.setArray(2, array(connection, "bigint", numbers.toArray()));
                        statement.executeUpdate();
                    }
                }
                return true;
            });
        }

        @Override
        public void close() {
            // with the store
        }
    }

    // ---- connections

    private <T> T inTransaction(Work<T> work) {
        return with("written", connection -> {
            connection.setAutoCommit(false);
            try {
                T result = work.in(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                try {
                    connection.rollback();
                } catch (SQLException rollback) {
                    e.addSuppressed(rollback);
                }
                throw e;
            } // the pool leaves the transaction's mode
        });
    }

    private <T> T with(String verb, Work<T> work) {
        if (pool.isClosed()) {
            throw new IllegalStateException("The online store (%s) is closed.".formatted(address()));
        }
        try (Connection connection = pool.getConnection()) {
            return work.in(connection);
        } catch (SQLException e) {
            throw failure(verb, e);
        }
    }

    private KeelsonException failure(String verb, SQLException cause) {
        String state = String.valueOf(cause.getSQLState());
        String kind = state.length() < 2 ? "" : state.substring(0, 2);
        // What the pool says of a connection that it could not get hides why.
        SQLException reason = cause.getCause() instanceof SQLException inner ? inner : cause;
        String says = address.message(reason).lines().findFirst().orElse("").replaceAll("\\.$", "");
        String message = "The online store (%s) cannot be %s: %s.".formatted(address(), verb, says);
        if (cause instanceof SQLTransientConnectionException
                || reason.getSQLState() == null
                || List.of("08", "28", "3D", "53", "57").contains(kind)) {
            boolean full = state.equals("53100");
            return new KeelsonException(
                    full ? ErrorCode.DISK_FULL : ErrorCode.STORE_UNREACHABLE,
                    message,
                    full
                            ? "Maybe make room on the server's disk: nothing half-written was kept."
                            : "Maybe the server does not run or refuses the user; the next request tries again.");
        }
        if (kind.equals("42") || kind.equals("25")) {
            return new KeelsonException(
                    ErrorCode.NOT_WRITABLE, message, "Maybe the user may not make or change the schema keelson_online.");
        }
        // The cause is left out: the driver's own text may quote the address.
        return new KeelsonException(
                ErrorCode.INTERNAL, message, "Maybe the server's log tells more; please report it with its lines.");
    }

    private static Array array(Connection connection, String type, Object[] elements) throws SQLException {
        return connection.createArrayOf(type, elements);
    }

    private static void setLong(PreparedStatement statement, int place, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(place, Types.BIGINT);
        } else {
            statement.setLong(place, value);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What is done with a connection. */
    @FunctionalInterface
    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }
}

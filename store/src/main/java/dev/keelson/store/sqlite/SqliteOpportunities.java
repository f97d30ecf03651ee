package dev.keelson.store.sqlite;

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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * Captured opportunities in one SQLite file ({@code opportunities.db}): what was kept of each, every settlement that it was
 * given, and whether a webhook was told. What is written is on disk when a call returns. Nothing is held in memory.
 *
 * <p>Safe for use by several threads; several processes may open the file.
 */
public final class SqliteOpportunities implements AutoCloseable {
    private static final int SCHEMA_VERSION = 1;
    private static final List<String> SCHEMA = List.of(
            """
            create table opportunities (
              number integer primary key autoincrement,
              id text not null unique,
              at integer not null,
              state text not null,
              webhook text,
              document text not null,
              settlement text
            ) strict""",
            "create index opportunities_by_state on opportunities (state, number)",
            "create index opportunities_by_time on opportunities (at)",
            "create index opportunities_waiting on opportunities (number) where webhook = 'waiting'",
            """
            create table settlements (
              number integer primary key autoincrement,
              id text not null,
              settlement text not null
            ) strict""",
            "create index settlements_by_id on settlements (id)",
            "create table deliveries (number integer primary key autoincrement, id text not null, at integer not null,"
                    + " status integer not null) strict");
    private static final String SELECT = "select number, id, state, webhook, document, settlement from opportunities";
    /** A column of the bet as text; one that it lacks is empty. */
    private static final String COLUMN = "case json_type(document, ?) when 'true' then 'true' when 'false' then 'false'"
            + " when 'null' then 'null' else coalesce(cast(json_extract(document, ?) as text), '') end = ?";

    /** A text within the id or within a value, as {@code instr} finds it: no character of it has a meaning of its own. */
    private static final String TEXT = "exists (select 1 from (select id as value union all"
            + " select value from json_each(document, '$.bet') union all select value from json_each(document, '$.seen'))"
            + " where instr(lower(value), ?) > 0)";

    private final SqliteFile file;
    private final Connection connection;

    /**
     * One opportunity.
     *
     * @param number ascends in the order in which they were captured
     * @param id the caller's
     * @param state {@code open} or {@code settled}
     * @param webhook {@code waiting}, {@code sent} or {@code refused}; null when none was to be told
     * @param document what was captured, a JSON object
     * @param settlement the one that counts, a JSON object; null while it is open
     */
    public record Kept(
            long number, String id, String state, @Nullable String webhook, String document, @Nullable String settlement) {}

    /**
     * Which to list.
     *
     * @param state {@code open} or {@code settled}; null for both
     * @param columns value of the bet's columns, as texts
     * @param from captured at or after; null for any
     * @param to captured before; null for any
     * @param text part of the id, of a value of the bet or of where it was seen, whatever the case of ASCII letters; null for any
     */
    public record Wanted(
            @Nullable String state,
            Map<String, String> columns,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String text) {
        public Wanted {
            columns = Map.copyOf(columns);
        }
    }

    /**
     * Opens the file, and makes it when there is none.
     *
     * @throws dev.keelson.error.KeelsonException DISK_FULL, NOT_WRITABLE or STORE_DAMAGED
     */
    public SqliteOpportunities(Path path) {
        this.file = new SqliteFile(path, SynchronousMode.FULL);
        this.connection = file.openForWriting();
        try {
            prepare();
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        } catch (RuntimeException e) {
            throw SqliteFile.abandoning(connection, e);
        }
    }

    private void prepare() throws SQLException {
        SqliteFile.begin(connection); // of two that open a new file one makes the tables
        int version = SqliteFile.userVersion(connection);
        if (version == 0) {
            try (Statement statement = connection.createStatement()) {
                for (String sql : SCHEMA) {
                    statement.execute(sql);
                }
                statement.execute("pragma user_version = " + SCHEMA_VERSION);
            }
        } else if (version != SCHEMA_VERSION) {
            throw file.otherVersion(version, SCHEMA_VERSION);
        }
        SqliteFile.commit(connection);
    }

    /**
     * Keeps one.
     *
     * @param id not known yet
     * @param at when it was captured
     * @param document a JSON object with the bet as {@code bet}
     * @param webhook whether a webhook is to be told
     */
    public void capture(String id, Instant at, String document, boolean webhook) {
        write(
                "insert into opportunities (id, at, state, webhook, document) values (?, ?, 'open', ?, ?)",
                id,
                Micros.of(at),
                webhook ? "waiting" : null,
                document);
    }

    /** Says what became of one; an earlier settlement stays in the file beside it. */
    public synchronized void settle(String id, String settlement) {
        together(() -> {
            write("insert into settlements (id, settlement) values (?, ?)", id, settlement);
            write("update opportunities set state = 'settled', settlement = ? where id = ?", settlement, id);
        });
    }

    /**
     * Says that the webhook answered.
     *
     * @param accepted whether it took it
     * @param status what it answered
     */
    public synchronized void told(String id, Instant at, boolean accepted, int status) {
        together(() -> {
            write("insert into deliveries (id, at, status) values (?, ?, ?)", id, Micros.of(at), status);
            write("update opportunities set webhook = ? where id = ?", accepted ? "sent" : "refused", id);
        });
    }

    /** The one of that id. */
    public Optional<Kept> find(String id) {
        return read(SELECT + " where id = ?", List.of(id)).stream().findFirst();
    }

    /**
     * Those that the webhook waits for, oldest first.
     *
     * @param limit at most so many
     */
    public List<Kept> waiting(int limit) {
        return read(SELECT + " where webhook = 'waiting' order by number limit " + limit, List.of());
    }

    /** How many the webhook waits for. */
    public long waiting() {
        return count("select count(*) from opportunities where webhook = 'waiting'", List.of());
    }

    /**
     * A page, newest first.
     *
     * @param before {@link Kept#number} of the last one seen; {@code Long.MAX_VALUE} for the first page
     * @param limit at most so many
     */
    public List<Kept> page(Wanted wanted, long before, int limit) {
        Condition condition = new Condition(wanted);
        condition.values.add(before);
        return read(
                SELECT + " where " + condition.text() + " number < ? order by number desc limit " + limit, condition.values);
    }

    /** How many match. */
    public long count(Wanted wanted) {
        Condition condition = new Condition(wanted);
        return count("select count(*) from opportunities where " + condition.text() + " true", condition.values);
    }

    private static final class Condition {
        private final StringBuilder text = new StringBuilder();
        private final List<Object> values = new ArrayList<>();

        Condition(Wanted wanted) {
            add("state = ?", wanted.state());
            add("at >= ?", wanted.from() == null ? null : Micros.of(wanted.from()));
            add("at < ?", wanted.to() == null ? null : Micros.of(wanted.to()));
            String text = wanted.text();
            add(TEXT, text == null ? null : text.toLowerCase(Locale.ROOT));
            wanted.columns().forEach((column, value) -> {
                String path = "$.bet.\"" + column + "\"";
                values.addAll(List.of(path, path));
                add(COLUMN, value);
            });
        }

        private void add(String part, @Nullable Object value) {
            if (value != null) {
                text.append(part).append(" and ");
                values.add(value);
            }
        }

        String text() {
            return text.toString();
        }
    }

    private synchronized List<Kept> read(String sql, List<Object> values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            List<Kept> found = new ArrayList<>();
            try (ResultSet row = bound(statement, values.toArray()).executeQuery()) {
                while (row.next()) {
                    found.add(new Kept(
                            row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5),
                            row.getString(6)));
                }
            }
            return found;
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    private synchronized long count(String sql, List<Object> values) {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = bound(statement, values.toArray()).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    private synchronized void write(String sql, @Nullable Object... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bound(statement, values).executeUpdate();
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    /** Writes in one transaction. */
    private void together(Runnable writes) {
        try {
            SqliteFile.begin(connection);
            writes.run();
            SqliteFile.commit(connection);
        } catch (SQLException e) {
            SqliteFile.rollback(connection, e);
            throw file.failure(e);
        } catch (RuntimeException e) {
            SqliteFile.rollback(connection, e);
            throw e;
        }
    }

    private static PreparedStatement bound(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }
}

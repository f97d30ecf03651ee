package dev.keelson.store.postgres;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.sync.SyncTable;
import dev.keelson.sync.SyncTable.Column;
import dev.keelson.sync.SyncType;
import dev.keelson.sync.spi.SyncTargets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Writes to tables of PostgreSQL: each batch is one transaction of {@code INSERT ... ON CONFLICT ... DO UPDATE}. A lost
 * connection, a deadlock and a server that starts are tried again with growing pauses. Safe for use by several threads.
 */
public final class PostgresSync implements SyncTargets {
    private static final int ATTEMPTS = 5;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    /** The types of a column that take cells of a type. */
    private static final Map<SyncType, Set<String>> TAKEN = Map.of(
            SyncType.LONG,
                    Set.of(
                            "int2", "int4", "int8", "smallserial", "serial", "bigserial", "numeric", "float4", "float8", "text",
                            "varchar"),
            SyncType.DOUBLE, Set.of("numeric", "float4", "float8", "text", "varchar"),
            SyncType.BOOLEAN, Set.of("bool", "text", "varchar"),
            SyncType.DATE, Set.of("date", "timestamp", "timestamptz", "text", "varchar"),
            SyncType.TIMESTAMP, Set.of("timestamp", "timestamptz", "text", "varchar"),
            SyncType.JSON, Set.of("json", "jsonb", "text", "varchar"),
            SyncType.UUID, Set.of("uuid", "text", "varchar"),
            SyncType.TEXT, Set.of("text", "varchar", "bpchar", "uuid", "json", "jsonb"));

    /** The types that are judged before anything is written; of others, enumerations among them, the server judges the values. */
    private static final Set<String> JUDGED = Stream.concat(
                    TAKEN.values().stream().flatMap(Set::stream), Stream.of("bytea"))
            .collect(Collectors.toUnmodifiableSet());

    private final Pause pause;

    /** Waits as long as it must. */
    public PostgresSync() {
        this(Thread::sleep);
    }

    PostgresSync(Pause pause) {
        this.pause = pause;
    }

    /** Waits. */
    @FunctionalInterface
    interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    @Override
    public boolean writes(SourceOrigin target) {
        return target instanceof SourceOrigin.Postgres;
    }

    @Override
    public String identity(SourceOrigin target) {
        Located table = postgres(target).table();
        return PostgresAddress.parse(postgres(target).address(), PostgresTables.SETTINGS) + " " + (table == null ? "" : table.text());
    }

    @Override
    public Open open(SyncTable table) {
        Writer writer = new Writer(table, PostgresAddress.parse(postgres(table.target()).address(), PostgresTables.SETTINGS));
        try {
            writer.check();
        } catch (RuntimeException e) {
            writer.close();
            throw e;
        }
        return writer;
    }

    private static SourceOrigin.Postgres postgres(SourceOrigin target) {
        if (target instanceof SourceOrigin.Postgres postgres) {
            return postgres;
        }
        throw new IllegalArgumentException("(%s) is no table of PostgreSQL.".formatted(target));
    }

    /** Work with a connection that may be done again. */
    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    /** A table that is written to. */
    private final class Writer implements Open {
        private final SyncTable table;
        private final PostgresAddress address;
        private final String insert;
        private final String onConflict;
        private @Nullable Connection connection;

        Writer(SyncTable table, PostgresAddress address) {
            this.table = table;
            this.address = address;
            String names = table.names().stream().map(PostgresTables::quoted).collect(Collectors.joining(", "));
            String key = table.key().stream().map(PostgresTables::quoted).collect(Collectors.joining(", "));
            String set = table.names().stream()
                    .filter(name -> !table.key().contains(name))
                    .map(name -> PostgresTables.quoted(name) + " = excluded." + PostgresTables.quoted(name))
                    .collect(Collectors.joining(", "));
            this.insert = "INSERT INTO %s (%s) VALUES ".formatted(PostgresTables.quotedTable(table.name()), names);
            this.onConflict =
                    " ON CONFLICT (%s) DO %s".formatted(key, set.isEmpty() ? "NOTHING" : "UPDATE SET " + set);
        }

        private String upsert(String value) {
            return insert + "(" + String.join(", ", Collections.nCopies(table.columns().size(), value)) + ")" + onConflict;
        }

        /** Looks at the columns, then lets the server plan the writing, which judges the key and the rights. */
        void check() {
            tried(List.of(), open -> {
                checkColumns(open);
                try (Statement plan = open.createStatement()) {
                    plan.execute("EXPLAIN " + upsert("NULL"));
                }
                open.rollback();
            });
        }

        private void checkColumns(Connection open) throws SQLException {
            Map<String, String> types = new LinkedHashMap<>();
            try (Statement statement = open.createStatement();
                    ResultSet none = statement.executeQuery(
                            "SELECT * FROM %s LIMIT 0".formatted(PostgresTables.quotedTable(table.name())))) {
                ResultSetMetaData there = none.getMetaData();
                for (int i = 1; i <= there.getColumnCount(); i++) {
                    types.put(there.getColumnName(i), there.getColumnTypeName(i));
                }
            }
            List<Column> missing = table.columns().stream()
                    .filter(column -> !types.containsKey(column.name()))
                    .toList();
            List<Problem> problems = new ArrayList<>();
            if (!missing.isEmpty()) {
                problems.add(problem(
                        "has no column %s"
                                .formatted(missing.stream()
                                        .map(column -> "(" + column.name() + ")")
                                        .collect(Collectors.joining(", "))),
                        "Maybe add %s: %s".formatted(missing.size() == 1 ? "it" : "them", table.addStatement(missing))));
            }
            for (Column column : table.columns()) {
                String there = types.get(column.name());
                if (there != null && !takes(there, column.type())) {
                    problems.add(problem(
                            "has a column (%s) of type %s, and what is written to it is of type %s"
                                    .formatted(column.name(), there, column.type().sql()),
                            "Maybe the table should be like this one: " + table.createStatement()));
                }
            }
            if (!problems.isEmpty()) {
                throw new KeelsonException(problems, null);
            }
        }

        @Override
        public void put(List<@Nullable String[]> rows) {
            tried(rows, open -> {
                try (PreparedStatement statement = open.prepareStatement(upsert("?"))) {
                    for (@Nullable String[] row : rows) {
                        for (int i = 0; i < row.length; i++) {
                            statement.setString(i + 1, row[i]);
                        }
                        statement.addBatch();
                    }
                    statement.executeBatch();
                }
                open.commit();
            });
        }

        private void tried(List<@Nullable String[]> rows, Work work) {
            Duration wait = FIRST_PAUSE;
            for (int attempt = 1; ; attempt++) {
                try {
                    work.on(connected());
                    return;
                } catch (SQLException e) {
                    close(); // which rolls back
                    if (!mayPass(e) || attempt == ATTEMPTS) {
                        throw failure(e, rows);
                    }
                }
                try {
                    pause.of(wait);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new KeelsonException(
                            ErrorCode.TARGET_UNREACHABLE,
                            "The writing to the table (%s) was interrupted.".formatted(table.name()),
                            null,
                            e);
                }
                wait = wait.multipliedBy(2);
            }
        }

        private Connection connected() throws SQLException {
            Connection open = connection;
            if (open == null) {
                open = address.connectToWrite();
                connection = open;
                open.setAutoCommit(false);
                try (Statement settings = open.createStatement()) {
                    settings.execute("SET TIME ZONE 'UTC'");
                    settings.execute("SET DateStyle = 'ISO, YMD'");
                }
                open.commit();
            }
            return open;
        }

        @Override
        public void close() {
            Connection open = connection;
            connection = null;
            if (open != null) {
                try {
                    open.close();
                } catch (SQLException e) {
                    connection = null; // it is gone; what was not committed is not there
                }
            }
        }

        // ---- what is wrong

        private KeelsonException failure(SQLException failure, List<@Nullable String[]> rows) {
            String state = state(failure);
            SQLException deepest = failure;
            while (deepest.getNextException() != null) { // of a batch, the last one says what it was
                deepest = deepest.getNextException();
            }
            String message = address.message(deepest)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .replaceAll("^ERROR: |\\.$", "");
            if (Stream.of("08", "53", "57", "58", "40").anyMatch(state::startsWith)) {
                return new KeelsonException(Problem.at(
                        ErrorCode.TARGET_UNREACHABLE,
                        location(),
                        "The table (%s) of the database %s cannot be written to: %s.".formatted(table.name(), address, message),
                        "Maybe the server does not run, or the address names another host or port."));
            }
            String column = column(deepest, message, rows);
            String hint =
                    switch (state) {
                        case "42P01", "3F000" -> "Maybe make it: " + table.createStatement();
                        case "42P10" -> "Maybe make its key unique: " + table.uniqueStatement();
                        case "42501" -> "Maybe another user may write to it; check the variable that holds the address.";
                        default ->
                            state.startsWith("28") || state.startsWith("3D")
                                    ? "Maybe the user, the password or the database is another one; check the variable that"
                                            + " holds the address."
                                    : "Maybe the table should be like this one: " + table.createStatement();
                    };
            // The cause is left out: the driver's own text may quote the address.
            return new KeelsonException(
                    List.of(problem(
                            (column == null ? "" : "refused a value of the column (%s): ".formatted(column))
                                    + (column == null ? "cannot be written to: " : "") + message,
                            hint)),
                    null);
        }

        /** The column that the server names, or the one with the value that it quotes. */
        private @Nullable String column(SQLException failure, String message, List<@Nullable String[]> rows) {
            ServerErrorMessage server = failure instanceof PSQLException known ? known.getServerErrorMessage() : null;
            String named = server == null ? null : server.getColumn();
            if (named != null) {
                return named;
            }
            int quote = message.indexOf(": \"");
            if (quote >= 0 && message.endsWith("\"")) {
                String value = message.substring(quote + 3, message.length() - 1);
                for (@Nullable String[] row : rows) {
                    for (int i = 0; i < row.length; i++) {
                        if (value.equals(row[i])) {
                            return table.names().get(i);
                        }
                    }
                }
            }
            return null;
        }

        private Problem problem(String what, String hint) {
            return Problem.at(
                    ErrorCode.TARGET_REFUSED,
                    location(),
                    "The table (%s) of the database %s %s.".formatted(table.name(), address, what),
                    hint);
        }

        private dev.keelson.error.@Nullable Location location() {
            return table.target().name().location();
        }
    }

    private static boolean takes(String there, SyncType cells) {
        return !JUDGED.contains(there) || TAKEN.getOrDefault(cells, Set.of()).contains(there);
    }

    private static String state(SQLException failure) {
        return String.valueOf(failure.getSQLState());
    }

    /** Connection failures, exhausted resources, shutdown and start-up, deadlocks and serialisation failures. */
    private static boolean mayPass(SQLException failure) {
        String state = state(failure);
        return state.startsWith("08") || state.startsWith("53") || state.startsWith("57P") || state.startsWith("40");
    }
}

package dev.keelson.store.postgres;

import dev.keelson.data.SourceOrigin;
import dev.keelson.data.spi.SourceTables;
import dev.keelson.data.spi.TableQuery;
import dev.keelson.data.spi.TableSink;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables, views and queries of PostgreSQL: one read-only transaction with one view of the data, through a cursor,
 * so that the server's answer is never in memory as a whole. Rows come in order of the key. Safe for use by several
 * threads; each reading has a connection of its own.
 *
 * <p>Types: {@code smallint}, {@code integer} and {@code bigint} are LONG; {@code real}, {@code double precision} and
 * {@code numeric} are DOUBLE, the nearest to the decimal digits; {@code boolean} BOOLEAN; {@code date} DATE;
 * {@code timestamptz} TIMESTAMP; {@code timestamp} TIMESTAMP in the zone of the source; everything else, {@code uuid},
 * enumerations and {@code jsonb} included, is its text. {@code bytea} is refused.
 */
public final class PostgresTables implements SourceTables {
    private static final int FETCH_ROWS = 10_000;
    static final Map<String, String> SETTINGS = Map.of("connectTimeout", "10", "socketTimeout", "600");

    @Override
    public boolean reads(SourceOrigin origin) {
        return origin instanceof SourceOrigin.Postgres;
    }

    @Override
    public void read(SourceOrigin origin, TableQuery query, TableSink sink) {
        if (!(origin instanceof SourceOrigin.Postgres postgres)) {
            throw new IllegalArgumentException("(%s) is no PostgreSQL table.".formatted(origin));
        }
        PostgresAddress address = PostgresAddress.parse(postgres.address(), SETTINGS);
        try (Connection connection = address.connect()) {
            connection.setAutoCommit(false);
            try (Statement settings = connection.createStatement()) {
                settings.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                settings.execute("SET LOCAL TIME ZONE 'UTC'");
                settings.execute("SET LOCAL DateStyle = 'ISO'");
            }
            read(connection, postgres, query, sink);
            connection.rollback();
        } catch (SQLException e) {
            throw failure(postgres, address, e);
        }
    }

    private static void read(Connection connection, SourceOrigin.Postgres origin, TableQuery query, TableSink sink)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql(origin, query))) {
            statement.setFetchSize(FETCH_ROWS);
            Instant since = query.since();
            if (since != null) {
                bind(statement, cursorType(connection, origin, query.cursor()), since, query.zone());
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<Column> columns = columns(rows.getMetaData(), origin);
                sink.columns(columns);
                while (rows.next()) {
                    @Nullable String[] cells = new @Nullable String[columns.size()];
                    for (int i = 0; i < cells.length; i++) {
                        String text = rows.getString(i + 1);
                        boolean truth = columns.get(i).type() == ColumnType.BOOLEAN && text != null;
                        cells[i] = truth ? (text.startsWith("t") ? "true" : "false") : text;
                    }
                    sink.row(cells);
                }
            }
        }
    }

    private static String sql(SourceOrigin.Postgres origin, TableQuery query) {
        String cursor = quoted(query.cursor());
        return "SELECT * FROM %s AS rows_of_source%s ORDER BY %s%s"
                .formatted(
                        from(origin),
                        query.since() == null
                                ? ""
                                : " WHERE " + cursor + " >= ?" + (query.feed() ? " OR " + cursor + " IS NULL" : ""),
                        query.key().stream().map(PostgresTables::quoted).collect(Collectors.joining(", ")),
                        query.feed() ? ", " + cursor + " NULLS LAST" : "");
    }

    private static String from(SourceOrigin.Postgres origin) {
        Located table = origin.table();
        Located select = origin.query();
        if (table != null) {
            return quotedTable(table.text());
        }
        String text = select == null ? "" : select.text().strip();
        return "(" + (text.endsWith(";") ? text.substring(0, text.length() - 1) : text) + "\n)";
    }

    /** A table's name with its schema, if it has one, each part quoted. */
    static String quotedTable(String table) {
        int dot = table.indexOf('.');
        return dot < 0 ? quoted(table) : quoted(table.substring(0, dot)) + "." + quoted(table.substring(dot + 1));
    }

    static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String cursorType(Connection connection, SourceOrigin.Postgres origin, String cursor)
            throws SQLException {
        String sql = "SELECT %s FROM %s AS rows_of_source LIMIT 0".formatted(quoted(cursor), from(origin));
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet none = statement.executeQuery()) {
            return none.getMetaData().getColumnTypeName(1);
        }
    }

    private static void bind(PreparedStatement statement, String type, Instant since, ZoneId zone)
            throws SQLException {
        switch (type) {
            case "timestamptz" -> statement.setObject(1, OffsetDateTime.ofInstant(since, ZoneOffset.UTC));
            case "timestamp" -> statement.setObject(1, LocalDateTime.ofInstant(since, zone));
            case "date" -> statement.setObject(1, since.atZone(zone).toLocalDate());
            // A text column holds ISO dates or times; those of the day before are earlier in every zone.
            default -> statement.setString(1, since.atZone(zone).toLocalDate().minusDays(1).toString());
        }
    }

    private static List<Column> columns(ResultSetMetaData metadata, SourceOrigin.Postgres origin) throws SQLException {
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= metadata.getColumnCount(); i++) {
            String name = metadata.getColumnLabel(i);
            String type = metadata.getColumnTypeName(i);
            if (type.equals("bytea")) {
                throw new KeelsonException(Problem.at(
                        ErrorCode.SOURCE_UNREADABLE,
                        origin.name().location(),
                        "The column (%s) of (%s) is of type bytea, which is no value of a table of events."
                                .formatted(name, origin.name()),
                        "Maybe use a `query` that leaves it out."));
            }
            columns.add(new Column(name, type(type)));
        }
        return columns;
    }

    private static ColumnType type(String type) {
        return switch (type) {
            case "int2", "int4", "int8", "smallserial", "serial", "bigserial", "oid" -> ColumnType.LONG;
            case "float4", "float8", "numeric" -> ColumnType.DOUBLE;
            case "bool" -> ColumnType.BOOLEAN;
            case "date" -> ColumnType.DATE;
            case "timestamp", "timestamptz" -> ColumnType.TIMESTAMP;
            default -> ColumnType.STRING;
        };
    }

    private static KeelsonException failure(
            SourceOrigin.Postgres origin, PostgresAddress address, SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        String message = address.message(failure).lines().findFirst().orElse("").replaceAll("\\.$", "");
        boolean absent = state.equals("42P01") || state.equals("3F000");
        String hint =
                switch (state.length() < 2 ? "" : state.substring(0, 2)) {
                    case "08" -> "Maybe the server does not run, or the address names another host or port.";
                    case "28" -> "Maybe the user or the password is another one; check the variable that holds the address.";
                    case "3D" -> "Maybe the database has another name.";
                    case "42" -> "Maybe a name is misspelt or the user may not read it; a table in a schema is `schema.table`.";
                    default -> null;
                };
        // The cause is left out: the driver's own text may quote the address.
        return new KeelsonException(Problem.at(
                absent ? ErrorCode.SOURCE_NOT_FOUND : ErrorCode.SOURCE_UNREADABLE,
                origin.name().location(),
                "(%s) of the database %s cannot be read: %s.".formatted(origin.name(), address, message),
                hint));
    }
}

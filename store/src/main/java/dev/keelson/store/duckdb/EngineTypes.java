package dev.keelson.store.duckdb;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;

/** What types of the engine are here, and frames into its tables and out of its queries. */
final class EngineTypes {
    static final String INSTANT = "TIMESTAMP WITH TIME ZONE";
    static final String TEXT = "VARCHAR";

    private static final Set<String> WHOLE =
            Set.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER");

    private EngineTypes() {}

    /** Names and types of the columns of a query, in order. */
    static Map<String, String> describe(DuckDBConnection connection, String query) throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("DESCRIBE " + query)) {
            while (result.next()) {
                columns.put(result.getString("column_name"), result.getString("column_type"));
            }
        }
        return columns;
    }

    static boolean isWhole(String type) {
        return WHOLE.contains(type);
    }

    static ColumnType columnType(String type) {
        if (isWhole(type)) {
            return ColumnType.LONG;
        }
        if (type.equals("DOUBLE")
                || type.equals("FLOAT")
                || type.equals("HUGEINT")
                || type.equals("UBIGINT")
                || type.startsWith("DECIMAL")) {
            return ColumnType.DOUBLE;
        }
        return switch (type) {
            case "BOOLEAN" -> ColumnType.BOOLEAN;
            case "DATE" -> ColumnType.DATE;
            case INSTANT, "TIMESTAMP" -> ColumnType.TIMESTAMP;
            default -> ColumnType.STRING;
        };
    }

    /** A table of a frame's rows in their order: {@code seq} from 0, then {@code c0}, {@code c1}, … */
    static void create(DuckDBConnection connection, String table, Frame rows) throws SQLException {
        List<Column> columns = rows.schema().columns();
        StringBuilder sql = new StringBuilder("CREATE TEMP TABLE " + table + " (seq BIGINT");
        for (int i = 0; i < columns.size(); i++) {
            sql.append(", c").append(i).append(' ').append(storedType(columns.get(i).type()));
        }
        ParquetFiles.execute(connection, sql.append(')').toString());
        try (DuckDBAppender appender = connection.createAppender("temp", "main", table)) {
            for (int row = 0; row < rows.rows(); row++) {
                appender.beginRow();
                appender.append((long) row);
                for (int i = 0; i < columns.size(); i++) {
                    ParquetFiles.append(appender, rows.vector(i), row);
                }
                appender.endRow();
            }
        }
    }

    /** The type of a column of such a table. A timestamp there is an instant in UTC, without saying so. */
    static String storedType(ColumnType type) {
        return ParquetFiles.type(type);
    }

    /**
     * The rows of a query in their order.
     *
     * @param rows how many there are
     */
    static Frame read(DuckDBConnection connection, String query, int rows) throws SQLException {
        List<Column> columns = new ArrayList<>();
        describe(connection, query).forEach((name, type) -> columns.add(new Column(name, columnType(type))));
        return read(connection, query, columns, rows);
    }

    /** The rows of a query whose columns are known. */
    static Frame read(DuckDBConnection connection, String query, List<Column> columns, int rows) throws SQLException {
        List<ParquetFiles.Cells> cells = columns.stream()
                .map(column -> new ParquetFiles.Cells(column.type(), rows))
                .toList();
        String sql = columns.stream().map(EngineTypes::selected).collect(Collectors.joining(", ", "SELECT ", ""))
                + " FROM (" + query + ")";
        int at = 0;
        try (PreparedStatement statement = connection.prepareStatement(sql);
                DuckDBChunkedResult result =
                        statement.unwrap(DuckDBPreparedStatement.class).query()) {
            while (result.nextChunk()) {
                DuckDBDataChunkReader chunk = result.chunk();
                int count = Math.toIntExact(chunk.rowCount());
                for (int c = 0; c < cells.size(); c++) {
                    cells.get(c).add(chunk.vector(c), at, count);
                }
                at += count;
            }
        }
        return new Frame(
                new Schema(columns),
                cells.stream().map(ParquetFiles.Cells::vector).toList(),
                rows);
    }

    private static String selected(Column column) {
        String name = ParquetFiles.name(column.name());
        return switch (column.type()) {
            case DATE -> "(" + name + " - DATE '1970-01-01')::BIGINT";
            case TIMESTAMP -> "epoch_us(" + name + ")";
            case DOUBLE -> name + "::DOUBLE";
            case LONG -> name + "::BIGINT";
            case BOOLEAN -> name;
            case STRING -> name + "::VARCHAR";
        };
    }
}

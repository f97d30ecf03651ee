package dev.keelson.store.duckdb;

import dev.keelson.data.SourceOrigin;
import dev.keelson.data.spi.SourceTables;
import dev.keelson.data.spi.TableQuery;
import dev.keelson.data.spi.TableSink;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/**
 * Reads Parquet files through DuckDB, within the engine's memory limit. What a file says of itself is not believed: a
 * file that does not end as it should, or gives other rows than it announces, is refused.
 *
 * <p>Whole numbers are LONG, decimals and floating point numbers DOUBLE (a decimal is read by its digits), times with
 * and without a zone TIMESTAMP; texts, UUIDs, times of day, lists and structures are texts.
 */
public final class ParquetTables implements SourceTables {
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

    private final Path folder;
    private final DuckDb engine;

    /**
     * @param folder where relative paths start: the project's folder
     * @param engine what reads; held while it does
     */
    public ParquetTables(Path folder, DuckDb engine) {
        this.folder = folder;
        this.engine = engine;
    }

    @Override
    public boolean reads(SourceOrigin origin) {
        return origin instanceof SourceOrigin.Files file
                && file.name().text().toLowerCase(Locale.ROOT).endsWith(".parquet");
    }

    @Override
    public void read(SourceOrigin origin, TableQuery query, TableSink sink) {
        String name = origin.name().text();
        Path file = folder.resolve(name).normalize();
        if (!Files.isRegularFile(file)) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.SOURCE_NOT_FOUND,
                    origin.name().location(),
                    "There is no file (%s).".formatted(file),
                    "Maybe it was not fetched yet, or has another name."));
        }
        try {
            checkFrame(name, file);
            synchronized (engine) {
                read(name, file, sink);
            }
        } catch (IOException | SQLException e) {
            throw unreadable(name, "The Parquet file cannot be read: %s.".formatted(firstLine(e)), e);
        }
    }

    private static String firstLine(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        String first = message.lines().findFirst().orElse(message);
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }

    /** A footer that claims to be longer than the file would be asked for in one piece. */
    private static void checkFrame(String name, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            java.nio.ByteBuffer ends = java.nio.ByteBuffer.allocate(12).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            boolean framed = size >= 12;
            if (framed) {
                channel.read(ends.limit(4), 0);
                channel.read(ends.limit(12), size - 8);
                byte[] bytes = ends.array();
                framed = java.util.Arrays.equals(bytes, 0, 4, MAGIC, 0, 4)
                        && java.util.Arrays.equals(bytes, 8, 12, MAGIC, 0, 4);
            }
            if (!framed) {
                throw unreadable(name, "The file does not begin and end as a Parquet file does.", null);
            }
            long footer = Integer.toUnsignedLong(ends.getInt(4));
            if (footer > size - 12) {
                throw unreadable(
                        name,
                        String.format(
                                Locale.ROOT,
                                "The file's footer claims %,d bytes, but the file has %,d.",
                                footer,
                                size),
                        null);
            }
        }
    }

    private void read(String name, Path file, TableSink sink) throws SQLException {
        String literal = "'" + file.toString().replace("'", "''") + "'";
        List<Column> columns = columns(literal);
        long announced = announced(literal);
        sink.columns(columns);
        String sql = "SELECT %s FROM read_parquet(%s, hive_partitioning = false)"
                .formatted(
                        columns.stream()
                                .map(column -> "CAST(\"" + column.name().replace("\"", "\"\"") + "\" AS VARCHAR)")
                                .collect(Collectors.joining(", ")),
                        literal);
        long rows = 0;
        try (PreparedStatement statement = engine.connection().prepareStatement(sql);
                DuckDBChunkedResult result =
                        statement.unwrap(DuckDBPreparedStatement.class).query()) {
            while (result.nextChunk()) {
                DuckDBDataChunkReader chunk = result.chunk();
                int count = Math.toIntExact(chunk.rowCount());
                DuckDBReadableVector[] vectors = new DuckDBReadableVector[columns.size()];
                for (int c = 0; c < vectors.length; c++) {
                    vectors[c] = chunk.vector(c);
                }
                for (int row = 0; row < count; row++) {
                    @Nullable String[] cells = new @Nullable String[vectors.length];
                    for (int c = 0; c < vectors.length; c++) {
                        cells[c] = vectors[c].isNull(row) ? null : vectors[c].getString(row);
                    }
                    sink.row(cells);
                }
                rows += count;
            }
        }
        if (rows != announced) {
            throw unreadable(
                    name,
                    String.format(Locale.ROOT, "The file announces %,d rows, but gives %,d.", announced, rows),
                    null);
        }
    }

    private long announced(String literal) throws SQLException {
        try (PreparedStatement statement = engine.connection()
                        .prepareStatement("SELECT num_rows FROM parquet_file_metadata(" + literal + ")");
                ResultSet result = statement.executeQuery()) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    private List<Column> columns(String literal) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement = engine.connection()
                        .prepareStatement(
                                "DESCRIBE SELECT * FROM read_parquet(" + literal + ", hive_partitioning = false)");
                ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                columns.add(new Column(result.getString(1), type(result.getString(2))));
            }
        }
        return columns;
    }

    private static ColumnType type(String type) {
        String plain = type.replaceAll("\\(.*", "");
        return switch (plain) {
            case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT" ->
                ColumnType.LONG;
            case "FLOAT", "DOUBLE", "DECIMAL" -> type.endsWith("]") ? ColumnType.STRING : ColumnType.DOUBLE;
            case "BOOLEAN" -> ColumnType.BOOLEAN;
            case "DATE" -> ColumnType.DATE;
            case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE" ->
                ColumnType.TIMESTAMP;
            default -> ColumnType.STRING;
        };
    }

    private static KeelsonException unreadable(String name, String message, @Nullable Throwable cause) {
        return new KeelsonException(
                List.of(Problem.at(
                        ErrorCode.SOURCE_UNREADABLE,
                        new Location(name, 0, 0),
                        message,
                        "Maybe the file was cut off or altered; fetch it again. Nothing was loaded.")),
                cause);
    }
}

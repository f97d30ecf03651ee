package dev.keelson.store.duckdb;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.spi.DriftData;
import dev.keelson.stats.QuantileSketch;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file, packed or not, or a Parquet file, read a column at a time, so that it may be larger than memory. Types of CSV
 * columns are those that all of their cells can be read as; {@code NA}, {@code NaN}, {@code null} and nothing are missing.
 * Cells are separated by commas, semicolons, tabs or bars, whichever the header has most of.
 *
 * <p>Of more than {@value #ROWS_READ} rows a column is read in one pass into quantile sketches of {@value #WINDOWS} equal
 * parts, and is then {@value #POINTS} quantiles of each part in turn; of texts every so-manieth row is taken instead.
 */
public final class TableFile implements DriftData, AutoCloseable {
    /** Of more rows columns are read as quantiles. */
    public static final int ROWS_READ = 2_000_000;

    private static final int WINDOWS = 12;
    private static final int POINTS = 4_096;

    private final DuckDb engine;
    private final String name;
    private final Path parquet;
    private final @Nullable Path scratch;
    private final Schema schema;
    private final long rows;
    private final long most;

    private TableFile(DuckDb engine, String name, Path parquet, @Nullable Path scratch, long most) throws SQLException {
        this.engine = engine;
        this.name = name;
        this.parquet = parquet;
        this.scratch = scratch;
        this.most = most;
        synchronized (engine) {
            List<Column> columns = new ArrayList<>();
            EngineTypes.describe(engine.connection(), "SELECT * FROM " + from())
                    .forEach((column, type) -> columns.add(new Column(column, EngineTypes.columnType(type))));
            this.schema = new Schema(columns);
            try (PreparedStatement statement =
                            engine.connection().prepareStatement("SELECT count(*) FROM " + from());
                    ResultSet result = statement.executeQuery()) {
                this.rows = result.next() ? result.getLong(1) : 0;
            }
        }
    }

    /** Whether a name is that of a file this can read. */
    public static boolean reads(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".csv") || lower.endsWith(".csv.gz") || lower.endsWith(".parquet");
    }

    /**
     * Opens a file; the caller closes it.
     *
     * @param name what it is called for people
     * @throws KeelsonException SOURCE_NOT_FOUND, SOURCE_UNREADABLE, EMPTY_SOURCE, RAGGED_LINE with every line whose cells are not
     *     those of the header
     */
    public static TableFile open(DuckDb engine, Path file, String name) {
        return open(engine, file, name, ROWS_READ);
    }

    /** @param most of more rows columns are read as quantiles */
    static TableFile open(DuckDb engine, Path file, String name, long most) {
        if (!Files.isRegularFile(file)) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_NOT_FOUND, "There is no file (%s).".formatted(name), "Maybe its name is misspelt.");
        }
        try {
            if (file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".parquet")) {
                return new TableFile(engine, name, file, null, most);
            }
            char separator = CsvShape.separator(file, name);
            Path folder = Files.createTempDirectory("keelson-table-");
            Path converted = folder.resolve("table.parquet");
            try (DuckDBConnection connection = engine.anotherConnection()) {
                ParquetFiles.execute(
                        connection,
                        """
                        COPY (SELECT * FROM read_csv(%s, header = true, skip = 0, delim = %s, quote = '"', escape = '"', sample_size = -1,
                            nullstr = ['', 'NA', 'NaN', 'null'])) TO %s (FORMAT parquet)
                        """
                                .formatted(
                                        ParquetFiles.text(file.toString()),
                                        ParquetFiles.text(String.valueOf(separator)),
                                        ParquetFiles.text(converted.toString())));
                return new TableFile(engine, name, converted, folder, most);
            } catch (SQLException e) {
                remove(folder);
                throw e;
            }
        } catch (SQLException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "The file (%s) cannot be read as a table: %s."
                            .formatted(name, String.valueOf(e.getMessage()).lines().findFirst().orElse("").replaceAll("\\.$", "")),
                    "Maybe it is no CSV or Parquet file, or was cut off.",
                    e);
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }

    /**
     * Writes a table, as its name's end says: .csv, .csv.gz or .parquet.
     *
     * @throws KeelsonException when it cannot be written
     */
    public static void write(DuckDb engine, DriftData table, Path file) {
        List<Vector> vectors = table.schema().names().stream().map(table::column).toList();
        Frame frame = new Frame(table.schema(), vectors, table.rows());
        String lower = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String format = lower.endsWith(".parquet")
                ? "FORMAT parquet, COMPRESSION zstd"
                : lower.endsWith(".gz") ? "FORMAT csv, HEADER, COMPRESSION gzip" : "FORMAT csv, HEADER";
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw StoreErrors.writing(file, new IOException("there is no folder (%s)".formatted(folder)));
        }
        try (DuckDBConnection connection = engine.anotherConnection();
                FrameScan.Scan scan = engine.frames().scan(frame)) {
            ParquetFiles.execute(
                    connection, "COPY (%s) TO %s (%s)".formatted(scan.select(), ParquetFiles.text(file.toString()), format));
        } catch (SQLException e) {
            throw StoreErrors.writing(file, new IOException(e));
        }
    }

    private String from() {
        return "read_parquet(" + ParquetFiles.text(parquet.toString()) + ", hive_partitioning = false)";
    }

    @Override
    public String name() {
        return aligned() ? name : String.format(Locale.ROOT, "%s (%,d rows, as quantiles)", name, rows);
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public int rows() {
        return aligned() ? Math.toIntExact(rows) : WINDOWS * POINTS;
    }

    /** How many rows the file has. */
    public long fileRows() {
        return rows;
    }

    @Override
    public boolean aligned() {
        return rows <= most;
    }

    @Override
    public Vector column(String column) {
        Column wanted = schema.column(column);
        try {
            synchronized (engine) {
                if (aligned()) {
                    return EngineTypes.read(
                                    engine.connection(),
                                    "SELECT %s FROM %s".formatted(ParquetFiles.name(column), from()),
                                    List.of(wanted),
                                    Math.toIntExact(rows))
                            .vector(0);
                }
                return wanted.type() == ColumnType.DOUBLE || wanted.type() == ColumnType.LONG
                        ? quantiles(column)
                        : everySoManieth(column);
            }
        } catch (SQLException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "The column (%s) of the file (%s) cannot be read.".formatted(column, name),
                    "Maybe the file was altered meanwhile.",
                    e);
        }
    }

    private Vector quantiles(String column) throws SQLException {
        QuantileSketch[] parts = new QuantileSketch[WINDOWS];
        Arrays.setAll(parts, i -> new QuantileSketch());
        String sql = "SELECT %s::DOUBLE FROM %s".formatted(ParquetFiles.name(column), from());
        long at = 0;
        try (PreparedStatement statement = engine.connection().prepareStatement(sql);
                DuckDBChunkedResult result =
                        statement.unwrap(DuckDBPreparedStatement.class).query()) {
            while (result.nextChunk()) {
                DuckDBReadableVector vector = result.chunk().vector(0);
                int count = Math.toIntExact(result.chunk().rowCount());
                for (int i = 0; i < count; i++) {
                    int part = (int) Math.min(WINDOWS - 1, at++ * WINDOWS / rows);
                    double value = vector.getDouble(i, Double.NaN);
                    parts[part].add(Double.isFinite(value) ? value : Double.NaN);
                }
            }
        }
        double[] points = new double[WINDOWS * POINTS];
        for (int p = 0; p < WINDOWS; p++) {
            QuantileSketch sketch = parts[p];
            double share = (double) sketch.count() / Math.max(1, sketch.count() + sketch.missing());
            int present = (int) Math.round(POINTS * share);
            QuantileSketch.@Nullable Points known = present == 0 ? null : sketch.points();
            for (int i = 0; i < POINTS; i++) {
                // spread over the part, so that any piece of it looks like the whole of it
                int rank = (int) ((long) i * 1_597 % POINTS);
                points[p * POINTS + i] =
                        known == null || rank >= present ? Double.NaN : known.quantile((rank + 0.5) / present);
            }
        }
        return new Vector.Doubles(points, null);
    }

    private Vector everySoManieth(String column) throws SQLException {
        int count = WINDOWS * POINTS;
        String sql = "SELECT %1$s FROM (SELECT %1$s, row_number() OVER () - 1 AS place FROM %2$s) WHERE place = 0 OR place * %3$d // %4$d <> (place - 1) * %3$d // %4$d"
                .formatted(ParquetFiles.name(column), from(), count, rows);
        return EngineTypes.read(engine.connection(), sql, count).vector(0);
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path each : files.collect(Collectors.toList())) {
                Files.deleteIfExists(each);
            }
        }
        Files.deleteIfExists(folder);
    }

    @Override
    public void close() {
        if (scratch != null) {
            try {
                remove(scratch);
            } catch (IOException e) {
                throw StoreErrors.writing(scratch, e);
            }
        }
    }
}

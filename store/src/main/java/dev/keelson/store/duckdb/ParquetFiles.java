package dev.keelson.store.duckdb;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/** Frames to Parquet files and back, through DuckDB. Times are instants in UTC with microseconds. */
final class ParquetFiles {
    private final DuckDb engine;

    ParquetFiles(DuckDb engine) {
        this.engine = engine;
    }

    /**
     * Writes frames, each to a file of its own, with the rows in their order. Several threads can write at once.
     *
     * @param files new files, as many as frames
     */
    void write(List<Frame> frames, List<Path> files) throws SQLException {
        try (DuckDBConnection connection = engine.anotherConnection()) {
            for (int i = 0; i < frames.size(); i++) {
                try (FrameScan.Scan rows = engine.frames().scan(frames.get(i))) {
                    execute(
                            connection,
                            "COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
                                    .formatted(rows.select(), text(files.get(i).toString())));
                }
            }
        }
    }

    /** Runs a statement of its own: one that failed is closed and cannot run another. */
    static void execute(DuckDBConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String type(ColumnType type) {
        return switch (type) {
            case DOUBLE -> "DOUBLE";
            case LONG -> "BIGINT";
            case BOOLEAN -> "BOOLEAN";
            case STRING -> "VARCHAR";
            case DATE -> "DATE";
            case TIMESTAMP -> "TIMESTAMP";
        };
    }

    static void append(DuckDBAppender appender, Vector vector, int row) throws SQLException {
        if (vector.isNull(row)) {
            appender.appendNull();
            return;
        }
        switch (vector) {
            case Vector.Doubles v -> appender.append(v.values()[row]);
            case Vector.Booleans v -> appender.append(v.values()[row]);
            case Vector.Strings v -> appender.append(v.values()[row]);
            case Vector.Longs v -> {
                switch (v.type()) {
                    case DATE -> appender.appendEpochDays(Math.toIntExact(v.values()[row]));
                    case TIMESTAMP -> appender.appendEpochMicros(v.values()[row]);
                    case LONG, DOUBLE, BOOLEAN, STRING -> appender.append(v.values()[row]);
                }
            }
        }
    }

    /**
     * Reads files one after the other, each with its rows in their order.
     *
     * @param columns those wanted, in order; at least one
     * @param rows how many rows the files have together
     */
    Frame read(List<Path> files, List<Column> columns, int rows) throws SQLException {
        Schema schema = new Schema(columns);
        List<Cells> cells =
                columns.stream().map(column -> new Cells(column.type(), rows)).toList();
        if (!files.isEmpty()) {
            String sql = "SELECT %s FROM read_parquet([%s], hive_partitioning = false)"
                    .formatted(
                            columns.stream().map(ParquetFiles::selected).collect(Collectors.joining(", ")),
                            files.stream().map(file -> text(file.toString())).collect(Collectors.joining(", ")));
            synchronized (engine) {
                try (PreparedStatement statement = engine.connection().prepareStatement(sql);
                        DuckDBChunkedResult result =
                                statement.unwrap(DuckDBPreparedStatement.class).query()) {
                    int at = 0;
                    while (result.nextChunk()) {
                        DuckDBDataChunkReader chunk = result.chunk();
                        int count = Math.toIntExact(chunk.rowCount());
                        if (at + count > rows) {
                            throw new SQLException("There are more than the %d rows expected.".formatted(rows));
                        }
                        for (int c = 0; c < cells.size(); c++) {
                            cells.get(c).add(chunk.vector(c), at, count);
                        }
                        at += count;
                    }
                    if (at != rows) {
                        throw new SQLException("There are %d rows; %d were expected.".formatted(at, rows));
                    }
                }
            }
        }
        return new Frame(schema, cells.stream().map(Cells::vector).toList(), rows);
    }

    private static String selected(Column column) {
        String name = name(column.name());
        return switch (column.type()) {
            case DATE -> "(" + name + " - DATE '1970-01-01')::BIGINT";
            case TIMESTAMP -> "epoch_us(" + name + ")";
            case DOUBLE, LONG, BOOLEAN, STRING -> name;
        };
    }

    static String name(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** The cells of a column as they come in. */
    static final class Cells {
        private final ColumnType type;
        private final int rows;
        private final double[] doubles;
        private final long[] longs;
        private final boolean[] booleans;
        private final @Nullable String[] strings;
        private boolean @Nullable [] nulls;

        Cells(ColumnType type, int rows) {
            this.type = type;
            this.rows = rows;
            this.doubles = new double[type == ColumnType.DOUBLE ? rows : 0];
            this.booleans = new boolean[type == ColumnType.BOOLEAN ? rows : 0];
            this.strings = new @Nullable String[type == ColumnType.STRING ? rows : 0];
            this.longs = new long[doubles.length + booleans.length + strings.length == 0 ? rows : 0];
        }

        void add(DuckDBReadableVector vector, int at, int count) {
            switch (type) {
                case DOUBLE -> addDoubles(vector, at, count);
                case LONG, DATE, TIMESTAMP -> addLongs(vector, at, count);
                case BOOLEAN -> {
                    for (int i = 0; i < count; i++) {
                        booleans[at + i] = present(vector, at, i) && vector.getBoolean(i);
                    }
                }
                case STRING -> {
                    for (int i = 0; i < count; i++) {
                        strings[at + i] = present(vector, at, i) ? vector.getString(i) : null;
                    }
                }
            }
        }

        private void addDoubles(DuckDBReadableVector vector, int at, int count) {
            for (int i = 0; i < count; i++) {
                if (present(vector, at, i)) {
                    doubles[at + i] = vector.getDouble(i);
                }
            }
        }

        private void addLongs(DuckDBReadableVector vector, int at, int count) {
            for (int i = 0; i < count; i++) {
                if (present(vector, at, i)) {
                    longs[at + i] = vector.getLong(i);
                }
            }
        }

        /** Whether a cell has a value; notes it if not. */
        private boolean present(DuckDBReadableVector vector, int at, int i) {
            if (!vector.isNull(i)) {
                return true;
            }
            if (nulls == null) {
                nulls = new boolean[rows];
            }
            nulls[at + i] = true;
            return false;
        }

        Vector vector() {
            return switch (type) {
                case DOUBLE -> new Vector.Doubles(doubles, nulls);
                case BOOLEAN -> new Vector.Booleans(booleans, nulls);
                case STRING -> new Vector.Strings(strings);
                case LONG, DATE, TIMESTAMP -> new Vector.Longs(type, longs, nulls);
            };
        }
    }
}

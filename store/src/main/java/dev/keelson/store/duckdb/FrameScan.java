package dev.keelson.store.duckdb;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionBuilder;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Frames as tables of one engine: statements read a frame's rows in their order from where they are, without a copy in
 * the engine. Safe for use by several threads.
 */
final class FrameScan implements DuckDBTableFunction<Frame, FrameScan.Reading, Object> {
    private static final String FUNCTION = "keelson_frame";

    private final Map<Long, Frame> open = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();

    /** Makes frames known to an engine; once for each engine. */
    void register(DuckDBConnection connection) throws SQLException {
        try (DuckDBTableFunctionBuilder function = DuckDBFunctions.tableFunction()) {
            var unused = function.withName(FUNCTION)
                    .withParameter(DuckDBColumnType.BIGINT)
                    .withFunction(this)
                    .register(connection);
        }
    }

    /** A frame that statements can read until it is closed. */
    Scan scan(Frame frame) {
        long id = next.incrementAndGet();
        open.put(id, frame);
        return new Scan(this, id, frame.schema().columns());
    }

    /** A frame that statements can read. */
    record Scan(FrameScan scans, long id, List<Column> columns) implements AutoCloseable {
        /** The frame's columns by their names; times are instants with microseconds. */
        String select() {
            return IntStream.range(0, columns.size())
                    .mapToObj(i -> selected(i, columns.get(i).type()) + " AS "
                            + ParquetFiles.name(columns.get(i).name()))
                    .collect(Collectors.joining(", ", "SELECT ", " FROM " + FUNCTION + "(" + id + ")"));
        }

        @Override
        public void close() {
            scans.open.remove(id);
        }

        private static String selected(int column, ColumnType type) {
            return switch (type) {
                case DATE -> "(DATE '1970-01-01' + c" + column + "::INTEGER)";
                case TIMESTAMP -> "make_timestamptz(c" + column + ")";
                case DOUBLE, LONG, BOOLEAN, STRING -> "c" + column;
            };
        }
    }

    /** How far one statement has read. */
    static final class Reading {
        private int row;
        private @Nullable String text;
        private byte @Nullable [] utf8;

        /** Equal texts often follow each other. */
        @SuppressWarnings("ReferenceEquality") // only a short cut
        private byte @Nullable [] utf8(@Nullable String value) {
            if (value != text) {
                text = value;
                utf8 = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
            }
            return utf8;
        }
    }

    @Override
    public Frame bind(DuckDBTableFunctionBindInfo info) throws Exception {
        Frame frame = open.get(info.getParameter(0).getLong());
        if (frame == null) {
            throw new SQLException("There is no such frame.");
        }
        for (int i = 0; i < frame.schema().columns().size(); i++) {
            var unused = info.addResultColumn(
                    "c" + i, engineType(frame.schema().columns().get(i).type()));
        }
        info.setCardinality(frame.rows(), true);
        return frame;
    }

    private static DuckDBColumnType engineType(ColumnType type) {
        return switch (type) {
            case DOUBLE -> DuckDBColumnType.DOUBLE;
            case BOOLEAN -> DuckDBColumnType.BOOLEAN;
            case STRING -> DuckDBColumnType.VARCHAR;
            case LONG, DATE, TIMESTAMP -> DuckDBColumnType.BIGINT;
        };
    }

    @Override
    public Reading init(DuckDBTableFunctionInitInfo info) throws Exception {
        info.setMaxThreads(1); // the rows keep their order
        return new Reading();
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter chunk) throws Exception {
        Frame frame = info.getBindData();
        Reading reading = info.getInitData();
        int count = (int) Math.min(chunk.capacity(), frame.rows() - reading.row);
        if (count > 0) {
            for (int i = 0; i < frame.schema().columns().size(); i++) {
                write(frame.vector(i), reading, count, chunk.vector(i));
            }
            reading.row += count;
        }
        return count;
    }

    private static void write(Vector vector, Reading reading, int count, DuckDBWritableVector to) throws SQLException {
        int from = reading.row;
        switch (vector) {
            case Vector.Doubles v -> {
                for (int i = 0; i < count; i++) {
                    to.setDouble(i, v.values()[from + i]);
                }
                nulls(v.nulls(), from, count, to);
            }
            case Vector.Longs v -> {
                for (int i = 0; i < count; i++) {
                    to.setLong(i, v.values()[from + i]);
                }
                nulls(v.nulls(), from, count, to);
            }
            case Vector.Booleans v -> {
                for (int i = 0; i < count; i++) {
                    to.setBoolean(i, v.values()[from + i]);
                }
                nulls(v.nulls(), from, count, to);
            }
            case Vector.Strings v -> {
                byte[] @Nullable [] texts = new byte[count] @Nullable [];
                for (int i = 0; i < count; i++) {
                    texts[i] = reading.utf8(v.values()[from + i]);
                }
                to.setStringUtf8Batch(0, texts);
            }
        }
    }

    private static void nulls(boolean @Nullable [] nulls, int from, int count, DuckDBWritableVector to)
            throws SQLException {
        for (int i = 0; nulls != null && i < count; i++) {
            if (nulls[from + i]) {
                to.setNull(i);
            }
        }
    }
}

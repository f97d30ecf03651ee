package dev.keelson.features.internal;

import dev.keelson.data.SystemColumns;
import dev.keelson.features.SourceSchema;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows of a source with their times. Immutable, but for the numbers of keys, which are given when first asked for. */
public final class SourceRows {
    private final SourceSchema source;
    private final Frame frame;
    private final long[] eventTimes;
    private final long[] knownAts;
    private final KeyIndex keys = new KeyIndex();

    private SourceRows(SourceSchema source, Frame frame) {
        this.source = source;
        this.frame = frame;
        this.eventTimes = times(source.name(), frame, SystemColumns.EVENT_TIME);
        this.knownAts = times(source.name(), frame, SystemColumns.KNOWN_AT);
    }

    /**
     * Of a frame; other columns than the source's are left out.
     *
     * @throws IllegalArgumentException if a column is missing or has another type
     */
    public static SourceRows of(SourceSchema source, Frame frame) {
        List<Column> columns = new ArrayList<>(source.schema().columns());
        columns.add(new Column(SystemColumns.EVENT_TIME, ColumnType.TIMESTAMP));
        columns.add(new Column(SystemColumns.KNOWN_AT, ColumnType.TIMESTAMP));
        List<Vector> vectors = new ArrayList<>();
        for (Column column : columns) {
            if (!frame.schema().contains(column.name())) {
                throw new IllegalArgumentException("The rows of the source (%s) have no column (%s); they have %s."
                        .formatted(source.name(), column.name(), frame.schema().names()));
            }
            Vector vector = frame.vector(column.name());
            if (vector.type() != column.type()) {
                throw new IllegalArgumentException("The column (%s) of the source (%s) must be %s, but is %s."
                        .formatted(column.name(), source.name(), column.type(), vector.type()));
            }
            vectors.add(vector);
        }
        return new SourceRows(source, new Frame(new Schema(columns), vectors, frame.rows()));
    }

    /** The times of a column. */
    static long[] times(String where, Frame frame, String column) {
        if (!frame.schema().contains(column) || frame.schema().column(column).type() != ColumnType.TIMESTAMP) {
            throw new IllegalArgumentException("The rows (%s) must have a column (%s) of type TIMESTAMP; they have %s."
                    .formatted(where, column, frame.schema()));
        }
        Vector.Longs vector = frame.longs(column);
        for (int row = 0; row < vector.size(); row++) {
            if (vector.isNull(row)) {
                throw new IllegalArgumentException(
                        "The time (%s) of row %d of the rows (%s) must not be missing.".formatted(column, row, where));
            }
        }
        return vector.values();
    }

    /** Event time of each row of a frame in microseconds. */
    public static long[] eventTimes(Frame frame) {
        return times("requests", frame, SystemColumns.EVENT_TIME);
    }

    public SourceSchema source() {
        return source;
    }

    public Frame frame() {
        return frame;
    }

    public int rows() {
        return frame.rows();
    }

    /** The numbers of the keys of these rows; to be used by one thread at a time. */
    public KeyIndex keys() {
        return keys;
    }

    long[] eventTimes() {
        return eventTimes;
    }

    public long[] knownAts() {
        return knownAts;
    }

    /**
     * The rows in the order in which they are applied: known time, event time, key; rows equal in all of that by their
     * other columns, so that the order in which they were given does not matter.
     */
    private int[] applicationOrder() {
        List<Vector> ties = new ArrayList<>();
        for (String column : source.key()) {
            ties.add(frame.vector(column));
        }
        for (Column column : source.schema().columns()) {
            if (!source.key().contains(column.name())) {
                ties.add(frame.vector(column.name()));
            }
        }
        return Order.of(rows(), (a, b) -> {
            int sign = Long.compare(knownAts[a], knownAts[b]);
            if (sign == 0) {
                sign = Long.compare(eventTimes[a], eventTimes[b]);
            }
            for (int i = 0; sign == 0 && i < ties.size(); i++) {
                sign = compare(ties.get(i), a, b);
            }
            return sign;
        });
    }

    private static int compare(Vector vector, int a, int b) {
        boolean aNull = vector.isNull(a);
        boolean bNull = vector.isNull(b);
        if (aNull || bNull) {
            return Boolean.compare(bNull, aNull);
        }
        return switch (vector) {
            case Vector.Doubles doubles -> Double.compare(doubles.values()[a], doubles.values()[b]);
            case Vector.Longs longs -> Long.compare(longs.values()[a], longs.values()[b]);
            case Vector.Booleans booleans -> Boolean.compare(booleans.values()[a], booleans.values()[b]);
            case Vector.Strings strings -> compare(strings.values()[a], strings.values()[b]);
        };
    }

    private static int compare(@Nullable String a, @Nullable String b) {
        return a == null || b == null ? Boolean.compare(a != null, b != null) : a.compareTo(b);
    }

    /** These rows in the order in which they are applied. */
    public SourceRows inApplicationOrder() {
        int[] order = applicationOrder();
        for (int i = 0; i < order.length; i++) {
            if (order[i] != i) {
                return new SourceRows(source, frame.take(order));
            }
        }
        return this;
    }

    /** The rows that become known at {@code from} or later, and before {@code until}. */
    public SourceRows knownBetween(long from, long until) {
        int[] kept = new int[rows()];
        int n = 0;
        for (int row = 0; row < rows(); row++) {
            if (knownAts[row] >= from && knownAts[row] < until) {
                kept[n++] = row;
            }
        }
        return n == rows() ? this : new SourceRows(source, frame.take(Arrays.copyOf(kept, n)));
    }

    /** These rows and later ones; a row whose key occurs among the later ones is replaced by it. */
    public SourceRows replacedBy(SourceRows later) {
        if (rows() == 0) {
            return later;
        }
        if (later.rows() == 0) {
            return this;
        }
        Set<List<@Nullable Object>> keys = new HashSet<>();
        for (int row = 0; row < later.rows(); row++) {
            keys.add(later.key(row));
        }
        int[] kept = new int[rows()];
        int n = 0;
        for (int row = 0; row < rows(); row++) {
            if (!keys.contains(key(row))) {
                kept[n++] = row;
            }
        }
        Frame old = frame.take(Arrays.copyOf(kept, n));
        List<Vector> vectors = new ArrayList<>();
        for (int column = 0; column < frame.schema().columns().size(); column++) {
            vectors.add(concatenated(old.vector(column), later.frame.vector(column)));
        }
        return new SourceRows(source, new Frame(frame.schema(), vectors, n + later.rows()));
    }

    private List<@Nullable Object> key(int row) {
        List<@Nullable Object> key = new ArrayList<>();
        for (String column : source.key()) {
            key.add(frame.vector(column).get(row));
        }
        return key;
    }

    private static Vector concatenated(Vector a, Vector b) {
        int size = a.size() + b.size();
        boolean[] nulls = new boolean[size];
        for (int i = 0; i < size; i++) {
            nulls[i] = i < a.size() ? a.isNull(i) : b.isNull(i - a.size());
        }
        return switch (a) {
            case Vector.Doubles doubles -> {
                double[] values = Arrays.copyOf(doubles.values(), size);
                System.arraycopy(((Vector.Doubles) b).values(), 0, values, a.size(), b.size());
                yield new Vector.Doubles(values, nulls);
            }
            case Vector.Longs longs -> {
                long[] values = Arrays.copyOf(longs.values(), size);
                System.arraycopy(((Vector.Longs) b).values(), 0, values, a.size(), b.size());
                yield new Vector.Longs(longs.type(), values, nulls);
            }
            case Vector.Booleans booleans -> {
                boolean[] values = Arrays.copyOf(booleans.values(), size);
                System.arraycopy(((Vector.Booleans) b).values(), 0, values, a.size(), b.size());
                yield new Vector.Booleans(values, nulls);
            }
            case Vector.Strings strings -> {
                @Nullable String[] values = Arrays.copyOf(strings.values(), size);
                System.arraycopy(((Vector.Strings) b).values(), 0, values, a.size(), b.size());
                yield new Vector.Strings(values);
            }
        };
    }
}

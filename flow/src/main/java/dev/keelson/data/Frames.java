package dev.keelson.data;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Putting frames of one source together and in order. */
public final class Frames {
    private Frames() {}

    /** The frame with the columns of a schema: missing ones are null, whole numbers become doubles where asked for. */
    static Frame conform(Frame frame, Schema schema) {
        if (frame.schema().equals(schema)) {
            return frame;
        }
        List<Vector> vectors = new ArrayList<>();
        for (Column column : schema.columns()) {
            int index = frame.schema().indexOf(column.name());
            vectors.add(index < 0 ? missing(column.type(), frame.rows()) : widen(frame.vector(index), column));
        }
        return new Frame(schema, vectors, frame.rows());
    }

    private static Vector widen(Vector vector, Column column) {
        if (vector.type() == column.type()) {
            return vector;
        }
        if (IntStream.range(0, vector.size()).allMatch(vector::isNull)) {
            return missing(column.type(), vector.size());
        }
        if (vector instanceof Vector.Longs longs
                && longs.type() == ColumnType.LONG
                && column.type() == ColumnType.DOUBLE) {
            double[] values = new double[longs.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = longs.values()[i];
            }
            return new Vector.Doubles(values, longs.nulls());
        }
        throw new IllegalArgumentException(
                "The column (%s) cannot become %s from %s.".formatted(column.name(), column.type(), vector.type()));
    }

    /** The vector with the cells missing that are said to be. */
    static Vector withNulls(Vector vector, boolean[] nulls) {
        return switch (vector) {
            case Vector.Doubles v -> new Vector.Doubles(v.values(), nulls);
            case Vector.Longs v -> new Vector.Longs(v.type(), v.values(), nulls);
            case Vector.Booleans v -> new Vector.Booleans(v.values(), nulls);
            case Vector.Strings v -> {
                @Nullable String[] texts = v.values().clone();
                for (int i = 0; i < texts.length; i++) {
                    texts[i] = nulls[i] ? null : texts[i];
                }
                yield new Vector.Strings(texts);
            }
        };
    }

    private static Vector missing(ColumnType type, int rows) {
        boolean[] nulls = new boolean[rows];
        Arrays.fill(nulls, true);
        return switch (type) {
            case DOUBLE -> new Vector.Doubles(new double[rows], nulls);
            case LONG, DATE, TIMESTAMP -> new Vector.Longs(type, new long[rows], nulls);
            case BOOLEAN -> new Vector.Booleans(new boolean[rows], nulls);
            case STRING -> new Vector.Strings(new @Nullable String[rows]);
        };
    }

    /** Some columns of a schema without any row. */
    static Frame empty(Schema schema, List<String> columns) {
        List<Column> wanted = columns.stream().map(schema::column).toList();
        return new Frame(
                new Schema(wanted),
                wanted.stream().map(column -> missing(column.type(), 0)).toList(),
                0);
    }

    /** The rows of several frames of the same schema, one after the other. */
    public static Frame concat(List<Frame> frames) {
        if (frames.size() == 1) {
            return frames.getFirst();
        }
        Schema schema = frames.getFirst().schema();
        int rows = frames.stream().mapToInt(Frame::rows).sum();
        List<Vector> vectors = new ArrayList<>();
        for (int c = 0; c < schema.columns().size(); c++) {
            int column = c;
            vectors.add(concat(
                    schema.columns().get(c).type(),
                    frames.stream().map(frame -> frame.vector(column)).toList(),
                    rows));
        }
        return new Frame(schema, vectors, rows);
    }

    private static Vector concat(ColumnType type, List<Vector> parts, int rows) {
        boolean[] nulls = new boolean[rows];
        boolean anyNull = false;
        double[] doubles = new double[type == ColumnType.DOUBLE ? rows : 0];
        boolean[] booleans = new boolean[type == ColumnType.BOOLEAN ? rows : 0];
        @Nullable String[] strings = new @Nullable String[type == ColumnType.STRING ? rows : 0];
        long[] longs = new long[doubles.length + booleans.length + strings.length == 0 ? rows : 0];
        int at = 0;
        for (Vector part : parts) {
            int size = part.size();
            boolean[] partNulls = switch (part) {
                case Vector.Doubles v -> {
                    System.arraycopy(v.values(), 0, doubles, at, size);
                    yield v.nulls();
                }
                case Vector.Longs v -> {
                    System.arraycopy(v.values(), 0, longs, at, size);
                    yield v.nulls();
                }
                case Vector.Booleans v -> {
                    System.arraycopy(v.values(), 0, booleans, at, size);
                    yield v.nulls();
                }
                case Vector.Strings v -> {
                    System.arraycopy(v.values(), 0, strings, at, size);
                    yield null;
                }
            };
            if (partNulls != null) {
                System.arraycopy(partNulls, 0, nulls, at, size);
                anyNull = true;
            }
            at += size;
        }
        boolean @Nullable [] missing = anyNull ? nulls : null;
        return switch (type) {
            case DOUBLE -> new Vector.Doubles(doubles, missing);
            case LONG, DATE, TIMESTAMP -> new Vector.Longs(type, longs, missing);
            case BOOLEAN -> new Vector.Booleans(booleans, missing);
            case STRING -> new Vector.Strings(strings);
        };
    }

    /** Rows in order of (known at, event time, key): the order in which folds see events. */
    static RowOrder inKnownOrder(Frame frame, List<String> key) {
        return byLong(frame, SystemColumns.KNOWN_AT)
                .then(byLong(frame, SystemColumns.EVENT_TIME))
                .then(byKey(frame, key));
    }

    /** Rows in order of (key, event time): the canonical order of a partition; equal rows keep their load sequence. */
    static RowOrder inKeyOrder(Frame frame, List<String> key) {
        return byKey(frame, key).then(byLong(frame, SystemColumns.EVENT_TIME));
    }

    /** Rows in order of (key, known at). */
    static RowOrder inKeyAndKnownOrder(Frame frame, List<String> key) {
        return byKey(frame, key).then(byLong(frame, SystemColumns.KNOWN_AT));
    }

    /** Rows in order of their key alone. */
    static RowOrder byKey(Frame frame, List<String> key) {
        return key.stream()
                .map(name -> byColumn(frame.vector(name)))
                .reduce(RowOrder::then)
                .orElseThrow();
    }

    private static RowOrder byLong(Frame frame, String column) {
        long[] values = frame.longs(column).values();
        return (a, b) -> Long.compare(values[a], values[b]);
    }

    /** Missing cells first; texts by UTF-16 code units. */
    @SuppressWarnings("ReferenceEquality") // only a short cut: texts that are not the same object are compared
    private static RowOrder byColumn(Vector vector) {
        return switch (vector) {
            case Vector.Strings v ->
                (a, b) -> {
                    String left = v.values()[a];
                    String right = v.values()[b];
                    if (left == right) {
                        return 0; // equal texts of one reading are one object
                    }
                    if (left == null || right == null) {
                        return Boolean.compare(left != null, right != null);
                    }
                    return left.compareTo(right);
                };
            case Vector.Doubles v -> nullsFirst(v, (a, b) -> Double.compare(v.values()[a], v.values()[b]));
            case Vector.Longs v -> nullsFirst(v, (a, b) -> Long.compare(v.values()[a], v.values()[b]));
            case Vector.Booleans v -> nullsFirst(v, (a, b) -> Boolean.compare(v.values()[a], v.values()[b]));
        };
    }

    private static RowOrder nullsFirst(Vector vector, RowOrder order) {
        return (a, b) -> {
            boolean left = vector.isNull(a);
            boolean right = vector.isNull(b);
            return left || right ? Boolean.compare(right, left) : order.compare(a, b);
        };
    }

    /** The rows in an order; those that are equal in it keep theirs. */
    static Frame sorted(Frame frame, RowOrder order) {
        return frame.take(order(frame.rows(), order));
    }

    static int[] order(int rows, RowOrder order) {
        return order.sort(IntStream.range(0, rows).toArray());
    }

    /** The positions of the rows in the order of {@link #inKeyOrder}. */
    static int[] keyOrder(Frame frame, List<String> key) {
        RowOrder order = inKeyOrder(frame, key);
        int[] rows = IntStream.range(0, frame.rows()).toArray();
        if (order.hasFewRuns(rows)) {
            return order.sort(rows);
        }
        List<String> columns = new ArrayList<>(key);
        columns.add(SystemColumns.EVENT_TIME);
        for (String column : columns.reversed()) { // sorts that keep the order of equals, the last column first
            rows = frame.vector(column) instanceof Vector.Strings texts
                    ? inTextOrder(rows, texts.values())
                    : byColumn(frame.vector(column)).sort(rows);
        }
        return rows;
    }

    /** A counting sort: a file names few things often. */
    private static int[] inTextOrder(int[] rows, @Nullable String[] texts) {
        Map<String, int[]> places = new HashMap<>();
        int missing = 0;
        for (int row : rows) {
            String text = texts[row];
            if (text == null) {
                missing++;
            } else {
                places.computeIfAbsent(text, each -> new int[1])[0]++;
            }
        }
        String[] distinct = places.keySet().toArray(String[]::new);
        Arrays.sort(distinct);
        int at = missing;
        for (String text : distinct) {
            int[] place = Objects.requireNonNull(places.get(text));
            int count = place[0];
            place[0] = at;
            at += count;
        }
        int[] sorted = new int[rows.length];
        int nulls = 0;
        for (int row : rows) {
            String text = texts[row];
            sorted[text == null ? nulls++ : Objects.requireNonNull(places.get(text))[0]++] = row;
        }
        return sorted;
    }

    /** How many cells of a column are missing. */
    static long nulls(Vector vector) {
        if (vector instanceof Vector.Strings texts) {
            return Arrays.stream(texts.values()).filter(Objects::isNull).count();
        }
        boolean[] nulls =
                switch (vector) {
                    case Vector.Doubles v -> v.nulls();
                    case Vector.Longs v -> v.nulls();
                    case Vector.Booleans v -> v.nulls();
                    case Vector.Strings _ -> null;
                };
        int count = 0;
        for (int i = 0; nulls != null && i < nulls.length; i++) {
            count += nulls[i] ? 1 : 0;
        }
        return count;
    }

    /** The first rows. */
    static Frame head(Frame frame, int rows) {
        return rows == frame.rows()
                ? frame
                : frame.take(IntStream.range(0, rows).toArray());
    }
}

package dev.keelson.monitor;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.stats.QuantileSketch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a baseline as drift checks need them. Small ones are kept whole. Of large ones stretches of neighbouring rows are
 * kept, evenly over the period, so that it is still seen how rows that belong together are alike, and a sketch of each column
 * holds how all rows are spread. Arrays are handed over and must not change.
 */
public final class BaselineRows {
    /** So many rows are kept at most. */
    public static final int MOST = 60_000;
    /** Of large ones, stretches of so many neighbouring rows. */
    private static final int STRETCH = 500;

    private static final int FORMAT = 1;

    private final List<String> names;
    private final long[] times;
    private final double[][] values;
    private final long rows;
    private final List<ColumnTally> tallies;

    private BaselineRows(List<String> names, long[] times, double[][] values, long rows, List<ColumnTally> tallies) {
        this.names = List.copyOf(names);
        this.times = times;
        this.values = values;
        this.rows = rows;
        this.tallies = tallies;
    }

    /**
     * Takes rows.
     *
     * @param names column names
     * @param categories those of them whose numbers stand for categories
     * @param times event time of each row in microseconds, ascending
     * @param values one array for each column, rows in the order of {@code times}; what is not finite is missing
     * @throws IllegalArgumentException if lengths differ or times fall
     */
    public static BaselineRows of(List<String> names, Set<String> categories, long[] times, double[][] values) {
        if (values.length != names.size()) {
            throw new IllegalArgumentException("There are %d names and %d columns.".formatted(names.size(), values.length));
        }
        for (int i = 1; i < times.length; i++) {
            if (times[i] < times[i - 1]) {
                throw new IllegalArgumentException("The times of a baseline fall at row %d; they must be ascending.".formatted(i));
            }
        }
        List<ColumnTally> tallies = new ArrayList<>();
        for (int c = 0; c < values.length; c++) {
            if (values[c].length != times.length) {
                throw new IllegalArgumentException("The column (%s) has %d rows, there are %d times."
                        .formatted(names.get(c), values[c].length, times.length));
            }
            ColumnTally tally = new ColumnTally(categories.contains(names.get(c)), QuantileSketch.DEFAULT_SIZE);
            for (double value : values[c]) {
                tally.add(value);
            }
            tallies.add(tally);
        }
        if (times.length <= MOST) {
            return new BaselineRows(names, times, values, times.length, tallies);
        }
        int stretches = MOST / STRETCH;
        long[] keptTimes = new long[stretches * STRETCH];
        double[][] kept = new double[values.length][keptTimes.length];
        for (int s = 0; s < stretches; s++) {
            int from = (int) ((long) s * (times.length - STRETCH) / (stretches - 1));
            System.arraycopy(times, from, keptTimes, s * STRETCH, STRETCH);
            for (int c = 0; c < values.length; c++) {
                System.arraycopy(values[c], from, kept[c], s * STRETCH, STRETCH);
            }
        }
        return new BaselineRows(names, keptTimes, kept, times.length, tallies);
    }

    /** Column names, in order. */
    public List<String> names() {
        return names;
    }

    /** Rows that it was made of. */
    public long rows() {
        return rows;
    }

    /** Event time of the first row; of none, of the epoch. */
    public Instant from() {
        return times.length == 0 ? Instant.EPOCH : Micros.toInstant(times[0]);
    }

    /** Event time of the last row. */
    public Instant to() {
        return times.length == 0 ? Instant.EPOCH : Micros.toInstant(times[times.length - 1]);
    }

    /** Whether all of them are kept. */
    public boolean exact() {
        return rows == times.length;
    }

    /** What is known of each column, over all rows. */
    public List<ColumnTally> tallies() {
        return tallies;
    }

    /** Event times of the kept rows in microseconds, ascending. */
    long[] times() {
        return times;
    }

    /** The kept rows, one array for each column. */
    double[][] values() {
        return values;
    }

    /**
     * The kept rows as a table, in order of time.
     *
     * @param time name of the column of their event times, which comes last
     * @param texts what the numbers of categories stand for; null for one that is not known, which is then {@code #} and the number
     */
    public Frame table(String time, DoubleFunction<@Nullable String> texts) {
        List<Column> schema = new ArrayList<>();
        List<Vector> vectors = new ArrayList<>();
        for (int c = 0; c < values.length; c++) {
            boolean category = tallies.get(c).category();
            schema.add(new Column(names.get(c), category ? ColumnType.STRING : ColumnType.DOUBLE));
            vectors.add(category ? texts(values[c], texts) : new Vector.Doubles(values[c], null));
        }
        schema.add(new Column(time, ColumnType.TIMESTAMP));
        vectors.add(new Vector.Longs(ColumnType.TIMESTAMP, times, null));
        return new Frame(new Schema(schema), vectors, times.length);
    }

    private static Vector texts(double[] keys, DoubleFunction<@Nullable String> texts) {
        @Nullable String[] cells = new @Nullable String[keys.length];
        for (int i = 0; i < keys.length; i++) {
            if (Double.isFinite(keys[i])) {
                String text = texts.apply(keys[i]);
                cells[i] = text == null ? String.format(Locale.ROOT, "#%.0f", keys[i]) : text;
            }
        }
        return new Vector.Strings(cells);
    }

    /** All of it, for {@link #ofBytes}. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeInt(FORMAT);
            out.writeInt(names.size());
            out.writeInt(times.length);
            out.writeLong(rows);
            for (long time : times) {
                out.writeLong(time);
            }
            for (int c = 0; c < names.size(); c++) {
                out.writeUTF(names.get(c));
                tallies.get(c).write(out);
                for (double value : values[c]) {
                    out.writeDouble(value);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("Bytes in memory cannot be written.", e);
        }
        return bytes.toByteArray();
    }

    /**
     * What {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException if it did not
     */
    public static BaselineRows ofBytes(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes)))) {
            int format = in.readInt();
            if (format != FORMAT) {
                throw new IllegalArgumentException("The rows of a baseline have format %d; %d was expected.".formatted(format, FORMAT));
            }
            int columns = in.readInt();
            long[] times = new long[in.readInt()];
            long rows = in.readLong();
            for (int i = 0; i < times.length; i++) {
                times[i] = in.readLong();
            }
            List<String> names = new ArrayList<>();
            List<ColumnTally> tallies = new ArrayList<>();
            double[][] values = new double[columns][times.length];
            for (int c = 0; c < columns; c++) {
                names.add(in.readUTF());
                tallies.add(ColumnTally.read(in));
                for (int i = 0; i < times.length; i++) {
                    values[c][i] = in.readDouble();
                }
            }
            return new BaselineRows(names, times, values, rows, tallies);
        } catch (IOException e) {
            throw new IllegalArgumentException("These %d bytes are no rows of a baseline.".formatted(bytes.length), e);
        }
    }
}

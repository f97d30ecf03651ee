package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row that is filled cell by cell, for one request. Mutable: one for each thread. Every cell is missing at first.
 */
public final class ArrayRow implements Row {
    private final Schema schema;
    private final ColumnType[] types;
    private final boolean[] present;
    private final double[] doubles;
    private final long[] longs;
    private final @Nullable String[] texts;

    /** A row of missing cells. */
    public ArrayRow(Schema schema) {
        int columns = schema.columns().size();
        this.schema = schema;
        this.types = new ColumnType[columns];
        for (int i = 0; i < columns; i++) {
            types[i] = schema.columns().get(i).type();
        }
        this.present = new boolean[columns];
        this.doubles = new double[columns];
        this.longs = new long[columns];
        this.texts = new @Nullable String[columns];
    }

    /** Another row of these columns; every cell is missing. */
    public ArrayRow another() {
        return new ArrayRow(this);
    }

    private ArrayRow(ArrayRow other) {
        int columns = other.types.length;
        this.schema = other.schema;
        this.types = other.types;
        this.present = new boolean[columns];
        this.doubles = new double[columns];
        this.longs = new long[columns];
        this.texts = new @Nullable String[columns];
    }

    /** The columns of this row. */
    public Schema schema() {
        return schema;
    }

    /** Makes every cell missing. */
    public ArrayRow clear() {
        Arrays.fill(present, false);
        Arrays.fill(texts, null);
        return this;
    }

    /** Makes a cell missing. */
    public ArrayRow setNull(int column) {
        present[column] = false;
        texts[column] = null;
        return this;
    }

    /** Sets a DOUBLE cell; NaN is a value, not a missing cell. */
    public ArrayRow setDouble(int column, double value) {
        expect(column, ColumnType.DOUBLE);
        doubles[column] = value;
        present[column] = true;
        return this;
    }

    /** Sets a LONG cell, the days of a DATE or the microseconds of a TIMESTAMP. */
    public ArrayRow setLong(int column, long value) {
        if (types[column] != ColumnType.DATE && types[column] != ColumnType.TIMESTAMP) {
            expect(column, ColumnType.LONG);
        }
        longs[column] = value;
        present[column] = true;
        return this;
    }

    /** Sets a BOOLEAN cell. */
    public ArrayRow setBoolean(int column, boolean value) {
        expect(column, ColumnType.BOOLEAN);
        longs[column] = value ? 1 : 0;
        present[column] = true;
        return this;
    }

    /** Sets a STRING cell. */
    public ArrayRow setText(int column, String value) {
        expect(column, ColumnType.STRING);
        texts[column] = value;
        present[column] = true;
        return this;
    }

    /**
     * Sets a cell from an object, as {@link dev.keelson.frame.Vector#get} returns it; null makes it missing. A whole number
     * (Long, Integer) is taken for a DOUBLE too.
     *
     * @throws IllegalArgumentException if the object does not fit the column's type
     */
    public ArrayRow set(int column, @Nullable Object value) {
        return switch (value) {
            case null -> setNull(column);
            case Double number -> setDouble(column, number);
            case Long number -> setWhole(column, number);
            case Integer number -> setWhole(column, number);
            case Boolean truth -> setBoolean(column, truth);
            case String text -> setText(column, text);
            case LocalDate date -> {
                expect(column, ColumnType.DATE);
                yield setLong(column, date.toEpochDay());
            }
            case Instant instant -> {
                expect(column, ColumnType.TIMESTAMP);
                yield setLong(column, Micros.of(instant));
            }
            default ->
                throw new IllegalArgumentException("The column (%s) cannot hold a value of %s."
                        .formatted(schema.columns().get(column).name(), value.getClass()));
        };
    }

    private ArrayRow setWhole(int column, long value) {
        if (types[column] == ColumnType.DOUBLE) {
            return setDouble(column, (double) value);
        }
        expect(column, ColumnType.LONG);
        return setLong(column, value);
    }

    @Override
    public boolean isNull(int column) {
        return !present[column];
    }

    @Override
    public double doubleAt(int column) {
        return doubles[column];
    }

    @Override
    public long longAt(int column) {
        return longs[column];
    }

    @Override
    public boolean booleanAt(int column) {
        return longs[column] != 0;
    }

    @Override
    public @Nullable String textAt(int column) {
        return texts[column];
    }

    private void expect(int column, ColumnType type) {
        if (types[column] != type) {
            throw new IllegalArgumentException("The column (%s) is %s, but was given a value of type %s."
                    .formatted(schema.columns().get(column).name(), types[column], type));
        }
    }
}

package dev.keelson.expression;

import org.jspecify.annotations.Nullable;

/**
 * One row of values that expressions read. Columns are numbered as in the schema that the expression was parsed with.
 *
 * <p>Before a value is read, {@link #isNull} is asked; what the other methods return for a missing cell is not specified,
 * but they do not throw.
 */
public interface Row {

    /** Whether the cell is missing. */
    boolean isNull(int column);

    /** The value of a DOUBLE column; NaN is a value. */
    double doubleAt(int column);

    /** The value of a LONG column, the days of a DATE, the microseconds of a TIMESTAMP. */
    long longAt(int column);

    /** The value of a BOOLEAN column. */
    boolean booleanAt(int column);

    /** The value of a STRING column; null when the cell is missing. */
    @Nullable String textAt(int column);
}

package dev.keelson.monitor.spi;

import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;

/**
 * A table that is compared with another, read a column at a time. Not safe for use by several threads.
 */
public interface DriftData {
    /** What it is, for people: a file, a dataset version, a time. */
    String name();

    /** The columns. */
    Schema schema();

    /** Number of rows that every column has. */
    int rows();

    /**
     * The cells of a column, rows in order of time where there is one.
     *
     * @throws IllegalArgumentException if there is no such column
     */
    Vector column(String name);

    /** Whether one position means one row in every column; false where columns are read as quantiles. */
    default boolean aligned() {
        return true;
    }
}

package dev.keelson.data;

import org.jspecify.annotations.Nullable;

/**
 * The records of a source, one at a time: cells as slices of one character array that the next record overwrites. Not
 * safe for use by several threads.
 */
interface Records {
    /** Goes to the next record; false at the end. */
    boolean next();

    /** Number of the record: the line on which it starts, or its position in a table, from 1. */
    int line();

    /** Number of cells. */
    int count();

    /** How many cells a record of its file should have. */
    int width();

    /** Whether any cell is quoted, so that its quotes may be wrong. */
    boolean quoted();

    /** The characters in which {@link #start} and {@link #end} count; valid until the next record. */
    char[] chars();

    /** First character of a cell. */
    int start(int cell);

    /** One after the last character of a cell. */
    int end(int cell);

    /** Why the record cannot be split into cells at all, or null when it can. */
    default @Nullable Broken broken() {
        return null;
    }

    /** A cell's text. */
    default String text(int cell) {
        return new String(chars(), start(cell), end(cell) - start(cell));
    }

    /**
     * A record without cells.
     *
     * @param place where it breaks off
     * @param reason what is wrong, as a sentence
     * @param hint one likely remedy, or null
     */
    record Broken(CsvRow.Place place, String reason, @Nullable String hint) {}
}

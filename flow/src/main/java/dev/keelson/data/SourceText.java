package dev.keelson.data;

import dev.keelson.error.Location;
import dev.keelson.frame.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a source gives to read: named columns and records, which can be gone through again and shown as they stand. */
interface SourceText {
    /** The file or table as the project names it. */
    String file();

    /**
     * Names of the columns, stripped.
     *
     * @throws dev.keelson.error.KeelsonException EMPTY_SOURCE when there is not even a header
     */
    List<String> header();

    /** The names of the columns that one of its files has, in the order of its cells. */
    default List<String> header(String file) {
        return header();
    }

    /** Its files without a column of the header, as the project names them. */
    default List<String> lacking(String column) {
        return List.of();
    }

    /** How many files it is made of. */
    default int files() {
        return 1;
    }

    /** Where a name of the header stands. */
    Location headerCell(int index);

    /** The type that the source itself gives a column, or null when its cells are to tell. */
    default @Nullable ColumnType type(int column) {
        return null;
    }

    /** Whether no record is as good as some: true for a table of which only what is new was asked for. */
    default boolean mayBeEmpty() {
        return false;
    }

    /** The records from the first one on. */
    Records records();

    /** The file in which a record stands, as the project names it. */
    default String file(int line) {
        return file();
    }

    /** No record has a greater number than this. */
    int lines();

    /** The record of a number, cell by cell as it stands in its file. */
    CsvRow row(int line);
}

package dev.keelson.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are written back, and how far that got. For one thread. */
interface Feed {
    /** What its rows have; those of a dataset come before the system's own columns. */
    List<SyncTable.Column> columns();

    /** The columns that are written unless others are chosen. */
    List<String> standardColumns();

    /** The columns that identify a row. */
    List<String> key();

    /**
     * Reads what is not written yet, page by page.
     *
     * @param wanted names of columns, in the order of the cells
     * @param mark how far it got, as a page has said; an empty object for nothing yet
     */
    void read(List<String> wanted, JsonNode mark, Pages pages);

    /** Takes pages. */
    @FunctionalInterface
    interface Pages {
        /**
         * The next page; the last one may be empty.
         *
         * @param rows a text for each wanted column
         * @param mark how far it got once these are written
         */
        void take(List<@Nullable String[]> rows, ObjectNode mark);
    }
}

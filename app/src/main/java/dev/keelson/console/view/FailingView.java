package dev.keelson.console.view;

import java.util.List;

/**
 * Rows that something is wrong with.
 *
 * @param shell what every page shares
 * @param source its name
 * @param about where they come from, in words
 * @param rows of this page
 * @param pages where this page stands among the others
 */
public record FailingView(Shell shell, String source, String about, List<Row> rows, Pages pages) {

    /**
     * A row.
     *
     * @param kind set aside or marked
     * @param place {@code file:line:column}
     * @param column its column, or a dash
     * @param value the text of the cell, or a dash
     * @param reason what is wrong
     * @param hint a remedy, or empty
     * @param raw the row as it stands in the file
     */
    public record Row(
            Badge kind, String place, String column, String value, String reason, String hint, String raw) {}
}

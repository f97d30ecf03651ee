package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of a page.
 *
 * @param label what it lists, for those who do not see it
 * @param columns its headers; the first cell of each row is the row's header
 * @param rows as many cells each as there are columns
 */
public record Sheet(String label, List<Column> columns, List<List<Cell>> rows) {

    /** Copies the lists. */
    public Sheet {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /**
     * A header.
     *
     * @param name its text
     * @param number whether its cells are numbers
     */
    public record Column(String name, boolean number) {}

    /**
     * A cell.
     *
     * @param text its text
     * @param detail an interval or another small line below it, or empty
     * @param href where it leads, or null
     * @param badge shown before the text, or null
     */
    public record Cell(
            String text, String detail, @Nullable String href, @Nullable Badge badge) {
        /** Plain text. */
        public static Cell of(String text) {
            return new Cell(text, "", null, null);
        }

        /** Text with a small line below it. */
        public static Cell of(String text, String detail) {
            return new Cell(text, detail, null, null);
        }

        /** A link. */
        public static Cell link(String text, String href) {
            return new Cell(text, "", href, null);
        }

        /** A severity. */
        public static Cell of(Badge badge) {
            return new Cell("", "", null, badge);
        }
    }
}

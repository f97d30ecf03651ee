package dev.keelson.data;

import java.util.ArrayList;
import java.util.List;

/**
 * A record of a CSV text as it stands in the file: used for places and messages only, the cells' values come from the
 * tokeniser.
 *
 * @param raw the record without its line end
 * @param cells where each cell starts
 * @param badQuote index of the first cell with characters after its closing quote or without one, or -1
 * @param nextLine the line on which the next record starts
 */
record CsvRow(String raw, List<Place> cells, int badQuote, int nextLine) {
    CsvRow {
        cells = List.copyOf(cells);
    }

    /** The line on which it starts. */
    int line() {
        return cells.isEmpty() ? nextLine - 1 : cells.getFirst().line();
    }

    /**
     * The start of a cell.
     *
     * @param line line from 1
     * @param column characters from 1
     */
    record Place(int line, int column) {}

    static CsvRow at(String text, int start, int firstLine) {
        List<Place> cells = new ArrayList<>();
        int badQuote = -1;
        int line = firstLine;
        int lineStart = start;
        int i = start;
        int length = text.length();
        while (true) {
            cells.add(new Place(line, i - lineStart + 1));
            if (i < length && text.charAt(i) == '"') {
                i++;
                boolean closed = false;
                while (i < length && !closed) {
                    char c = text.charAt(i++);
                    if (c == '"') {
                        if (i < length && text.charAt(i) == '"') {
                            i++;
                        } else {
                            closed = true;
                        }
                    } else if (c == '\n' || (c == '\r' && !(i < length && text.charAt(i) == '\n'))) {
                        line++;
                        lineStart = i;
                    }
                }
                boolean atEnd = i == length || isEnd(text.charAt(i));
                if (badQuote < 0 && (!closed || !atEnd)) {
                    badQuote = cells.size() - 1;
                }
            }
            while (i < length && !isEnd(text.charAt(i))) {
                i++;
            }
            if (i == length || text.charAt(i) != ',') {
                return new CsvRow(text.substring(start, i), cells, badQuote, line + 1);
            }
            i++;
        }
    }

    private static boolean isEnd(char c) {
        return c == ',' || c == '\n' || c == '\r';
    }
}

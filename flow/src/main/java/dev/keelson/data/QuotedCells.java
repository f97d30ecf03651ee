package dev.keelson.data;

import java.util.Arrays;

/**
 * The cells of one record that has quotes, as {@link CsvCells} reads them: a quote opens a cell only at its start, two of
 * them within are one. Reused for one record after the other; not safe for use by several threads.
 */
final class QuotedCells {
    private char[] text = new char[256];
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private int used;
    private int count;
    private int lines;
    private int end;
    private boolean good;

    /**
     * Splits the record that starts somewhere.
     *
     * @return false when one of its quoted cells never ends, or has another quote behind the closing one: readers differ
     *     about where such a cell ends
     */
    boolean read(char[] chars, int start, int length) {
        used = 0;
        count = 0;
        lines = 1;
        good = true;
        int i = start;
        while (true) {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            starts[count] = used;
            if (i < length && chars[i] == '"') {
                i = quoted(chars, i + 1, length);
                if (i < 0) {
                    return false;
                }
                while (i < length && !isEnd(chars[i])) {
                    if (chars[i++] == '"') {
                        return false;
                    }
                    good = false;
                }
            } else {
                while (i < length && !isEnd(chars[i])) {
                    add(chars[i++]);
                }
            }
            ends[count++] = used;
            if (i == length || chars[i] != ',') {
                end = i;
                return true;
            }
            i++;
        }
    }

    /** Reads up to the closing quote; where the text goes on behind it, or -1 when there is none. */
    private int quoted(char[] chars, int start, int length) {
        int i = start;
        while (i < length) {
            char c = chars[i++];
            if (c != '"') {
                lines += c == '\n' || (c == '\r' && !(i < length && chars[i] == '\n')) ? 1 : 0;
                add(c);
            } else if (i < length && chars[i] == '"') {
                add(c);
                i++;
            } else {
                return i;
            }
        }
        return -1;
    }

    private void add(char c) {
        if (used == text.length) {
            text = Arrays.copyOf(text, 2 * used);
        }
        text[used++] = c;
    }

    private static boolean isEnd(char c) {
        return c == ',' || c == '\n' || c == '\r';
    }

    /** Whether no cell has characters behind its closing quote. */
    boolean good() {
        return good;
    }

    /** Where the record ends: at its line end or the end of the text. */
    int end() {
        return end;
    }

    /** How many lines it takes. */
    int lines() {
        return lines;
    }

    int count() {
        return count;
    }

    char[] chars() {
        return text;
    }

    int start(int cell) {
        return starts[cell];
    }

    int end(int cell) {
        return ends[cell];
    }
}

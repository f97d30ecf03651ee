package dev.keelson.data;

import dev.keelson.frame.ColumnType;

/**
 * The type of an undeclared column, from all its cells: LONG if every cell is a whole number (without zeros in front,
 * which a code has), else DOUBLE if every cell is a number, else STRING. Empty cells say nothing; a column without any
 * value is DOUBLE.
 */
final class ColumnGuess {
    private final CellNumbers numbers = new CellNumbers();
    private ColumnType type = ColumnType.LONG;
    private boolean any;

    void see(char[] chars, int start, int end) {
        if (type == ColumnType.STRING || CellNumbers.blank(chars, start, end)) {
            return;
        }
        any = true;
        if (CellNumbers.hasLeadingZero(chars, start, end)) {
            type = ColumnType.STRING;
        } else if (!numbers.readLong(chars, start, end)) {
            // Digits that do not fit 64 bits are an identifier: as a double they would lose their end.
            boolean number = !allDigits(chars, start, end) && numbers.readDouble(chars, start, end);
            type = number ? ColumnType.DOUBLE : ColumnType.STRING;
        }
    }

    private static boolean allDigits(char[] chars, int start, int end) {
        for (int i = start; i < end; i++) {
            if (chars[i] < '0' || chars[i] > '9') {
                return false;
            }
        }
        return true;
    }

    /** Whether any cell has a value. */
    boolean any() {
        return any;
    }

    ColumnType type() {
        return any ? type : ColumnType.DOUBLE;
    }
}

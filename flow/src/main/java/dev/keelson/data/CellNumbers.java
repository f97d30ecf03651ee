package dev.keelson.data;

/**
 * Reads numbers from characters without making strings. Decimal notation only: an optional sign, digits with an
 * optional
 * point, an optional exponent; blanks around it are ignored. {@code NaN} is a double; infinities, hexadecimal forms and
 * type suffixes are not numbers here.
 */
final class CellNumbers {
    private static final long EXACT_INTEGERS = 1L << 53;
    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private double doubleValue;
    private long longValue;

    /** What the last successful {@link #readDouble} read. */
    double doubleValue() {
        return doubleValue;
    }

    /** What the last successful {@link #readLong} read. */
    long longValue() {
        return longValue;
    }

    /** Whether there are only blanks. */
    static boolean blank(char[] chars, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!isBlank(chars[i])) {
                return false;
            }
        }
        return true;
    }

    /** The double nearest to the decimal number; false if it is not a finite number or NaN. */
    boolean readDouble(char[] chars, int start, int end) {
        int from = skipBlanks(chars, start, end);
        int to = cutBlanks(chars, from, end);
        int i = from;
        boolean negative = false;
        if (i < to && (chars[i] == '-' || chars[i] == '+')) {
            negative = chars[i] == '-';
            i++;
        }
        long mantissa = 0;
        int digits = 0;
        int scale = 0;
        boolean point = false;
        boolean small = true;
        for (; i < to; i++) {
            char c = chars[i];
            if (c >= '0' && c <= '9') {
                digits++;
                if (mantissa < EXACT_INTEGERS / 10 - 1) {
                    mantissa = mantissa * 10 + (c - '0');
                } else {
                    small = false;
                }
                if (point) {
                    scale++;
                }
            } else if (c == '.' && !point) {
                point = true;
            } else {
                break;
            }
        }
        if (digits == 0) {
            doubleValue = Double.NaN;
            return to - from == 3 && chars[from] == 'N' && chars[from + 1] == 'a' && chars[from + 2] == 'N';
        }
        if (i == to && small && scale < POWERS_OF_TEN.length) {
            // Both operands are exact doubles, so the one rounding of the division is the correct one (Clinger 1990).
            double value = mantissa / POWERS_OF_TEN[scale];
            doubleValue = negative ? -value : value;
            return true;
        }
        if (i < to && !isExponent(chars, i, to)) {
            return false;
        }
        doubleValue = Double.parseDouble(new String(chars, from, to - from));
        return !Double.isInfinite(doubleValue);
    }

    /** A whole number; false if it is not one or does not fit 64 bits. */
    boolean readLong(char[] chars, int start, int end) {
        int from = skipBlanks(chars, start, end);
        int to = cutBlanks(chars, from, end);
        int i = from;
        boolean negative = false;
        if (i < to && (chars[i] == '-' || chars[i] == '+')) {
            negative = chars[i] == '-';
            i++;
        }
        if (i == to) {
            return false;
        }
        long value = 0; // negated, since the range below zero is wider
        for (; i < to; i++) {
            int digit = chars[i] - '0';
            if (digit < 0 || digit > 9 || value < Long.MIN_VALUE / 10) {
                return false;
            }
            value = value * 10;
            if (value < Long.MIN_VALUE + digit) {
                return false;
            }
            value -= digit;
        }
        if (!negative && value == Long.MIN_VALUE) {
            return false;
        }
        longValue = negative ? value : -value;
        return true;
    }

    /** Whether the number has zeros in front that a code would have and a number would not, such as 007. */
    static boolean hasLeadingZero(char[] chars, int start, int end) {
        int from = skipBlanks(chars, start, end);
        int to = cutBlanks(chars, from, end);
        if (from < to && (chars[from] == '-' || chars[from] == '+')) {
            from++;
        }
        return to - from > 1 && chars[from] == '0' && chars[from + 1] >= '0' && chars[from + 1] <= '9';
    }

    private static boolean isExponent(char[] chars, int start, int end) {
        int i = start;
        if (chars[i] != 'e' && chars[i] != 'E') {
            return false;
        }
        i++;
        if (i < end && (chars[i] == '-' || chars[i] == '+')) {
            i++;
        }
        if (i == end) {
            return false;
        }
        for (; i < end; i++) {
            if (chars[i] < '0' || chars[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private static int skipBlanks(char[] chars, int start, int end) {
        int i = start;
        while (i < end && isBlank(chars[i])) {
            i++;
        }
        return i;
    }

    private static int cutBlanks(char[] chars, int start, int end) {
        int i = end;
        while (i > start && isBlank(chars[i - 1])) {
            i--;
        }
        return i;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\u00A0';
    }
}

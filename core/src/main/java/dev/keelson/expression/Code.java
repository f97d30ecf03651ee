package dev.keelson.expression;

import org.jspecify.annotations.Nullable;

/**
 * Compiled expressions. A missing value travels as one reserved value of each primitive type, so that nothing is boxed:
 * for doubles a NaN with its own payload that no computation and no column yields, for longs the smallest long.
 */
final class Code {
    /** Missing, among doubles. Told from other NaN by its bits; never an operand of floating-point arithmetic. */
    static final double NULL_DOUBLE = Double.longBitsToDouble(0x7ff8_6b65_656c_736fL);

    /** Missing, among longs, dates and timestamps; the value itself is therefore outside their range. */
    static final long NULL_LONG = Long.MIN_VALUE;

    static final int FALSE = 0;
    static final int TRUE = 1;

    /** Neither true nor false. */
    static final int UNKNOWN = -1;

    /** Sign of a comparison one side of which is missing. */
    static final int NO_SIGN = 2;

    private static final long NULL_BITS = Double.doubleToRawLongBits(NULL_DOUBLE);

    private Code() {}

    /** Yields a double, or {@link #NULL_DOUBLE}. */
    interface DoubleCode {
        double eval(Row row);
    }

    /** Yields a long, days or microseconds, or {@link #NULL_LONG}. */
    interface LongCode {
        long eval(Row row);
    }

    /** Yields {@link #TRUE}, {@link #FALSE} or {@link #UNKNOWN}. */
    interface TruthCode {
        int eval(Row row);
    }

    /** Yields a text or null. */
    interface TextCode {
        @Nullable String eval(Row row);
    }

    /** Yields the sign of a comparison: -1, 0, 1 or {@link #NO_SIGN}. */
    interface SignCode {
        int eval(Row row);
    }

    static boolean isNull(double value) {
        return Double.isNaN(value) && Double.doubleToRawLongBits(value) == NULL_BITS;
    }

    /** The value with every NaN, also the missing one, as the one NaN that Java writes. */
    static double canonical(double value) {
        return Double.isNaN(value) ? Double.NaN : value;
    }

    static int truth(boolean value) {
        return value ? TRUE : FALSE;
    }

    /** NaN equals itself and is greater than every other number; the two zeros are equal. */
    static int compare(double a, double b) {
        if (a < b) {
            return -1;
        }
        if (a > b) {
            return 1;
        }
        return a == b ? 0 : Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }

    /** By code points, which is also the order of the UTF-8 bytes. */
    static int compare(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        for (int i = 0; i < shorter; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // a surrogate stands for a code point beyond every single char
                boolean xSurrogate = Character.isSurrogate(x);
                boolean ySurrogate = Character.isSurrogate(y);
                return xSurrogate == ySurrogate ? Character.compare(x, y) < 0 ? -1 : 1 : xSurrogate ? 1 : -1;
            }
        }
        return Integer.signum(Integer.compare(a.length(), b.length()));
    }
}

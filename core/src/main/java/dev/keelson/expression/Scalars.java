package dev.keelson.expression;

import static dev.keelson.expression.Code.NULL_DOUBLE;
import static dev.keelson.expression.Code.NULL_LONG;

import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The arithmetic and the conversions of expressions, on values that are not missing. */
final class Scalars {
    private static final long FIRST_DAY = LocalDate.MIN.toEpochDay();
    private static final long LAST_DAY = LocalDate.MAX.toEpochDay();
    private static final double TWO_TO_63 = 0x1p63;

    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,40}");
    private static final Pattern DECIMAL = Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,9})?");

    private Scalars() {}

    static long add(long a, long b) {
        long sum = a + b;
        return ((a ^ sum) & (b ^ sum)) < 0 ? NULL_LONG : sum;
    }

    static long subtract(long a, long b) {
        long difference = a - b;
        return ((a ^ b) & (a ^ difference)) < 0 ? NULL_LONG : difference;
    }

    static long multiply(long a, long b) {
        long low = a * b;
        return Math.multiplyHigh(a, b) == low >> 63 ? low : NULL_LONG;
    }

    static double power(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            return NULL_DOUBLE;
        }
        return unlessInvented(StrictMath.pow(base, exponent), base, exponent);
    }

    /** The result, or missing when it is a NaN that was not among the operands: outside the function's domain. */
    static double unlessInvented(double result, double x, double y) {
        return Double.isNaN(result) && !Double.isNaN(x) && !Double.isNaN(y) ? NULL_DOUBLE : result;
    }

    /** To the nearest whole number, a half away from zero. */
    static double round(double value) {
        double magnitude = Math.abs(value);
        double floor = Math.floor(magnitude);
        return Math.copySign(magnitude - floor >= 0.5 ? floor + 1 : floor, value);
    }

    /** The shortest decimal that denotes the number, rounded, a half away from zero. */
    static double round(double value, int decimals) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return value;
        }
        double rounded =
                BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_UP).doubleValue();
        return Math.copySign(rounded, value);
    }

    static long dayOrNull(long day) {
        return day < FIRST_DAY || day > LAST_DAY ? NULL_LONG : day;
    }

    static long dayOf(long micros) {
        return Math.floorDiv(micros, Micros.PER_DAY);
    }

    static long micros(long day) {
        return multiply(day, Micros.PER_DAY);
    }

    static long toLong(double value) {
        double whole = Math.rint(value);
        // written so that NaN fails too
        return whole > -TWO_TO_63 && whole < TWO_TO_63 ? (long) whole : NULL_LONG;
    }

    static long toLong(String text) {
        String stripped = text.strip();
        if (!WHOLE.matcher(stripped).matches()) {
            return NULL_LONG;
        }
        BigInteger value = new BigInteger(stripped);
        return value.bitLength() <= 63 ? value.longValue() : NULL_LONG;
    }

    static double toDouble(String text) {
        String stripped = text.strip();
        boolean readable = DECIMAL.matcher(stripped).matches()
                || stripped.equals("NaN")
                || stripped.equals("Infinity")
                || stripped.equals("-Infinity");
        return readable ? Double.parseDouble(stripped) : NULL_DOUBLE;
    }

    static int toTruth(String text) {
        String stripped = text.strip();
        return stripped.equalsIgnoreCase("true")
                ? Code.TRUE
                : stripped.equalsIgnoreCase("false") ? Code.FALSE : Code.UNKNOWN;
    }

    static long toDay(String text) {
        try {
            return LocalDate.parse(text.strip()).toEpochDay();
        } catch (DateTimeParseException _) {
            // a text that is no date casts to null, by the language's definition
            return NULL_LONG;
        }
    }

    static long toMicros(String text) {
        try {
            return Micros.of(Instant.parse(text.strip()));
        } catch (DateTimeParseException | ArithmeticException _) {
            // a text that is no timestamp, or one outside the range, casts to null, by the language's definition
            return NULL_LONG;
        }
    }

    static @Nullable String text(long value, ColumnType type) {
        return switch (type) {
            case DATE -> dayOrNull(value) == NULL_LONG ? null : LocalDate.ofEpochDay(value).toString();
            case TIMESTAMP -> Micros.toInstant(value).toString();
            case DOUBLE, LONG, BOOLEAN, STRING -> Long.toString(value);
        };
    }
}

package dev.keelson.store.catalog;

import dev.keelson.frame.Micros;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Values of rows. */
final class Rows {
    private Rows() {}

    static @Nullable Long micros(@Nullable Instant instant) {
        return instant == null ? null : (Long) Micros.of(instant);
    }

    /** Of an instant that clients are told to the millisecond. */
    static Instant millis(long micros) {
        return Instant.ofEpochMilli(Math.floorDiv(micros, 1_000L));
    }

    static @Nullable Instant nullableMillis(ResultSet row, int column) throws SQLException {
        Long value = nullableLong(row, column);
        return value == null ? null : millis(value);
    }

    static @Nullable Long nullableLong(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : (Long) value;
    }

    static @Nullable Integer nullableInt(ResultSet row, int column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : (Integer) value;
    }

    /** A text that is not null. The driver of SQLite gives the bytes of a text in a fraction of the time of the text itself. */
    static String text(ResultSet row, int column) throws SQLException {
        return new String(row.getBytes(column), StandardCharsets.UTF_8);
    }

    /** A text, or null. */
    static @Nullable String nullableText(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** A number as stored: null is NaN. */
    static double number(ResultSet row, int column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? Double.NaN : value;
    }

    /** As clients are told: what is infinite is the largest number of its sign. */
    static double finite(double value) {
        return value == Double.POSITIVE_INFINITY
                ? Double.MAX_VALUE
                : value == Double.NEGATIVE_INFINITY ? -Double.MAX_VALUE : value;
    }

    static @Nullable Double nullable(double value) {
        return Double.isNaN(value) ? null : (Double) value;
    }

    static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}

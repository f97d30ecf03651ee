package dev.keelson.data;

import dev.keelson.frame.ColumnType;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What a cell of a column must be: the declaration, or what was inferred, with what the column's role demands.
 *
 * @param declared whether the project file names the column
 * @param compiled the declared pattern, ready to use
 */
record CellRule(
        String name,
        ColumnType type,
        List<String> formats,
        ZoneId zone,
        boolean required,
        @Nullable Double min,
        @Nullable Double max,
        List<String> values,
        @Nullable Pattern compiled,
        boolean nullOnFail,
        boolean declared) {

    /**
     * @param role whether the row cannot do without the cell: part of the key, event time, created or cursor
     * @throws PatternSyntaxException if the declared pattern is not a regular expression
     */
    static CellRule of(ColumnDefinition column, ZoneId zone, boolean role) {
        return new CellRule(
                column.name(),
                column.type(),
                column.formats(),
                zone,
                column.required() || role,
                column.min(),
                column.max(),
                column.values(),
                column.pattern() == null ? null : Pattern.compile(column.pattern()),
                column.onFail() == ColumnDefinition.OnFail.NULL && !role,
                true);
    }

    /** A column that is not declared. */
    static CellRule inferred(String name, ColumnType type, ZoneId zone, boolean role) {
        return new CellRule(name, type, List.of(), zone, role, null, null, List.of(), null, false, false);
    }

    /** Whether it says anything about a value beyond its type. */
    boolean limits() {
        return min != null || max != null || !values.isEmpty() || compiled != null;
    }

    /** What is wrong with a number, as the end of a sentence; null when nothing is. */
    @Nullable
    String problemOf(double value) {
        if (min != null && !(value >= min)) {
            return "is below the least value allowed (%s)".formatted(plain(min));
        }
        if (max != null && !(value <= max)) {
            return "is above the greatest value allowed (%s)".formatted(plain(max));
        }
        return null;
    }

    /** What is wrong with a text, as the end of a sentence; null when nothing is. */
    @Nullable
    String problemOf(String text) {
        if (!values.isEmpty() && !values.contains(text)) {
            return "is not one of the values allowed %s".formatted(values);
        }
        if (compiled != null && !compiled.matcher(text).matches()) {
            return "does not match the pattern %s".formatted(compiled);
        }
        return null;
    }

    /** What is wrong with a cell, as a sentence without its full stop. */
    String told(String value, String problem) {
        return value.isEmpty()
                ? "The cell of the column (%s) %s".formatted(name, problem)
                : "The value (%s) of the column (%s) %s".formatted(value, name, problem);
    }

    /** A number without a needless fraction. */
    static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}

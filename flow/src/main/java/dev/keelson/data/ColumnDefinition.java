package dev.keelson.data;

import dev.keelson.error.Location;
import dev.keelson.frame.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A declared column of a source. A cell that breaks a rule sends its row to quarantine, or is made null when
 * {@code onFail} says so.
 *
 * @param name name in the file's header
 * @param type type of its cells
 * @param formats date or time patterns (java.time), tried in order; empty means ISO 8601
 * @param required whether an empty cell breaks the rule
 * @param min least value, or null
 * @param max greatest value, or null
 * @param values the only texts allowed, or empty
 * @param pattern regular expression a text must match as a whole, or null
 * @param onFail what happens to a row with a bad cell
 */
public record ColumnDefinition(
        String name,
        ColumnType type,
        List<String> formats,
        boolean required,
        @Nullable Double min,
        @Nullable Double max,
        List<String> values,
        @Nullable String pattern,
        OnFail onFail,
        @Nullable Location location) {
    public ColumnDefinition {
        formats = List.copyOf(formats);
        values = List.copyOf(values);
    }

    /** The same column with other patterns of its dates or times. */
    ColumnDefinition withFormats(List<String> others) {
        return new ColumnDefinition(name, type, others, required, min, max, values, pattern, onFail, location);
    }

    /** What happens to a row with a cell that breaks a rule. */
    public enum OnFail {
        /** The row goes to quarantine with its reason. */
        QUARANTINE,
        /** The cell is made null and counted; the row stays. */
        NULL
    }
}

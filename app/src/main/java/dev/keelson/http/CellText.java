package dev.keelson.http;

import dev.keelson.frame.ColumnType;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cells that come as texts, as in a CSV file or on a command line. */
public final class CellText {
    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,17})");
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    private CellText() {}

    /**
     * A text as a value of its column; what does not fit stays a text, which the model then refuses with its place.
     *
     * @param type of the column; null where it is not known: numbers become numbers
     * @return null for the empty text
     */
    public static @Nullable Object value(String text, @Nullable ColumnType type) {
        if (text.isEmpty()) {
            return null;
        }
        if ((type == null || type == ColumnType.LONG) && WHOLE.matcher(text).matches()) {
            return Long.valueOf(text);
        }
        if ((type == null || type == ColumnType.DOUBLE) && NUMBER.matcher(text).matches()) {
            return Double.valueOf(text);
        }
        if (type == ColumnType.BOOLEAN && (text.equals("true") || text.equals("false"))) {
            return Boolean.valueOf(text);
        }
        return text;
    }
}

package dev.keelson.features.internal;

import dev.keelson.expression.Row;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entity keys as texts, the same from a column and from a request. */
public final class Keys {
    private Keys() {}

    /** Whether a column of this type can hold keys. */
    public static boolean canBe(ColumnType type) {
        return switch (type) {
            case STRING, LONG, DATE, TIMESTAMP, BOOLEAN -> true;
            case DOUBLE -> false;
        };
    }

    /** The columns whose values make up a key: one, or those of a {@link KeyTemplate}. */
    public static List<String> columns(String key) {
        return KeyTemplate.of(key).columns();
    }

    /** The keys of rows: of a column, or joined of several. */
    public static @Nullable String[] of(Frame rows, String key) {
        KeyTemplate template = KeyTemplate.of(key);
        if (template.isColumn()) {
            return of(rows.vector(key));
        }
        List<@Nullable String[]> parts = new ArrayList<>();
        for (String column : template.columns()) {
            parts.add(of(rows.vector(column)));
        }
        @Nullable String[] keys = new @Nullable String[rows.rows()];
        for (int row = 0; row < keys.length; row++) {
            int at = row;
            keys[row] = template.join(part -> parts.get(part)[at]);
        }
        return keys;
    }

    /** The keys of a column. */
    public static @Nullable String[] of(Vector vector) {
        if (vector instanceof Vector.Strings strings) {
            return strings.values();
        }
        @Nullable String[] keys = new @Nullable String[vector.size()];
        for (int row = 0; row < keys.length; row++) {
            keys[row] = vector.isNull(row)
                    ? null
                    : switch (vector) {
                        case Vector.Longs longs -> text(longs.type(), longs.values()[row]);
                        case Vector.Booleans booleans -> String.valueOf(booleans.values()[row]);
                        case Vector.Strings strings -> strings.values()[row];
                        case Vector.Doubles doubles ->
                            throw new IllegalArgumentException("A column of doubles cannot hold keys.");
                    };
        }
        return keys;
    }

    /** The key in a cell of a request. */
    public static @Nullable String of(Row row, int column, ColumnType type) {
        if (row.isNull(column)) {
            return null;
        }
        return switch (type) {
            case STRING -> row.textAt(column);
            case BOOLEAN -> String.valueOf(row.booleanAt(column));
            case LONG, DATE, TIMESTAMP -> text(type, row.longAt(column));
            case DOUBLE -> throw new IllegalArgumentException("A column of doubles cannot hold keys.");
        };
    }

    private static String text(ColumnType type, long value) {
        return type == ColumnType.DATE ? LocalDate.ofEpochDay(value).toString() : Long.toString(value);
    }
}

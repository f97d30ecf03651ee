package dev.keelson.wiring;

import dev.keelson.data.SourceDefinition;
import dev.keelson.frame.Schema;
import dev.keelson.http.CellText;
import dev.keelson.http.CsvRows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The field {@code entity} of a row: the values of the key columns joined by {@code |}, in the order of the source's key. A
 * source with a column of that name has no such field. Immutable.
 */
final class EntityField {
    static final String NAME = CsvRows.ENTITY;

    private final SourceDefinition source;
    private final Schema schema;

    EntityField(SourceDefinition source, Schema schema) {
        this.source = source;
        this.schema = schema;
    }

    /** Whether a row has the field. */
    boolean isIn(Map<String, @Nullable Object> row) {
        return row.containsKey(NAME) && !schema.contains(NAME);
    }

    /** Takes what is wrong with a field. */
    @FunctionalInterface
    interface Wrong {
        void tell(String field, String message, @Nullable String hint);
    }

    /**
     * A row that has the field with the key columns in its place.
     *
     * @param wrong told when the field names no row, or another one than the columns do; the keys are missing then
     */
    Map<String, @Nullable Object> spread(Map<String, @Nullable Object> row, Wrong wrong) {
        Map<String, @Nullable Object> whole = new LinkedHashMap<>(row);
        Object given = whole.remove(NAME);
        List<String> keys = source.key();
        String text = given instanceof String || given instanceof Long ? given.toString() : "";
        List<String> parts = keys.size() == 1 ? List.of(text) : List.of(text.split("\\|", -1));
        if (parts.size() != keys.size() || parts.stream().anyMatch(String::isBlank)) {
            wrong.tell(
                    NAME,
                    "The entity (%s) names no row; expected the values of %s%s."
                            .formatted(given, String.join("|", keys), keys.size() == 1 ? "" : " joined by |"),
                    "Maybe send the columns %s instead.".formatted(String.join(", ", keys)));
            return whole;
        }
        for (int i = 0; i < parts.size(); i++) {
            String key = keys.get(i);
            Object value = CellText.value(parts.get(i), schema.column(key).type());
            Object other = whole.putIfAbsent(key, value);
            if (other != null && !Objects.toString(other).equals(parts.get(i))) {
                wrong.tell(
                        NAME,
                        "The entity (%s) says that %s is %s, its column that it is %s; expected the same."
                                .formatted(given, key, parts.get(i), other),
                        "Maybe send one of the two.");
            }
        }
        return whole;
    }
}

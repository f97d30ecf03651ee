package dev.keelson.features;

import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.frame.Schema;
import java.util.List;

/**
 * What features need to know of a source.
 *
 * <p>Frames of its rows hold the columns of {@code schema} and, besides, the {@link SystemColumns}, both TIMESTAMP and
 * never missing. Their rows may come in any order.
 *
 * @param name its name in the project
 * @param schema its columns, without the two system columns
 * @param key columns that identify a row, at least one; they break ties of equal times
 * @param outcomes columns known only after the event
 */
public record SourceSchema(String name, Schema schema, List<String> key, List<String> outcomes) {
    public SourceSchema {
        key = List.copyOf(key);
        outcomes = List.copyOf(outcomes);
        if (key.isEmpty()) {
            throw new IllegalArgumentException("key must name at least one column.");
        }
        for (String column : key) {
            if (!schema.contains(column)) {
                throw new IllegalArgumentException(
                        "The key column (%s) is not among the columns %s.".formatted(column, schema.names()));
            }
        }
    }

    /** Of a source as the project file declares it, with the schema that its data has; system columns are left out. */
    public static SourceSchema of(SourceDefinition definition, Schema schema) {
        Schema own = new Schema(schema.columns().stream()
                .filter(column -> !SystemColumns.NAMES.contains(column.name()))
                .toList());
        return new SourceSchema(definition.name(), own, definition.key(), definition.outcomes());
    }
}

package dev.keelson.frame;

/**
 * A named, typed column.
 *
 * @param name not empty
 * @param type its type
 */
public record Column(String name, ColumnType type) {
    public Column {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name must not be empty.");
        }
    }
}

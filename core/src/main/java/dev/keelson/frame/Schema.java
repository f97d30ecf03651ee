package dev.keelson.frame;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of a table, in order, with distinct names. Immutable and safe for use by several threads.
 */
public final class Schema {
    private final List<Column> columns;
    private final Map<String, Integer> indexByName;

    /**
     * @param columns any number, distinct names
     * @throws IllegalArgumentException if a name occurs twice
     */
    public Schema(List<Column> columns) {
        this.columns = List.copyOf(columns);
        Map<String, Integer> index = new LinkedHashMap<>();
        for (int i = 0; i < this.columns.size(); i++) {
            if (index.put(this.columns.get(i).name(), i) != null) {
                throw new IllegalArgumentException(
                        "The column (%s) occurs twice.".formatted(this.columns.get(i).name()));
            }
        }
        this.indexByName = java.util.Collections.unmodifiableMap(index);
    }

    /** The columns, in order. */
    public List<Column> columns() {
        return columns;
    }

    /** The names, in order. */
    public List<String> names() {
        return columns.stream().map(Column::name).toList();
    }

    /** The position of a column from 0, or -1 when there is none of that name. */
    public int indexOf(String name) {
        return indexByName.getOrDefault(name, -1);
    }

    /** Whether there is a column of that name. */
    public boolean contains(String name) {
        return indexByName.containsKey(name);
    }

    /**
     * The column of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Column column(String name) {
        int index = indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("There is no column (%s); the columns are %s.".formatted(name, names()));
        }
        return columns.get(index);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schema schema && columns.equals(schema.columns);
    }

    @Override
    public int hashCode() {
        return columns.hashCode();
    }

    @Override
    public String toString() {
        return columns.toString();
    }
}

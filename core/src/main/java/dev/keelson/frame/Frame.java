package dev.keelson.frame;

import java.util.ArrayList;
import java.util.List;

/**
 * An immutable table: a schema and one vector for each column, all of the same length. Safe for reading by several
 * threads.
 */
public final class Frame {
    private final Schema schema;
    private final List<Vector> vectors;
    private final int rows;

    /**
     * @param schema the columns
     * @param vectors one for each column, in order, of equal size and matching type
     * @param rows number of rows, also when there is no column
     * @throws IllegalArgumentException if counts, sizes or types do not match
     */
    public Frame(Schema schema, List<? extends Vector> vectors, int rows) {
        if (schema.columns().size() != vectors.size()) {
            throw new IllegalArgumentException("The schema has %d columns but there are %d vectors."
                    .formatted(schema.columns().size(), vectors.size()));
        }
        for (int i = 0; i < vectors.size(); i++) {
            Column column = schema.columns().get(i);
            Vector vector = vectors.get(i);
            if (vector.size() != rows || vector.type() != column.type()) {
                throw new IllegalArgumentException("The column (%s) must be %s with %d rows, but is %s with %d."
                        .formatted(column.name(), column.type(), rows, vector.type(), vector.size()));
            }
        }
        this.schema = schema;
        this.vectors = List.copyOf(vectors);
        this.rows = rows;
    }

    /** The columns. */
    public Schema schema() {
        return schema;
    }

    /** Number of rows. */
    public int rows() {
        return rows;
    }

    /** The vector of the column at a position. */
    public Vector vector(int column) {
        return vectors.get(column);
    }

    /**
     * The vector of the column of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Vector vector(String name) {
        schema.column(name);
        return vectors.get(schema.indexOf(name));
    }

    /** Doubles of a column of type DOUBLE; throws ClassCastException for another type. */
    public Vector.Doubles doubles(String name) {
        return (Vector.Doubles) vector(name);
    }

    /** Longs of a column of type LONG, DATE or TIMESTAMP. */
    public Vector.Longs longs(String name) {
        return (Vector.Longs) vector(name);
    }

    /** Strings of a column of type STRING. */
    public Vector.Strings strings(String name) {
        return (Vector.Strings) vector(name);
    }

    /** The rows at the given positions, in that order. */
    public Frame take(int[] positions) {
        List<Vector> taken = new ArrayList<>(vectors.size());
        for (Vector vector : vectors) {
            taken.add(vector.take(positions));
        }
        return new Frame(schema, taken, positions.length);
    }

    /** Only the named columns, in the order named. */
    public Frame select(List<String> names) {
        List<Column> columns = new ArrayList<>();
        List<Vector> selected = new ArrayList<>();
        for (String name : names) {
            columns.add(schema.column(name));
            selected.add(vector(name));
        }
        return new Frame(new Schema(columns), selected, rows);
    }

    /** This frame with a column added at the end. */
    public Frame with(String name, Vector vector) {
        List<Column> columns = new ArrayList<>(schema.columns());
        columns.add(new Column(name, vector.type()));
        List<Vector> all = new ArrayList<>(vectors);
        all.add(vector);
        return new Frame(new Schema(columns), all, rows);
    }
}

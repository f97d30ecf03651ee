package dev.keelson.expression;

import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the rows of a frame. Mutable: one for each thread.
 *
 * <pre>{@code
 * FrameRow row = new FrameRow(frame);
 * for (int i = 0; i < frame.rows(); i++) {
 *     sum += expression.asDouble(row.at(i));
 * }
 * }</pre>
 */
public final class FrameRow implements Row {
    private final @Nullable Vector[] vectors;
    private final Schema schema;
    private final int rows;
    private int row;

    /** A cursor for expressions that were parsed with the frame's own schema. */
    public FrameRow(Frame frame) {
        this(frame, frame.schema());
    }

    /**
     * A cursor for expressions that were parsed with another schema, whose columns are found by name. A column that the
     * frame lacks must not be read.
     *
     * @throws IllegalArgumentException if a column has another type in the frame than in the schema
     */
    public FrameRow(Frame frame, Schema schema) {
        this.schema = schema;
        this.rows = frame.rows();
        this.vectors = new @Nullable Vector[schema.columns().size()];
        for (int i = 0; i < vectors.length; i++) {
            Column column = schema.columns().get(i);
            if (frame.schema().contains(column.name())) {
                Vector vector = frame.vector(column.name());
                if (vector.type() != column.type()) {
                    throw new IllegalArgumentException("The column (%s) must be %s, but is %s in the frame."
                            .formatted(column.name(), column.type(), vector.type()));
                }
                vectors[i] = vector;
            }
        }
    }

    /**
     * Moves to a row and returns this.
     *
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public FrameRow at(int row) {
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException("row (%d) must be between 0 and %d.".formatted(row, rows - 1));
        }
        this.row = row;
        return this;
    }

    /** The row this stands on, from 0. */
    public int row() {
        return row;
    }

    @Override
    public boolean isNull(int column) {
        return vector(column).isNull(row);
    }

    @Override
    public double doubleAt(int column) {
        return ((Vector.Doubles) vector(column)).values()[row];
    }

    @Override
    public long longAt(int column) {
        return ((Vector.Longs) vector(column)).values()[row];
    }

    @Override
    public boolean booleanAt(int column) {
        return ((Vector.Booleans) vector(column)).values()[row];
    }

    @Override
    public @Nullable String textAt(int column) {
        return ((Vector.Strings) vector(column)).values()[row];
    }

    private Vector vector(int column) {
        Vector vector = vectors[column];
        if (vector == null) {
            throw new IllegalArgumentException("The frame has no column (%s)."
                    .formatted(schema.columns().get(column).name()));
        }
        return vector;
    }
}

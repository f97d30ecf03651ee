package dev.keelson.features.internal;

import dev.keelson.expression.Expression;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import org.jspecify.annotations.Nullable;

/**
 * One number of each event, computed from the event's own columns.
 *
 * @param expression what is computed
 * @param kind how its value becomes a number
 */
record Lane(Expression expression, Kind kind) {

    /** How a value becomes a number; a missing one is always NaN. */
    enum Kind {
        /** The number itself; a boolean is 1 or 0. */
        NUMBER,
        /** 1. */
        PRESENCE,
        /** A number by which values can be told apart. */
        IDENTITY
    }

    /** Whether a number or a boolean results. */
    static boolean isNumeric(ColumnType type) {
        return switch (type) {
            case DOUBLE, LONG, BOOLEAN -> true;
            case STRING, DATE, TIMESTAMP -> false;
        };
    }

    /** Writes the numbers of all rows: row {@code i} to {@code target[i * width + offset]}. */
    void write(Frame events, double[] target, int width, int offset) {
        Vector vector = expression.evaluate(events);
        for (int row = 0; row < events.rows(); row++) {
            target[row * width + offset] =
                    vector.isNull(row) ? Double.NaN : kind == Kind.PRESENCE ? 1 : number(vector, row);
        }
    }

    private static double number(Vector vector, int row) {
        return switch (vector) {
            case Vector.Doubles doubles -> doubles.values()[row];
            case Vector.Longs longs -> longs.values()[row];
            case Vector.Booleans booleans -> booleans.values()[row] ? 1 : 0;
            case Vector.Strings strings -> identity(strings.values()[row]);
        };
    }

    /** 53 bits of a 64-bit FNV-1a hash over the chars, finished as in SplitMix64; a whole number, exact as a double. */
    private static double identity(@Nullable String text) {
        if (text == null) {
            return Double.NaN;
        }
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return (hash ^ (hash >>> 31)) >>> 11;
    }
}

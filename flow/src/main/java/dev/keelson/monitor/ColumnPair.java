package dev.keelson.monitor;

import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One column of both sides as numbers; what is missing is NaN.
 *
 * @param texts of categories: what each number from 0 stands for; null for quantities
 * @param referenceTexts how many of them the reference has; they come first
 */
@SuppressWarnings("ArrayRecordComponent") // never leaves this package
record ColumnPair(double[] reference, double[] current, @Nullable List<String> texts, int referenceTexts) {

    /**
     * Reads both sides. A side without any value is of the other's type: a column that is no longer filled does not change it.
     *
     * @param category whether numbers are to be taken for categories, too
     * @return empty when one side has numbers and the other texts
     */
    static Optional<ColumnPair> of(Vector reference, Vector current, boolean category) {
        boolean left = isNumber(reference.type());
        boolean right = isNumber(current.type());
        if (left != right && isEmpty(current)) {
            right = left;
        } else if (left != right && isEmpty(reference)) {
            left = right;
        }
        if (!category && left && right) {
            return Optional.of(new ColumnPair(numbers(reference), numbers(current), null, 0));
        }
        if (!category && left != right) {
            return Optional.empty();
        }
        Map<String, Integer> codes = new LinkedHashMap<>();
        double[] first = codes(reference, codes);
        int known = codes.size();
        double[] second = codes(current, codes);
        return Optional.of(new ColumnPair(first, second, new ArrayList<>(codes.keySet()), known));
    }

    private static boolean isEmpty(Vector vector) {
        for (int i = 0; i < vector.size(); i++) {
            if (!vector.isNull(i) && !(vector.get(i) instanceof Double number && number.isNaN())) {
                return false;
            }
        }
        return true;
    }

    /** Whether a column of that type is one of quantities. */
    static boolean isNumber(ColumnType type) {
        return type == ColumnType.DOUBLE || type == ColumnType.LONG;
    }

    /** Whether a column of that type can be compared at all: an instant or a day always moves on. */
    static boolean compares(ColumnType type) {
        return type != ColumnType.DATE && type != ColumnType.TIMESTAMP;
    }

    /** What a number of a column of categories stands for. */
    @Nullable String text(double code) {
        return texts == null ? null : texts.get((int) code);
    }

    /** The values, not to be changed: where none is missing they are the vector's own. */
    static double[] numbers(Vector vector) {
        if (vector instanceof Vector.Doubles doubles && doubles.nulls() == null) {
            return doubles.values();
        }
        double[] numbers = new double[vector.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = switch (vector) {
                case Vector.Doubles v -> v.orNaN(i);
                case Vector.Longs v -> v.isNull(i) ? Double.NaN : v.values()[i];
                case Vector.Booleans v -> v.isNull(i) ? Double.NaN : v.values()[i] ? 1 : 0;
                case Vector.Strings ignored -> Double.NaN;
            };
        }
        return numbers;
    }

    private static double[] codes(Vector vector, Map<String, Integer> codes) {
        double[] numbers = new double[vector.size()];
        for (int i = 0; i < numbers.length; i++) {
            Object cell = vector.get(i);
            numbers[i] = cell == null || (cell instanceof Double number && number.isNaN())
                    ? Double.NaN
                    : codes.computeIfAbsent(CellTexts.of(cell), text -> codes.size());
        }
        return numbers;
    }
}

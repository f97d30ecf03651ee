package dev.keelson.learn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Feature values by column, {@code columns[feature][row]}; {@code NaN} is a missing value. The arrays are not copied:
 * whoever makes a matrix hands them over and does not change them afterwards. Safe for reading by several threads.
 *
 * @param names distinct, one for each column
 * @param columns one array of length {@code rows} for each name; finite or {@code NaN}
 * @param rows number of rows, also when there is no column
 * @param categories the features whose numbers stand for categories and mean nothing as quantities: what each number
 *     stands for, as far as it is known; not copied as deeply, and must not change
 */
public record FeatureMatrix(
        List<String> names, double[][] columns, int rows, Map<String, Map<Double, String>> categories) {

    /** Checks shape, names and values. */
    public FeatureMatrix {
        names = List.copyOf(names);
        categories = Collections.unmodifiableMap(new LinkedHashMap<>(categories));
        if (!names.containsAll(categories.keySet())) {
            throw new IllegalArgumentException(
                    "There are categories of %s; the features are %s.".formatted(categories.keySet(), names));
        }
        if (names.size() != columns.length) {
            throw new IllegalArgumentException("There are %d names for %d columns; as many of both are needed."
                    .formatted(names.size(), columns.length));
        }
        if (new HashSet<>(names).size() != names.size()) {
            throw new IllegalArgumentException("A feature occurs twice among %s.".formatted(names));
        }
        for (int j = 0; j < columns.length; j++) {
            if (columns[j].length != rows) {
                throw new IllegalArgumentException("The feature (%s) has %d values; %d rows are expected."
                        .formatted(names.get(j), columns[j].length, rows));
            }
            for (int i = 0; i < rows; i++) {
                if (Double.isInfinite(columns[j][i])) {
                    throw new IllegalArgumentException("""
                        The feature (%s) is infinite in row %d; a finite value or NaN (missing) is expected.
                        Maybe it divides by zero.\
                        """.formatted(names.get(j), i));
                }
            }
        }
    }

    /** Features that are all quantities. */
    public FeatureMatrix(List<String> names, double[][] columns, int rows) {
        this(names, columns, rows, Map.of());
    }

    /** Number of features. */
    public int width() {
        return columns.length;
    }

    /** The value of a feature in a row. */
    public double value(int row, int feature) {
        return columns[feature][row];
    }

    /**
     * Copies one row.
     *
     * @param out receives the values in the order of the names; at least as long as there are features
     */
    public void row(int row, double[] out) {
        for (int j = 0; j < columns.length; j++) {
            out[j] = columns[j][row];
        }
    }

    /** The rows at the given positions, in that order; positions may repeat. */
    public FeatureMatrix take(int[] positions) {
        double[][] taken = new double[columns.length][positions.length];
        for (int j = 0; j < columns.length; j++) {
            for (int i = 0; i < positions.length; i++) {
                taken[j][i] = columns[j][positions[i]];
            }
        }
        return new FeatureMatrix(names, taken, positions.length, categories);
    }

    /**
     * The named features in the order named, without copying values.
     *
     * @throws IllegalArgumentException if there is none of a name
     */
    public FeatureMatrix select(List<String> wanted) {
        List<double[]> selected = new ArrayList<>(wanted.size());
        for (String name : wanted) {
            int index = names.indexOf(name);
            if (index < 0) {
                throw new IllegalArgumentException("There is no feature (%s); there are %s.".formatted(name, names));
            }
            selected.add(columns[index]);
        }
        Map<String, Map<Double, String>> kept = new LinkedHashMap<>(categories);
        kept.keySet().retainAll(wanted);
        return new FeatureMatrix(wanted, selected.toArray(new double[0][]), rows, kept);
    }

    /**
     * Refuses a row that a model cannot read.
     *
     * @param row values in the order of the names
     * @param names the model's features
     * @throws IllegalArgumentException if the length differs or a value is infinite
     */
    public static void requireRow(double[] row, List<String> names) {
        if (row.length != names.size()) {
            throw new IllegalArgumentException(
                    "The row has %d values; the model reads %d features.".formatted(row.length, names.size()));
        }
        for (int j = 0; j < row.length; j++) {
            if (Double.isInfinite(row[j])) {
                throw new IllegalArgumentException(
                        "The feature (%s) is infinite; a finite value or NaN (missing) is expected."
                                .formatted(names.get(j)));
            }
        }
    }
}

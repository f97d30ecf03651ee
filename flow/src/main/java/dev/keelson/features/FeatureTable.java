package dev.keelson.features;

import java.util.List;

/**
 * Features of many rows: one row for each row asked about, in the order asked. The arrays are not copied, and several
 * tables of one pass share them; nobody changes them.
 *
 * @param names of the features, in order
 * @param values feature by row, {@code values[feature][row]}; NaN unless the status is PRESENT
 * @param statuses {@link FeatureStatus#code()} of each value, {@code statuses[feature][row]}
 * @param rows number of rows
 */
public record FeatureTable(List<String> names, double[][] values, byte[][] statuses, int rows) {
    public FeatureTable {
        names = List.copyOf(names);
        if (values.length != names.size() || statuses.length != names.size()) {
            throw new IllegalArgumentException(
                    "values (%d) and statuses (%d) must have one column for each of %d names."
                            .formatted(values.length, statuses.length, names.size()));
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i].length != rows || statuses[i].length != rows) {
                throw new IllegalArgumentException("The column (%s) must have %d rows.".formatted(names.get(i), rows));
            }
        }
    }

    /**
     * The values of a feature, by row.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public double[] column(String name) {
        return values[index(name)];
    }

    /** Why a feature has, or lacks, its value in a row. */
    public FeatureStatus status(String name, int row) {
        return FeatureStatus.of(statuses[index(name)][row]);
    }

    /** The values of a row, in the order of the names; a new array. */
    public double[] row(int row) {
        double[] result = new double[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i][row];
        }
        return result;
    }

    private int index(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("There is no feature (%s); there are %s.".formatted(name, names));
        }
        return index;
    }
}

package dev.keelson.labels;

import java.util.Arrays;

/**
 * The labels of some rows, in the order of the rows. The arrays are not copied, and nobody changes them.
 *
 * @param values position of each row's class, or the number itself where there are no classes; NaN where a row has none
 * @param knownAt when each label became known, microseconds since 1970; of a row without a label, when the row did
 */
public record LabelTable(double[] values, long[] knownAt) {
    /** Takes the arrays over. */
    public LabelTable(double[] values, long[] knownAt) {
        if (values.length != knownAt.length) {
            throw new IllegalArgumentException(
                    "values (%d) and knownAt (%d) must have the same length.".formatted(values.length, knownAt.length));
        }
        this.values = values;
        this.knownAt = knownAt;
    }

    /** Number of rows. */
    public int rows() {
        return values.length;
    }

    /** Whether a row has no label. */
    public boolean isMissing(int row) {
        return Double.isNaN(values[row]);
    }

    /** Position of a row's class, -1 when it has none. */
    public int classOf(int row) {
        return isMissing(row) ? -1 : (int) values[row];
    }

    /** The labels of the rows at the given positions, in that order. */
    public LabelTable take(int[] rows) {
        return new LabelTable(
                Arrays.stream(rows).mapToDouble(row -> values[row]).toArray(),
                Arrays.stream(rows).mapToLong(row -> knownAt[row]).toArray());
    }
}

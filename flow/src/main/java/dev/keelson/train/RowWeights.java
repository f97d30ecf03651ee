package dev.keelson.train;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import org.jspecify.annotations.Nullable;

/** How much rows count in training. */
final class RowWeights {
    private RowWeights() {}

    /**
     * The weights of the rows of one fit; balanced ones come from these rows alone.
     *
     * @param rows the rows that train
     * @return one for each row, or null when all count the same
     * @throws KeelsonException BAD_VALUE if a row's weight is missing or negative; NOT_ENOUGH_ROWS if all of them are 0
     */
    static double @Nullable [] of(ModelDefinition definition, TrainingTable table, int[] rows) {
        return switch (definition.weighting()) {
            case ModelDefinition.Weighting.Equal() -> null;
            case ModelDefinition.Weighting.Balanced() ->
                balanced(Scores.take(table.labels(), rows), definition.classes().size());
            case ModelDefinition.Weighting.Column(String name) -> column(name, table, rows);
        };
    }

    /** Rows divided by classes that occur and by rows of the row's class: each class counts the same, rows count 1 in the mean. */
    private static double[] balanced(int[] labels, int classes) {
        int[] counts = new int[classes];
        int present = 0;
        for (int label : labels) {
            present += counts[label]++ == 0 ? 1 : 0;
        }
        double[] weights = new double[labels.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (double) labels.length / present / counts[labels[i]];
        }
        return weights;
    }

    private static double[] column(String name, TrainingTable table, int[] rows) {
        double[] all = table.weights();
        if (all == null) {
            throw new IllegalArgumentException("The rows have no weights from the column (%s).".formatted(name));
        }
        double[] weights = Scores.take(all, 1, rows);
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "The weight of the row %s in the column %s (%s) must be a number from 0."
                                .formatted(table.rowIds().get(rows[i]), name, weights[i]),
                        "Maybe rows without a weight should be left out of the source.");
            }
            sum += weights[i];
        }
        if (!(sum > 0)) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "All %d rows that train weigh nothing by the column %s.".formatted(rows.length, name),
                    null);
        }
        return weights;
    }
}

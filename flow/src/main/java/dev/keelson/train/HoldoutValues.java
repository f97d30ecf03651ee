package dev.keelson.train;

import java.util.List;

/**
 * Predicted values of the untouched test period, by members that were fitted before it. The arrays are not copied and
 * must not change.
 *
 * @param rowIds rows in order of time
 * @param predictions predicted value of each row
 * @param targets what came true
 * @param day cluster of each row
 */
public record HoldoutValues(List<String> rowIds, double[] predictions, double[] targets, int[] day) {
    /** Checks that everything has as many rows. */
    public HoldoutValues {
        rowIds = List.copyOf(rowIds);
        int rows = rowIds.size();
        if (predictions.length != rows || targets.length != rows || day.length != rows) {
            throw new IllegalArgumentException("There are %d predictions, %d targets and %d days for %d rows."
                    .formatted(predictions.length, targets.length, day.length, rows));
        }
    }
}

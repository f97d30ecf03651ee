package dev.keelson.train;

import java.util.List;

/**
 * Forecasts of the untouched test period, by members that were fitted before it. The arrays are not copied and must not
 * change.
 *
 * @param rowIds rows in order of time
 * @param probabilities {@code rows * classes}, row by row
 * @param labels class of each row
 * @param day cluster of each row
 * @param classes number of classes
 */
public record HoldoutForecast(List<String> rowIds, double[] probabilities, int[] labels, int[] day, int classes) {
    /** Checks that everything has as many rows. */
    public HoldoutForecast {
        rowIds = List.copyOf(rowIds);
        int rows = rowIds.size();
        if (labels.length != rows || day.length != rows || probabilities.length != (long) rows * classes) {
            throw new IllegalArgumentException(
                    "There are %d labels, %d days and %d probabilities for %d rows of %d classes."
                            .formatted(labels.length, day.length, probabilities.length, rows, classes));
        }
    }
}

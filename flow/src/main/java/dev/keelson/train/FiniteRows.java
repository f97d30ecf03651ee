package dev.keelson.train;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Keeps numbers from learners that these cannot compute with: those that are not finite, and those that are not in single
 * precision, in which trees are fitted and whose squares double precision still holds.
 */
final class FiniteRows {
    /** The greatest amount of a number. */
    static final double MOST = Float.MAX_VALUE;

    private FiniteRows() {}

    /** @throws KeelsonException BAD_VALUE naming the column and the first row with such a number, and how many there are */
    static void require(TrainingRequest request) {
        TrainingTable table = request.table();
        ModelDefinition definition = request.definition();
        require("label", definition.label().address(), table.values(), definition, table, false);
        for (int j = 0; j < table.features().width(); j++) {
            require(
                    "feature", table.features().names().get(j), table.features().columns()[j], definition, table, true);
        }
    }

    private static void require(
            String what, String name, double[] values, ModelDefinition definition, TrainingTable table, boolean missing) {
        for (int i = 0; i < values.length; i++) {
            if (isBad(values[i], missing)) {
                long count = IntStream.range(i, values.length)
                        .filter(k -> isBad(values[k], missing))
                        .count();
                throw refused(what, name, values[i], table.rowIds().get(i), count, definition, table);
            }
        }
    }

    private static boolean isBad(double value, boolean missing) {
        return !(Math.abs(value) <= MOST) && !(missing && Double.isNaN(value));
    }

    private static KeelsonException refused(
            String what, String name, double value, String row, long count, ModelDefinition definition, TrainingTable table) {
        return new KeelsonException(
                ErrorCode.BAD_VALUE,
                String.format(
                        Locale.ROOT,
                        "The %s %s of the model %s is %s in the row (%s), and no finite number of at most %.2g in %,d of %,d rows.",
                        what,
                        name,
                        definition.name(),
                        value,
                        row,
                        MOST,
                        count,
                        table.rows()),
                (Double.isFinite(value) ? "Maybe the unit is too small, or a digit slipped in the source; " : "Maybe the source divides by 0; ")
                        + "a value that is not known is left empty, or its row is kept out by `min` and `max` of the column.");
    }
}

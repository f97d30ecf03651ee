package dev.keelson.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is wrong with a label before anything is trained: it is the same in every row. */
public final class LabelSigns {

    private LabelSigns() {}

    /**
     * That a label is the same in every row, as a sentence; empty when it is not, or there are fewer than two rows.
     *
     * @param table rows whose labels are known
     */
    public static Optional<String> of(ModelDefinition definition, TrainingTable table) {
        if (!isConstant(table)) {
            return Optional.empty();
        }
        return Optional.of(
                table.hasValues()
                        ? String.format(
                                Locale.ROOT,
                                "The label %s is %s in all %,d rows: there is nothing to predict.",
                                definition.label().address(),
                                table.values()[0],
                                table.rows())
                        : String.format(
                                Locale.ROOT,
                                "The label %s has one class only (%s, in all %,d rows): there is nothing to tell apart.",
                                definition.label().address(),
                                definition.classes().get(table.labels()[0]),
                                table.rows()));
    }

    /** Whether there are two rows or more, and one label in all of them. */
    static boolean isConstant(TrainingTable table) {
        return table.rows() > 1
                && (table.hasValues()
                        ? Arrays.stream(table.values()).allMatch(value -> value == table.values()[0])
                        : Arrays.stream(table.labels()).allMatch(label -> label == table.labels()[0]));
    }
}

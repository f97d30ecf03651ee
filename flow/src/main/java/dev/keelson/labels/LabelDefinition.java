package dev.keelson.labels;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A label as the project file declares it: a column of outcomes, or an expression (see {@link LabelExpression}).
 *
 * @param source the source whose rows it labels
 * @param name its name: the column, the declared name, or the text of an expression that a model gives without a name
 * @param text the expression; the column where it is nothing else
 * @param classes its classes, in order; empty for a number to be predicted as such. Of a condition: the class of false,
 *     then the class of true
 * @param delay how long after its row's event time it is known at the earliest date that can be told in advance: the
 *     source's delay, and for a forward return the horizon and its tolerance besides; what trains keeps at least this
 *     distance from what judges it
 * @param rows a condition on the rows that a model takes, over columns known beforehand and its features; null for all
 */
public record LabelDefinition(
        String source, String name, String text, List<String> classes, Duration delay, @Nullable String rows) {
    /** One whose model takes all rows. */
    public LabelDefinition(String source, String name, String text, List<String> classes, Duration delay) {
        this(source, name, text, classes, delay, null);
    }

    /** Checks the classes and the delay. */
    public LabelDefinition {
        classes = List.copyOf(classes);
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay (%s) must not be negative.".formatted(delay));
        }
        if (classes.size() == 1) {
            throw new IllegalArgumentException("classes %s must be none, or at least two.".formatted(classes));
        }
    }

    /** A column of outcomes as it is. */
    public static LabelDefinition ofColumn(String source, String column, List<String> classes, Duration delay) {
        return new LabelDefinition(source, column, column, classes, delay);
    }

    /** The same of the rows that meet a condition; of all for null. */
    public LabelDefinition ofRows(@Nullable String condition) {
        return new LabelDefinition(source, name, text, classes, delay, condition);
    }

    /** As models and commands name it: {@code source.name}. */
    public String address() {
        return source + "." + name;
    }

    /** Whether it is a column and nothing else. */
    public boolean isColumn() {
        return text.equals(name);
    }

    /** Whether it is a number to be predicted as such, without classes. */
    public boolean isNumber() {
        return classes.isEmpty();
    }
}

package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A window over the events of all keys that share a part of a composite key:
 * {@code rate(won) over 90d by sport} in a view whose key is {@code {sport}_{market}}.
 *
 * @param fold the fold with the window
 * @param column the column that is part of the key
 */
public record Grouped(FoldExpression fold, String column) implements FoldExpression {
    public Grouped {
        if (!canGroup(fold)) {
            throw new IllegalArgumentException("The fold (%s) cannot be grouped.".formatted(fold.text()));
        }
    }

    /** Whether a fold has a window over the events of its own key alone. */
    static boolean canGroup(FoldExpression fold) {
        return fold instanceof Aggregate
                || fold instanceof Ewm
                || fold instanceof Transitions
                || (fold instanceof PairedAggregate paired && paired.otherKey() == null);
    }

    @Override
    public List<String> suffixes() {
        return fold.suffixes();
    }

    @Override
    public List<String> columns() {
        Set<String> columns = new LinkedHashSet<>(fold.columns());
        columns.add(column);
        return List.copyOf(columns);
    }

    @Override
    public ColumnType type() {
        return fold.type();
    }

    @Override
    public String text() {
        return fold.text() + " by " + Printer.name(column);
    }
}

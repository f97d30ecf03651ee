package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.List;

/**
 * Days (of 24 hours, with fraction) between the key's newest known event that fulfils a condition and the moment asked
 * for: {@code days since goals_for = 0}. Null without any such event.
 *
 * @param condition BOOLEAN
 */
public record DaysSinceCondition(Expression condition) implements FoldExpression {
    public DaysSinceCondition {
        if (condition.type() != ColumnType.BOOLEAN) {
            throw new IllegalArgumentException(
                    "condition (%s) must be BOOLEAN, but is %s.".formatted(condition, condition.type()));
        }
    }

    @Override
    public List<String> columns() {
        return condition.columns();
    }

    @Override
    public ColumnType type() {
        return ColumnType.DOUBLE;
    }

    @Override
    public String text() {
        return "days since " + condition.text();
    }
}

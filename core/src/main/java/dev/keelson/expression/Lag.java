package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.List;

/**
 * The value of an earlier event: {@code lag(x, 1)} of the key's newest known event, {@code lag(x, 2)} of the one before
 * it. Null when there is no such event, or when its value is missing.
 *
 * @param argument a number or a condition
 * @param n which event, counted back from 1, at most 100,000
 */
public record Lag(Expression argument, int n) implements FoldExpression {
    public Lag {
        boolean number = switch (argument.type()) {
            case DOUBLE, LONG, BOOLEAN -> true;
            case STRING, DATE, TIMESTAMP -> false;
        };
        if (!number) {
            throw new IllegalArgumentException("The argument (%s) of lag must be a number or a condition, but is %s."
                    .formatted(argument, argument.type()));
        }
        if (n < 1 || n > Window.LastEvents.MOST) {
            throw new IllegalArgumentException(
                    "n (%d) must be between 1 and %d.".formatted(n, Window.LastEvents.MOST));
        }
    }

    @Override
    public List<String> columns() {
        return argument.columns();
    }

    @Override
    public ColumnType type() {
        return argument.type();
    }

    @Override
    public String text() {
        return "lag(" + argument.text() + ", " + n + ")";
    }
}

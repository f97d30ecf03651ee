package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate of two values over a window of events: {@code ratio(profit, stake) over 90d},
 * {@code corr(daily_return, SPY.daily_return) over 30d}.
 *
 * <p>Both values stand in the key's own events, or the second one in the events of another key of the same view, named in
 * the text. Then events of the two keys belong together when their event times are equal; of several events of a key at
 * one time the one that became known last counts. A window of n events is the newest n of each key, among which the
 * pairs are looked for. Pairs in which a value is missing are skipped.
 *
 * @param function what is computed
 * @param first of the key's own events, a number
 * @param otherKey the key whose events hold the second value, or null for the key's own
 * @param second a number; a plain column when there is another key
 * @param window which events
 */
public record PairedAggregate(
        Function function, Expression first, @Nullable String otherKey, Expression second, Window window)
        implements FoldExpression {

    /** What is computed of the pairs. */
    public enum Function {
        /** The sum of the first values divided by the sum of the second ones; null without a pair, or when that is 0. */
        RATIO,
        /** The mean of first minus second; null without a pair. */
        SPREAD,
        /** Pearson's correlation, -1 to 1; null with fewer than 3 pairs, or when one of the two does not vary. */
        CORR;

        /** The name in the language. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static @Nullable Function of(String name) {
            for (Function function : values()) {
                if (function.text().equalsIgnoreCase(name)) {
                    return function;
                }
            }
            return null;
        }
    }

    public PairedAggregate {
        for (Expression value : List.of(first, second)) {
            if (value.type() != ColumnType.DOUBLE && value.type() != ColumnType.LONG) {
                throw new IllegalArgumentException("The argument (%s) of %s must be a number, but is %s."
                        .formatted(value, function.text(), value.type()));
            }
        }
        if (otherKey != null && (otherKey.isEmpty() || !second.isColumn())) {
            throw new IllegalArgumentException(
                    "With another key (%s) a column was expected, not (%s).".formatted(otherKey, second));
        }
    }

    @Override
    public List<String> columns() {
        Set<String> columns = new LinkedHashSet<>(first.columns());
        columns.addAll(second.columns());
        return List.copyOf(columns);
    }

    @Override
    public ColumnType type() {
        return ColumnType.DOUBLE;
    }

    @Override
    public String text() {
        String other = otherKey == null
                ? second.text()
                : Printer.name(otherKey + "." + second.columns().getFirst());
        return function.text() + "(" + first.text() + ", " + other + ") " + window.text();
    }
}

package dev.keelson.labels;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A part of a label that is more than an expression over the columns of its own row. */
sealed interface LabelCall {

    /** The name of the column that stands in its place. */
    String column();

    /**
     * The return of a price over a time to come, or how much it moves until then.
     *
     * @param measure which of both
     * @param column the name that stands in its place
     * @param price the price column
     * @param horizon how far ahead
     * @param within how much later than the horizon the bar may be at most
     * @param of the key whose price counts; null for the row's own
     * @param by the column that holds the key; null for the source's key without its time
     */
    record ForwardReturn(
            Measure measure, String column, String price, Duration horizon, Duration within, @Nullable String of, @Nullable String by)
            implements LabelCall {
        /** Without a tolerance of its own: a tenth of the horizon. */
        static Duration tolerance(Duration horizon) {
            return horizon.dividedBy(10);
        }
    }

    /** What is read from the bars that come after a row. */
    enum Measure {
        /** The change of the price up to the horizon. */
        RETURN,
        /** The standard deviation of the changes from bar to bar up to the horizon. */
        VOLATILITY
    }

    /**
     * A settlement or a result, as an expression over the row's columns.
     *
     * @param column the name that stands in its place
     * @param text the expression
     */
    record Expanded(String column, String text) implements LabelCall {}
}

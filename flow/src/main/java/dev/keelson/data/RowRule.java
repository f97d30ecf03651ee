package dev.keelson.data;

import dev.keelson.error.Located;
import java.util.List;

/**
 * A condition that every row of a source keeps, over the cells of the row: {@code high >= low},
 * {@code abs(implied_prob - 1/odds) < 0.01}. A row breaks it when the condition is false; one that cannot be told for
 * want of a value is kept (a column that must have one is declared {@code required}).
 *
 * @param check the condition (see {@code dev.keelson.expression.Expression})
 * @param onFail what happens to a row that breaks it
 * @param columns which cells become missing when {@code onFail} is {@link OnFail#NULL}; otherwise empty
 */
public record RowRule(Located check, OnFail onFail, List<String> columns) {
    public RowRule {
        columns = List.copyOf(columns);
        if ((onFail == OnFail.NULL) == columns.isEmpty()) {
            throw new IllegalArgumentException("columns must be named for NULL, and only for it.");
        }
    }

    /** What happens to a row that breaks a rule. */
    public enum OnFail {
        /** The row goes to quarantine with its reason. */
        QUARANTINE,
        /** The named cells are made missing and counted; the row stays. */
        NULL,
        /** The row stays and is marked for review. */
        WARN,
        /** The load is refused. */
        BLOCK
    }
}

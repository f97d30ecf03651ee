package dev.keelson.data;

import dev.keelson.error.Located;

/**
 * A condition on a load as a whole, such as {@code row_count >= 100}.
 *
 * @param severity what happens when it does not hold
 * @param condition its text (see {@code dev.keelson.expression.Condition})
 */
public record CheckDefinition(Severity severity, Located condition) {
    /** What happens when a check does not hold. */
    public enum Severity {
        /** The load is refused; nothing changes. */
        BLOCK,
        /** The load goes on; the finding is reported. */
        WARN
    }
}

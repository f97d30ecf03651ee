package dev.keelson.data;

import dev.keelson.expression.Condition;
import dev.keelson.expression.Durations;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/**
 * What became of a check of a load.
 *
 * @param severity what happens when it does not hold
 * @param condition the check as a canonical text, such as {@code row_count >= 100}
 * @param observed what was measured: a count, a share from 0 to 1, or seconds; NaN when there was nothing to measure
 * @param limit what it was compared with, in the same unit
 * @param unit how the limit was written
 * @param passed whether it holds
 */
public record CheckResult(
        CheckDefinition.Severity severity,
        String condition,
        double observed,
        double limit,
        Condition.Unit unit,
        boolean passed) {

    /** The measurement in the unit of the limit: {@code 23136}, {@code 1.7 %}, {@code 8d}. */
    public String observedText() {
        if (Double.isNaN(observed)) {
            return "not known";
        }
        return switch (unit) {
            case NONE ->
                new BigDecimal(observed)
                        .setScale(6, RoundingMode.HALF_EVEN)
                        .stripTrailingZeros()
                        .toPlainString();
            case PERCENT -> String.format(Locale.ROOT, "%.2f %%", 100 * observed);
            case DURATION -> Durations.format(Duration.ofSeconds(Math.max(0, Math.round(observed))));
        };
    }
}

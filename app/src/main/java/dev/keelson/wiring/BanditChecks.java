package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.train.BanditDefinition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a bandit is told, and whether it can be: by its own formula, and by the columns of its source. */
final class BanditChecks {
    /** A profit may be so far above the odds by rounding. */
    private static final double SAME = 1e-9;

    private BanditChecks() {}

    /**
     * A number of a row.
     *
     * @param needed whether it may not be missing
     * @param problems receives what is wrong
     * @return NaN when it is missing, or something is wrong
     */
    static double number(
            BanditDefinition bandit,
            SourceDefinition source,
            Map<String, @Nullable Object> row,
            String column,
            boolean needed,
            List<Problem> problems) {
        Object value = row.get(column);
        if (value == null || value.toString().isBlank()) {
            if (needed) {
                problems.add(wrong(column, "is missing; expected a number"));
            }
            return Double.NaN;
        }
        double number;
        try {
            number = value instanceof Number given
                    ? given.doubleValue()
                    : Double.parseDouble(value.toString().strip());
        } catch (NumberFormatException e) {
            problems.add(wrong(column, "is (%s); expected a number".formatted(value)));
            return Double.NaN;
        }
        String expected = expected(bandit, source, column, number);
        if (expected == null) {
            return number;
        }
        problems.add(wrong(column, "is (%s); expected %s".formatted(value, expected)));
        return Double.NaN;
    }

    /** What a number should be that it is not; null when it is. */
    private static @Nullable String expected(
            BanditDefinition bandit, SourceDefinition source, String column, double number) {
        if (!Double.isFinite(number)) {
            return "a finite number";
        }
        if (column.equals(bandit.probability()) && !(number >= 0 && number <= 1)) {
            return "a probability, 0 to 1";
        }
        if (column.equals(bandit.odds()) && !(number > 1)) {
            return "decimal odds, above 1";
        }
        ColumnDefinition definition = source.columns().stream()
                .filter(each -> each.name().equals(column))
                .findFirst()
                .orElse(null);
        if (definition == null) {
            return null;
        }
        Double min = definition.min();
        Double max = definition.max();
        if (min != null && number < min) {
            return "at least %s, as the source (%s) says".formatted(min, source.name());
        }
        return max != null && number > max ? "at most %s, as the source (%s) says".formatted(max, source.name()) : null;
    }

    /** A problem of a column of the row. */
    static Problem wrong(String column, String what) {
        return Problem.at(
                ErrorCode.BAD_REQUEST, new Location("row." + column, 0, 0), "%s %s.".formatted(column, what), null);
    }

    /**
     * That a profit can come of a decision.
     *
     * @param decision as it was logged; the odds are looked for in it
     * @throws KeelsonException BAD_REQUEST when it cannot
     */
    static void requireProfit(BanditDefinition bandit, JsonNode decision, double profit) {
        double odds = decision.path("odds")
                .asDouble(decision.path("context").path(bandit.odds()).asDouble(Double.POSITIVE_INFINITY));
        if (profit >= -1 && profit < Double.POSITIVE_INFINITY && profit <= odds - 1 + SAME) {
            return;
        }
        throw new KeelsonException(
                ErrorCode.BAD_REQUEST,
                Double.isInfinite(odds)
                        ? "The profit (%s) must be finite and at least -1: what a stake of 1 brought.".formatted(profit)
                        : "The profit (%s) must be from -1 to %s: what a stake of 1 brought at odds of %s."
                                .formatted(profit, (float) (odds - 1), odds),
                profit > 0 ? "Maybe it is that of the whole stake; divide it by the stake." : null);
    }

    /**
     * That a decision may be told what came of it.
     *
     * @param before what was told of it last; null when nothing was
     * @param correct whether that is to be corrected
     * @throws KeelsonException TRANSITION_REFUSED when something was told and nothing is to be corrected; BAD_REQUEST when
     *     there is nothing to correct
     */
    static void requireFirst(String id, @Nullable JsonNode before, boolean correct) {
        if (before != null && !correct) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "The decision (%s) has a profit already (%s, told at %s)."
                            .formatted(id, before.path("profit").asText(), before.path("at").asText()),
                    "Maybe `--correct` was meant (`correct: true` over HTTP): both stay in the log, and the later one counts.");
        }
        if (before == null && correct) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The decision (%s) has no profit yet that could be corrected.".formatted(id),
                    "Maybe leave the correction out.");
        }
    }
}

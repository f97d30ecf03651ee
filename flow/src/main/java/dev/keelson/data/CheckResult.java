package dev.keelson.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.expression.Condition;
import dev.keelson.expression.Durations;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of a check of a load.
 *
 * @param severity what happens when it does not hold
 * @param condition the check as a canonical text, such as {@code row_count >= 100}
 * @param observed what was measured: a count, a share from 0 to 1, or seconds; NaN when there was nothing to measure
 * @param limit what it was compared with, in the same unit
 * @param unit of the texts: percent for shares and relative changes, however the limit was written
 * @param passed whether it holds
 * @param detail what it rests on: the first places, or why it could not be evaluated; null when there is nothing to say
 */
public record CheckResult(
        CheckDefinition.Severity severity,
        String condition,
        double observed,
        double limit,
        Condition.Unit unit,
        boolean passed,
        @Nullable String detail) {

    /** A result without detail. */
    public CheckResult(
            CheckDefinition.Severity severity,
            String condition,
            double observed,
            double limit,
            Condition.Unit unit,
            boolean passed) {
        this(severity, condition, observed, limit, unit, passed, null);
    }

    /** The measurement in its unit: {@code 23136}, {@code 1.70 %}, {@code 8d}; a share is told as 0 or all only if it is. */
    public String observedText() {
        return Double.isNaN(observed) ? "not known" : text(observed);
    }

    /** The limit in its unit. */
    public String limitText() {
        return text(limit);
    }

    private String text(double value) {
        return switch (unit) {
            case NONE ->
                new BigDecimal(value)
                        .setScale(6, RoundingMode.HALF_EVEN)
                        .stripTrailingZeros()
                        .toPlainString();
            case PERCENT -> percent(value);
            case DURATION -> Durations.format(Duration.ofSeconds(Math.max(0, Math.round(value))));
        };
    }

    private static String percent(double share) {
        String text = String.format(Locale.ROOT, "%.2f", 100 * share);
        boolean rounded = text.equals("0.00") ? share > 0 : text.equals("100.00") && share < 1;
        if (rounded) {
            double rest = 100 * Math.min(share, 1 - share); // one digit of what rounding would hide
            text = String.format(Locale.ROOT, "%." + (int) Math.min(18, Math.ceil(-Math.log10(rest))) + "f", 100 * share);
        }
        return text + " %";
    }

    /**
     * What was found where it does not hold, as the end of a sentence: {@code it is 0.002 % (6 of 379,217 rows)}, or why that
     * is not known.
     */
    public String failure() {
        String because = detail == null ? "" : detail.lines().findFirst().orElse("").replaceAll("\\.$", "");
        return Double.isNaN(observed)
                ? "it cannot be judged" + (because.isEmpty() ? "" : ": " + because)
                : "it is " + observedText() + (because.isEmpty() ? "" : " (" + because + ")");
    }

    /** As a JSON object; a measurement that is not known is left out. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("severity", severity.name().toLowerCase(Locale.ROOT))
                .put("condition", condition)
                .put("unit", unit.name().toLowerCase(Locale.ROOT))
                .put("observed", observedText())
                .put("passed", passed);
        if (Double.isFinite(observed)) {
            json.put("value", observed);
        }
        if (Double.isFinite(limit)) {
            json.put("limit", limitText());
            json.put("limit_value", limit);
        }
        if (detail != null) {
            json.put("detail", detail);
        }
        return json;
    }

    /** Reads what {@link #toJson} wrote. */
    static CheckResult fromJson(JsonNode json) {
        JsonNode detail = json.path("detail");
        return new CheckResult(
                CheckDefinition.Severity.valueOf(json.required("severity").asText().toUpperCase(Locale.ROOT)),
                json.required("condition").asText(),
                json.path("value").asDouble(Double.NaN),
                json.path("limit_value").asDouble(Double.NaN),
                Condition.Unit.valueOf(json.required("unit").asText().toUpperCase(Locale.ROOT)),
                json.required("passed").asBoolean(),
                detail.isTextual() ? detail.asText() : null);
    }
}

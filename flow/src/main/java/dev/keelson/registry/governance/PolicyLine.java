package dev.keelson.registry.governance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * One condition of a promotion, with what was found.
 *
 * @param rule what asks for it: a preset ({@code acis}, {@code winmix}, {@code recommended}), {@code when} or {@code guards}
 * @param condition what must hold, as it is written: {@code accuracy > 0.70}
 * @param observed the measured value, or NaN where it is not known yet
 * @param lower lower end of its 95 % interval, or NaN
 * @param upper upper end, or NaN
 * @param needed the limit, as people write it
 * @param state whether it holds
 * @param sentence the same in words
 */
public record PolicyLine(
        String rule,
        String condition,
        double observed,
        double lower,
        double upper,
        String needed,
        State state,
        String sentence) {

    /** Whether a condition holds. */
    public enum State {
        PASSED,
        FAILED,
        /** There is not enough to tell. */
        NOT_YET_KNOWN;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rule", rule).put("condition", condition);
        put(node, "observed", observed);
        put(node, "lower", lower);
        put(node, "upper", upper);
        return node.put("needed", needed).put("state", state.word()).put("sentence", sentence);
    }

    static PolicyLine fromJson(JsonNode node) {
        return new PolicyLine(
                node.path("rule").asText(),
                node.path("condition").asText(),
                node.path("observed").asDouble(Double.NaN),
                node.path("lower").asDouble(Double.NaN),
                node.path("upper").asDouble(Double.NaN),
                node.path("needed").asText(),
                State.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
                node.path("sentence").asText());
    }

    /** A number with at most four digits that count, whole numbers whole: {@code 0.74}, {@code 1200}. */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return Long.toString((long) value);
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
        return Math.abs(value) >= 1e15 || Math.abs(value) < 1e-9 ? rounded.toString() : rounded.toPlainString();
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}

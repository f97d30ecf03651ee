package dev.keelson.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What a method says of one column.
 *
 * @param method which
 * @param used what it came to: the same, or what a method that chooses by itself chose
 * @param value the p-value of a test, adjusted where the method does that; else the distance; NaN when nothing could be compared
 * @param isTest whether the value is a p-value
 * @param threshold where a column drifts
 * @param drifted whether it did
 */
public record MethodResult(
        DriftMethod method, String used, double value, boolean isTest, double threshold, boolean drifted) {

    /** Judges a value: tests drift at the threshold and below, distances at it and above. */
    static MethodResult of(DriftMethod method, String used, double value, boolean isTest, double threshold) {
        boolean drifted = !Double.isNaN(value) && (isTest ? value <= threshold : value >= threshold);
        return new MethodResult(method, used, value, isTest, threshold, drifted);
    }

    /** The same with another p-value. */
    MethodResult with(double adjusted) {
        return of(method, used, adjusted, isTest, threshold);
    }

    /** Such as {@code psi 0.31 >= 0.2}. */
    public String shown() {
        return String.format(
                Locale.ROOT,
                "%s %s %s %s",
                used,
                Double.isNaN(value) ? "unknown" : String.format(Locale.ROOT, "%.3g", value),
                drifted == isTest ? "<=" : drifted ? ">=" : isTest ? ">" : "<",
                String.format(Locale.ROOT, "%.3g", threshold));
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", method.word());
        node.put("used", used);
        FeatureDrift.number(node, isTest ? "p_value" : "distance", value);
        FeatureDrift.number(node, "threshold", threshold);
        node.put("drifted", drifted);
        return node;
    }

    static MethodResult fromJson(JsonNode node) {
        boolean isTest = node.has("p_value");
        return new MethodResult(
                DriftMethod.valueOf(node.path("name").asText().toUpperCase(Locale.ROOT)),
                node.path("used").asText(),
                FeatureDrift.number(node, isTest ? "p_value" : "distance"),
                isTest,
                FeatureDrift.number(node, "threshold"),
                node.path("drifted").asBoolean());
    }
}

package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.Advice;
import dev.keelson.learn.Disagreement;
import dev.keelson.learn.conformal.PredictionRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Advice as fields of a prediction: {@code set} or {@code interval} with {@code coverage}, {@code disagreement}, {@code
 * decision}, {@code quantiles}. What is absent is left out; what is not finite is null.
 */
public final class AdviceJson {
    private AdviceJson() {}

    /** The fields; none when there is no advice. */
    public static ObjectNode of(@Nullable Advice advice, List<String> classes) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (advice == null) {
            return json;
        }
        boolean[] set = advice.set();
        if (set != null) {
            ArrayNode list = json.putArray("set");
            for (int k = 0; k < set.length; k++) {
                if (set[k]) {
                    list.add(classes.get(k));
                }
            }
        }
        PredictionRange range = advice.range();
        if (range != null) {
            ObjectNode interval = json.putObject("interval");
            finite(interval, "lower", range.lower());
            finite(interval, "upper", range.upper());
        }
        if (Double.isFinite(advice.coverage())) {
            json.put("coverage", advice.coverage());
        }
        Disagreement disagreement = advice.disagreement();
        if (disagreement != null) {
            json.putObject("disagreement")
                    .put("mean", disagreement.mean())
                    .put("deviation", disagreement.deviation());
        }
        Advice.Decision decision = advice.decision();
        if (decision != null) {
            ObjectNode node = json.putObject("decision");
            node.put("act", decision.act());
            node.put("class", classes.get(decision.target()));
            finite(node, "score", decision.score());
            finite(node, "threshold", decision.threshold());
        }
        Advice.Quantiles quantiles = advice.quantiles();
        if (quantiles != null) {
            ArrayNode list = json.putArray("quantiles");
            for (int k = 0; k < quantiles.levels().size(); k++) {
                list.addObject()
                        .put("level", quantiles.levels().get(k))
                        .put("value", quantiles.values().get(k));
            }
        }
        return json;
    }

    private static void finite(ObjectNode to, String name, double value) {
        if (Double.isFinite(value)) {
            to.put(name, value);
        } else {
            to.putNull(name);
        }
    }

    /** The advice of a prediction's document as {@link #of} writes it; null when it has none. */
    public static @Nullable Advice read(JsonNode json, List<String> classes) {
        if (!json.has("coverage") && !json.has("decision") && !json.has("quantiles")) {
            return null;
        }
        boolean[] set = null;
        if (json.has("set")) {
            set = new boolean[classes.size()];
            for (JsonNode each : json.path("set")) {
                int at = classes.indexOf(each.asText());
                if (at >= 0) {
                    set[at] = true;
                }
            }
        }
        JsonNode interval = json.path("interval");
        JsonNode disagreement = json.path("disagreement");
        JsonNode decision = json.path("decision");
        return new Advice(
                json.path("coverage").asDouble(Double.NaN),
                set,
                interval.isMissingNode()
                        ? null
                        : new PredictionRange(
                                number(interval, "lower", Double.NEGATIVE_INFINITY),
                                number(interval, "upper", Double.POSITIVE_INFINITY)),
                disagreement.isMissingNode()
                        ? null
                        : new Disagreement(
                                number(disagreement, "mean", Double.NaN),
                                number(disagreement, "deviation", Double.NaN)),
                decision.isMissingNode()
                        ? null
                        : new Advice.Decision(
                                decision.path("act").asBoolean(),
                                Math.max(0, classes.indexOf(decision.path("class").asText())),
                                number(decision, "score", Double.NEGATIVE_INFINITY),
                                number(decision, "threshold", Double.NaN)),
                quantiles(json.path("quantiles")));
    }

    private static Advice.@Nullable Quantiles quantiles(JsonNode list) {
        if (list.isMissingNode()) {
            return null;
        }
        List<Double> levels = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (JsonNode each : list) {
            levels.add(each.path("level").asDouble());
            values.add(each.path("value").asDouble());
        }
        return new Advice.Quantiles(levels, values);
    }

    private static double number(JsonNode json, String name, double otherwise) {
        return json.path(name).asDouble(otherwise);
    }
}

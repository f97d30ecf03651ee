package dev.keelson.monitor.health;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How well a model version is.
 *
 * @param model the model
 * @param version the version that serves; 0 of a model that others serve
 * @param at when it was judged
 * @param overall mean of the scores that are known, weighted
 * @param scores performance, drift, calibration and freshness, in this order
 * @param requiresRetraining whether it should be trained anew; null while too little is known
 * @param concerns what is not well though it is no reason to train yet, a sentence each; empty when nothing
 * @param why in a sentence
 * @param recommendations what to do next, the most urgent first; at least one
 * @param figures what the scores rest on, as numbers
 */
public record HealthReport(
        String model,
        int version,
        Instant at,
        Score overall,
        List<Score> scores,
        @Nullable Boolean requiresRetraining,
        List<String> concerns,
        String why,
        List<Recommendation> recommendations,
        ObjectNode figures) {
    /** The kind of stored reports. */
    public static final String KIND = "health";

    public HealthReport {
        scores = List.copyOf(scores);
        concerns = List.copyOf(concerns);
        recommendations = List.copyOf(recommendations);
    }

    /**
     * A score.
     *
     * @param name {@code overall}, {@code performance}, {@code drift}, {@code calibration} or {@code freshness}
     * @param value 0 (useless) to 1 (as good as it can be); NaN while unknown
     * @param lower lower end of its 95 % interval, NaN where it has none
     * @param upper upper end
     * @param sentence what it rests on, or why it is unknown
     */
    public record Score(String name, double value, double lower, double upper, String sentence) {
        /** Whether it is known. */
        public boolean known() {
            return !Double.isNaN(value);
        }

        static Score unknown(String name, String sentence) {
            return new Score(name, Double.NaN, Double.NaN, Double.NaN, sentence);
        }

        static Score of(String name, double value, String sentence) {
            return new Score(name, Math.clamp(value, 0, 1), Double.NaN, Double.NaN, sentence);
        }
    }

    /**
     * Something to do.
     *
     * @param action one word: {@code retrain}, {@code recalibrate}, {@code look}, {@code watch}, {@code materialize}, {@code check_drift}, {@code
     *     hand_in_outcomes}, {@code wait} or {@code nothing}
     * @param sentence what and why
     * @param command what to type, or empty
     * @param worth what it is expected to be worth, or what is at stake; null where neither has a price
     */
    public record Recommendation(String action, String sentence, String command, @Nullable Worth worth) {}

    /**
     * Money expected over the next 30 days.
     *
     * @param expected NaN while a cost is not set
     * @param lower lower end of its 95 % interval
     * @param upper upper end
     * @param sentence in words, or which key to set
     */
    public record Worth(double expected, double lower, double upper, String sentence) {}

    /** One word for lists: {@code retrain}, {@code watch} where something is not well, {@code well} or {@code unknown}. */
    public String verdict() {
        if (Boolean.TRUE.equals(requiresRetraining)) {
            return "retrain";
        }
        return concerns.isEmpty() ? requiresRetraining == null ? "unknown" : "well" : "watch";
    }

    /** The score of a name. */
    public Score score(String name) {
        return scores.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", model).put("version", version).put("at", at.toString()).put("verdict", verdict());
        node.put("requires_retraining", requiresRetraining).put("why", why);
        ArrayNode told = node.putArray("concerns");
        concerns.forEach(told::add);
        write(node.putObject("overall"), overall);
        ObjectNode each = node.putObject("scores");
        scores.forEach(score -> write(each.putObject(score.name()), score));
        ArrayNode list = node.putArray("recommendations");
        for (Recommendation recommendation : recommendations) {
            ObjectNode item = list.addObject()
                    .put("action", recommendation.action())
                    .put("sentence", recommendation.sentence())
                    .put("command", recommendation.command().isEmpty() ? null : recommendation.command());
            Worth worth = recommendation.worth();
            if (worth == null) {
                item.putNull("worth");
            } else {
                ObjectNode money = item.putObject("worth");
                number(money, "expected", worth.expected());
                number(money, "lower", worth.lower());
                number(money, "upper", worth.upper());
                money.put("sentence", worth.sentence());
            }
        }
        node.set("figures", Objects.requireNonNull(figures.deepCopy()));
        return node;
    }

    private static void write(ObjectNode node, Score score) {
        number(node, "score", score.value());
        number(node, "lower", score.lower());
        number(node, "upper", score.upper());
        node.put("sentence", score.sentence());
    }

    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}

package dev.keelson.learn.threshold;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * When to act on a prediction, as plain data that is stored with a model.
 *
 * @param utility what the threshold was chosen for
 * @param target position of the class that is acted on
 * @param odds source column of its decimal odds, so that the score is {@code p * odds - 1}; null when the score is p
 * @param decision from which score on
 */
public record ThresholdParameters(Utility utility, int target, @Nullable String odds, ThresholdDecision decision) {

    /** Checks the ranges. */
    public ThresholdParameters {
        if (target < 0) {
            throw new IllegalArgumentException("The class's position (%d) must be at least 0.".formatted(target));
        }
        if (decision instanceof ThresholdDecision.Act(double threshold) && !Double.isFinite(threshold)) {
            throw new IllegalArgumentException("The threshold (%s) must be finite.".formatted(threshold));
        }
    }

    /**
     * How much speaks for acting.
     *
     * @param p probability of the class
     * @param price its decimal odds; not read when the score is p
     * @return negative infinity when there are no odds above 1 to act on
     */
    public double score(double p, double price) {
        if (odds == null) {
            return p;
        }
        return price > 1 && price < Double.POSITIVE_INFINITY ? p * price - 1 : Double.NEGATIVE_INFINITY;
    }

    /** The parameters as JSON. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("maximise", utility.key());
        json.put("class", target);
        if (odds != null) {
            json.put("odds", odds);
        }
        switch (decision) {
            case ThresholdDecision.Act(double threshold) -> json.put("threshold", threshold);
            case ThresholdDecision.NoBet(String reason) -> json.put("no_bet", reason);
        }
        return json;
    }

    /**
     * From JSON as {@link #toJson} writes it.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    public static ThresholdParameters fromJson(JsonNode json) {
        String key = json.path("maximise").asText();
        Utility utility = Arrays.stream(Utility.values())
                .filter(each -> each.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no utility (%s).".formatted(key)));
        JsonNode threshold = json.path("threshold");
        if (!threshold.isNumber() && !json.path("no_bet").isTextual()) {
            throw new IllegalArgumentException("The threshold (%s) must be a number.".formatted(threshold));
        }
        return new ThresholdParameters(
                utility,
                json.path("class").asInt(-1),
                json.has("odds") ? json.path("odds").asText() : null,
                threshold.isNumber()
                        ? new ThresholdDecision.Act(threshold.doubleValue())
                        : new ThresholdDecision.NoBet(json.path("no_bet").asText()));
    }
}

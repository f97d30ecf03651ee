package dev.keelson.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the loop saw and did for one model at the end of one step.
 *
 * @param date the day on which the step ended
 * @param drift verdict of the drift check: {@code none}, {@code insufficient}, {@code warning}, {@code alarm}; {@code
 *     off} when the policy does not look
 * @param driftReason why
 * @param decay verdict of the decay check, or {@code off}
 * @param decayReason why
 * @param labelShift document of the label-shift check, or null when the policy does not look
 * @param retrained version trained, or null
 * @param retrainReason why it was trained or, after an alarm, why not; empty otherwise
 * @param decision {@code canary} (the challenger answers its share of the requests from now on), {@code promote}, {@code not_yet},
 *     {@code reject}, {@code expired}, {@code rollback} (the champion that was replaced came back) or {@code none}
 * @param decisionReason why
 * @param champion version that serves from now on
 * @param streams changes of streams for the worse that were found, as sentences
 */
public record StepRecord(
        LocalDate date,
        String drift,
        String driftReason,
        String decay,
        String decayReason,
        @Nullable ObjectNode labelShift,
        @Nullable Integer retrained,
        String retrainReason,
        String decision,
        String decisionReason,
        int champion,
        List<String> streams) {

    public StepRecord {
        streams = List.copyOf(streams);
    }

    /** Whether something alarmed: drift, decay or a stream. */
    public boolean alarmed() {
        return drift.equals("alarm") || decay.equals("decayed") || !streams.isEmpty();
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("date", date.toString());
        node.put("drift", drift);
        node.put("drift_reason", driftReason);
        node.put("decay", decay);
        node.put("decay_reason", decayReason);
        node.set("label_shift", labelShift == null ? JsonNodeFactory.instance.nullNode() : labelShift);
        if (retrained == null) {
            node.putNull("retrained");
        } else {
            node.put("retrained", retrained);
        }
        node.put("retrain_reason", retrainReason);
        node.put("decision", decision);
        node.put("decision_reason", decisionReason);
        node.put("champion", champion);
        streams.forEach(node.putArray("streams")::add);
        return node;
    }

    /** Reads what {@link #toJson} wrote. */
    public static StepRecord fromJson(JsonNode node) {
        List<String> streams = new ArrayList<>();
        node.path("streams").forEach(each -> streams.add(each.asText()));
        return new StepRecord(
                LocalDate.parse(node.get("date").asText()),
                node.get("drift").asText(),
                node.get("drift_reason").asText(),
                node.get("decay").asText(),
                node.get("decay_reason").asText(),
                node.get("label_shift").isObject() ? (ObjectNode) node.get("label_shift") : null,
                node.get("retrained").isNull() ? null : node.get("retrained").asInt(),
                node.get("retrain_reason").asText(),
                PromotionDecision.wordOf(node.get("decision").asText()),
                node.get("decision_reason").asText(),
                node.get("champion").asInt(),
                streams);
    }
}

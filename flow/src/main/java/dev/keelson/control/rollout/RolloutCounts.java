package dev.keelson.control.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;

/**
 * What was counted while a rollout was open. Immutable.
 *
 * @param baseline of the version that is to be replaced
 * @param candidate of the one that is to replace it
 * @param dropped predictions off the requests' path that were left out because too many waited
 */
public record RolloutCounts(ArmCounts baseline, ArmCounts candidate, long dropped) {
    /** Nothing. */
    public static final RolloutCounts NONE = new RolloutCounts(ArmCounts.NONE, ArmCounts.NONE, 0);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Both together. */
    public RolloutCounts plus(RolloutCounts other) {
        return new RolloutCounts(
                baseline.plus(other.baseline), candidate.plus(other.candidate), dropped + other.dropped);
    }

    /** Whether nothing was counted. */
    public boolean isEmpty() {
        return baseline.asked() == 0 && candidate.asked() == 0 && dropped == 0;
    }

    /** The document that the catalogue keeps for a server. */
    public String document() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("dropped", dropped);
        node.set("baseline", baseline.toJson());
        node.set("candidate", candidate.toJson());
        return node.toString();
    }

    /**
     * What several servers counted.
     *
     * @param documents as {@link #document}
     */
    public static RolloutCounts of(Collection<String> documents) {
        RolloutCounts sum = NONE;
        for (String document : documents) {
            try {
                JsonNode node = MAPPER.readTree(document);
                sum = sum.plus(new RolloutCounts(
                        ArmCounts.of(node.path("baseline")),
                        ArmCounts.of(node.path("candidate")),
                        node.path("dropped").asLong()));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("No counts of a rollout: " + document, e);
            }
        }
        return sum;
    }
}

package dev.keelson.control.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/**
 * What was counted of one version while a rollout was open, by one server or by all together. Immutable.
 *
 * @param served answers it gave
 * @param shadowed predictions it made off the requests' path
 * @param failed answers it was to give and could not
 * @param failedInShadow the same off the requests' path
 * @param servedTook how long predictions that were answers took, by bin
 * @param shadowTook the same of those that were none
 */
@SuppressWarnings("ArrayRecordComponent") // handed over and not changed afterwards
public record ArmCounts(
        long served, long shadowed, long failed, long failedInShadow, long[] servedTook, long[] shadowTook) {
    /** Nothing. */
    public static final ArmCounts NONE = new ArmCounts(0, 0, 0, 0, new long[Latencies.BINS], new long[Latencies.BINS]);

    /** Both together. */
    public ArmCounts plus(ArmCounts other) {
        return new ArmCounts(
                served + other.served,
                shadowed + other.shadowed,
                failed + other.failed,
                failedInShadow + other.failedInShadow,
                sum(servedTook, other.servedTook),
                sum(shadowTook, other.shadowTook));
    }

    private static long[] sum(long[] one, long[] other) {
        long[] sum = one.clone();
        Arrays.setAll(sum, i -> one[i] + other[i]);
        return sum;
    }

    /** How often it was asked: answers, shadows and failures of both. */
    public long asked() {
        return served + shadowed + failed + failedInShadow;
    }

    /** How often it failed. */
    public long failures() {
        return failed + failedInShadow;
    }

    /** Durations of its answers, or of its shadows where it gave none. */
    long[] took() {
        return served > 0 ? servedTook : shadowTook;
    }

    /**
     * A quantile of the time that a prediction took.
     *
     * @param quantile 0 to 1
     * @return milliseconds; NaN without predictions
     */
    public double latency(double quantile) {
        return Latencies.quantile(took(), quantile);
    }

    /** The document; {@link #of} reads it. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode()
                .put("served", served)
                .put("shadowed", shadowed)
                .put("failed", failed)
                .put("failed_in_shadow", failedInShadow);
        node.set("served_took", bins(servedTook));
        node.set("shadow_took", bins(shadowTook));
        return node;
    }

    /** Reads {@link #toJson}. */
    public static ArmCounts of(JsonNode node) {
        return new ArmCounts(
                node.path("served").asLong(),
                node.path("shadowed").asLong(),
                node.path("failed").asLong(),
                node.path("failed_in_shadow").asLong(),
                bins(node.path("served_took")),
                bins(node.path("shadow_took")));
    }

    /** Bin and count, of those that are not empty. */
    private static ArrayNode bins(long[] counts) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int bin = 0; bin < counts.length; bin++) {
            if (counts[bin] != 0) {
                list.add(bin).add(counts[bin]);
            }
        }
        return list;
    }

    private static long[] bins(JsonNode list) {
        long[] counts = new long[Latencies.BINS];
        for (int i = 0; i + 1 < list.size(); i += 2) {
            counts[Math.clamp(list.get(i).asInt(), 0, Latencies.BINS - 1)] += list.get(i + 1).asLong();
        }
        return counts;
    }
}

package dev.keelson.http;

import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureVector;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Predictions that were made mostly without features: more than half of them had no value, because it was too old, there was
 * none, or the request did not say of whom. What a newcomer lacks does not count. Counted by model. Safe for use by several
 * threads.
 */
public final class FeatureGaps {
    private static final String NAME = "keelson_serve_starved_predictions_total";

    private final Map<String, LongAdder> models = new ConcurrentHashMap<>();

    /** Counts nothing yet. */
    public FeatureGaps() {}

    /**
     * Looks at the features of a prediction, and counts it when most are missing.
     *
     * @param model one that exists: each name is kept
     * @return one sentence for whoever asked; null when all is well
     */
    public @Nullable String look(String model, FeatureVector vector) {
        int stale = 0;
        int none = 0;
        int unnamed = 0;
        for (byte status : vector.statuses()) {
            switch (FeatureStatus.of(status)) {
                case STALE -> stale++;
                case NULL -> none++;
                case NULL_KEY -> unnamed++;
                case PRESENT, NOT_FOUND -> {}
            }
        }
        int all = vector.statuses().length;
        if (2 * (stale + none + unnamed) <= all) {
            return null;
        }
        models.computeIfAbsent(model, name -> new LongAdder()).increment();
        return "Of %d features %d have no value: %d are stale (older than their view allows), %d null, %d without a key."
                .formatted(all, stale + none + unnamed, stale, none, unnamed);
    }

    /** Everything, in the text format of Prometheus 0.0.4; empty when nothing was counted. */
    public String scrape() {
        if (models.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        out.append("# HELP ").append(NAME).append(" Predictions most of whose features had no value\n");
        out.append("# TYPE ").append(NAME).append(" counter\n");
        new TreeMap<>(models).forEach((model, count) -> out.append(NAME)
                .append("{model=\"")
                .append(model.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
                .append("\"} ")
                .append(count.sum())
                .append('\n'));
        return out.toString();
    }
}

package dev.keelson.serve;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A model was trained or judged, as the journal keeps it beside the predictions.
 *
 * @param kind which of the two
 * @param id unique; one that is known already changes nothing
 * @param at when it was done
 * @param model the model's name
 * @param version the version that came of it or was judged; 0 for none
 * @param run the run it belongs to; empty for none
 * @param metrics what was measured, finite, by name in their order
 * @param metadata whatever else is to be found again, the text of a JSON object; empty for nothing
 */
public record ModelEvent(
        ModelEventKind kind, UUID id, Instant at, String model, int version, String run, Map<String, Double> metrics, String metadata) {

    public ModelEvent {
        if (version < 0) {
            throw new IllegalArgumentException("version (%d) must be at least 0.".formatted(version));
        }
        for (Map.Entry<String, Double> metric : metrics.entrySet()) {
            if (!Double.isFinite(metric.getValue())) {
                throw new IllegalArgumentException(
                        "The metric %s (%s) must be finite.".formatted(metric.getKey(), metric.getValue()));
            }
        }
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    }

    /** The metrics as one text, {@code log_loss=0.98;rows=380.0}, escaped as {@link AskedKeys}. */
    public String metricsText() {
        StringBuilder text = new StringBuilder();
        metrics.forEach((name, value) -> AskedKeys.add(text, name, Double.toString(value)));
        return text.toString();
    }

    /**
     * Reads what {@link #metricsText} wrote.
     *
     * @throws NumberFormatException if it is something else
     */
    public static Map<String, Double> metrics(String text) {
        Map<String, Double> metrics = new TreeMap<>();
        AskedKeys.of(text).forEach((name, value) -> metrics.put(name, Double.valueOf(value)));
        return metrics;
    }
}

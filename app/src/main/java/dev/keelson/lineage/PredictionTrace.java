package dev.keelson.lineage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.features.FeatureStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Of what one logged prediction was made.
 *
 * @param run the run that made the version that answered; null when it is not known here
 * @param trainedOn source to the dataset version that the run was trained on
 * @param features as the version read them, in its order
 * @param rows the source rows behind them, the newest first
 * @param notes what is not shown, and why
 */
public record PredictionTrace(
        @Nullable String run, Map<String, String> trainedOn, List<Feature> features, List<SourceRow> rows, List<String> notes) {
    public PredictionTrace {
        trainedOn = new TreeMap<>(trainedOn);
        features = List.copyOf(features);
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }

    /**
     * A feature as it was logged.
     *
     * @param value NaN where it had none
     * @param status why it had a value, or had none
     * @param ageSeconds from the newest event of its entity to the moment that the features were asked for; of one made of
     *     others that of the oldest; NaN where there is none
     * @param definition its text, as the run was pinned to it; empty where that is not known
     * @param inputs the features of entities that it was read from or made of, each once: itself, or those of its expression
     */
    public record Feature(
            String name, double value, FeatureStatus status, double ageSeconds, String definition, List<Input> inputs) {
        public Feature {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * A feature of an entity.
     *
     * @param name {@code role.view.feature}
     * @param view with its version, {@code team_form@v1}
     * @param key of the entity; null when the prediction did not say
     * @param rows names of the rows that it saw, as {@link SourceRow#name}, the newest first
     * @param more whether it saw further ones
     */
    public record Input(String name, String view, @Nullable String key, List<String> rows, boolean more) {
        public Input {
            rows = List.copyOf(rows);
        }
    }

    /**
     * A row of a source.
     *
     * @param source its source
     * @param key its key values joined by {@code |}
     * @param eventTime when it happened
     * @param knownAt since when it was known
     * @param dataset the oldest stored dataset version that has it as it is
     * @param place {@code file:line}, or the table; empty where it is not found
     * @param unchanged whether the file is byte for byte the one that was loaded
     */
    public record SourceRow(
            String source,
            String key,
            Instant eventTime,
            Instant knownAt,
            @Nullable String dataset,
            String place,
            boolean unchanged) {
        /** {@code SOURCE:key}. */
        public String name() {
            return source + ":" + key;
        }
    }

    /** As fields of a document. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("run", run);
        ObjectNode data = json.putObject("trained_on");
        trainedOn.forEach(data::put);
        ArrayNode list = json.putArray("features");
        features.forEach(feature -> list.add(json(feature)));
        ArrayNode found = json.putArray("rows");
        for (SourceRow row : rows) {
            found.addObject()
                    .put("row", row.name())
                    .put("event_time", row.eventTime().toString())
                    .put("known_at", row.knownAt().toString())
                    .put("dataset_version", row.dataset())
                    .put("place", row.place().isEmpty() ? null : row.place())
                    .put("file_unchanged", row.unchanged());
        }
        notes.forEach(json.putArray("notes")::add);
        return json;
    }

    private static ObjectNode json(Feature feature) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", feature.name());
        if (Double.isFinite(feature.value())) {
            json.put("value", feature.value());
        } else {
            json.putNull("value");
        }
        json.put("status", feature.status().name());
        if (Double.isFinite(feature.ageSeconds())) {
            json.put("age_s", feature.ageSeconds());
        }
        if (!feature.definition().isEmpty()) {
            json.put("definition", feature.definition());
        }
        ArrayNode inputs = json.putArray("inputs");
        for (Input input : feature.inputs()) {
            ObjectNode node = inputs.addObject()
                    .put("name", input.name())
                    .put("view", input.view())
                    .put("key", input.key())
                    .put("more", input.more());
            input.rows().forEach(node.putArray("rows")::add);
        }
        return json;
    }
}

package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.Run;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a training learned from: the same two, and another one comes to the same rows, labels and settings.
 *
 * @param recipe hash of the model's definition and of its features
 * @param data versions of its datasets, as {@link DataRead#text} gives them
 */
record TrainedOn(String recipe, String data) {
    /** The field of a document. */
    static final String FIELD = "trained_on";

    /** Of a run; empty of one that was trained elsewhere. */
    static Optional<TrainedOn> of(Run run) {
        return run.artifacts().stream()
                .filter(each -> each.path().equals(BundleTrainer.RECIPE_FILE))
                .findFirst()
                .map(recipe -> new TrainedOn(recipe.sha256(), data(RunPipeline.parsed(run.provenance()))));
    }

    private static String data(JsonNode provenance) {
        String own = provenance.path("dataset_version").asText();
        Map<String, String> others = new LinkedHashMap<>();
        provenance.path("dataset_versions").properties().stream()
                .skip(1) // its own source comes first
                .forEach(each -> others.put(each.getKey(), each.getValue().asText()));
        return new DataRead(own, others).text();
    }

    /** Of a document that {@link #toJson} is a field of; empty where it has none. */
    static Optional<TrainedOn> in(JsonNode document) {
        JsonNode json = document.path(FIELD);
        return json.isObject()
                ? Optional.of(new TrainedOn(json.path("recipe").asText(), json.path("data").asText()))
                : Optional.empty();
    }

    ObjectNode toJson() {
        return JsonNodeFactory.instance.objectNode().put("recipe", recipe).put("data", data);
    }
}

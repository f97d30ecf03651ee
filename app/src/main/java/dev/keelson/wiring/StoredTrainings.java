package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.ModelBundle;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.spi.TrainingCache;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finished trainings as steps of the catalogue, their files in the artifact store. */
final class StoredTrainings implements TrainingCache {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Catalog catalog;
    private final ArtifactStore artifacts;

    StoredTrainings(Catalog catalog, ArtifactStore artifacts) {
        this.catalog = catalog;
        this.artifacts = artifacts;
    }

    @Override
    public Optional<TrainingOutcome> get(String key) {
        Optional<String> stored = catalog.read(tx -> tx.step(key));
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        JsonNode document = parse(stored.get());
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (Map.Entry<String, JsonNode> file : document.get("files").properties()) {
            Optional<byte[]> bytes = artifacts.get(file.getValue().asText());
            if (bytes.isEmpty()) {
                return Optional.empty(); // the file is gone: train again rather than fail
            }
            files.put(file.getKey(), bytes.get());
        }
        Optional<byte[]> outcome = artifacts.get(document.get("outcome").asText());
        return outcome.map(bytes -> TrainingOutcome.fromJson(
                parse(new String(bytes, StandardCharsets.UTF_8)), ModelBundle.of(files)));
    }

    @Override
    public void put(String key, TrainingOutcome outcome) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ObjectNode files = document.putObject("files");
        outcome.bundle().files().forEach((name, bytes) -> files.put(name, artifacts.put(bytes)));
        document.put("outcome", artifacts.put(outcome.toJson().toString().getBytes(StandardCharsets.UTF_8)));
        catalog.update(tx -> tx.putStep(key, "training", document.toString()));
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored training is not JSON.", e);
        }
    }
}

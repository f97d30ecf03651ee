package dev.keelson.learn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What {@code model.json} says: names, members with format and weight, temperature. */
record ModelManifest(List<String> features, Task task, List<Entry> members, double temperature) {
    static final String FILE = "model.json";
    private static final String KIND = "keelson-model";
    /** Version 1 knew classes only; models of classes are written as it did. */
    private static final int CLASSES_ONLY = 1;

    private static final int VERSION = 2;
    private static final JsonMapper MAPPER = new JsonMapper();

    record Entry(String learner, String format, double weight) {}

    static ModelManifest of(EnsembleModel model) {
        return new ModelManifest(model.features(), model.task(), model.entries(), model.temperature());
    }

    byte[] write() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", KIND);
        json.put("format_version", task instanceof Task.Classification ? CLASSES_ONLY : VERSION);
        ArrayNode featureNames = json.putArray("features");
        features.forEach(featureNames::add);
        if (task instanceof Task.Classification classification) {
            ArrayNode classNames = json.putArray("classes");
            classification.classes().forEach(classNames::add);
        } else {
            json.set("task", task.toJson());
        }
        ArrayNode entries = json.putArray("members");
        for (Entry member : members) {
            entries.addObject()
                    .put("learner", member.learner())
                    .put("format", member.format())
                    .put("weight", member.weight());
        }
        json.put("combine", "log_linear_pool");
        json.put("temperature", temperature);
        return CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8);
    }

    static ModelManifest read(byte[] bytes) {
        JsonNode json;
        try {
            json = MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new IllegalArgumentException("The file %s is not JSON.".formatted(FILE), e);
        }
        int version = json.path("format_version").asInt();
        if (!json.path("format").asText().equals(KIND) || version < CLASSES_ONLY || version > VERSION) {
            throw new IllegalArgumentException("The file %s has format %s version %s; %s version %d to %d is expected."
                    .formatted(FILE, json.path("format"), json.path("format_version"), KIND, CLASSES_ONLY, VERSION));
        }
        List<Entry> members = new ArrayList<>();
        for (JsonNode member : json.path("members")) {
            members.add(new Entry(
                    member.path("learner").asText(),
                    member.path("format").asText(),
                    member.path("weight").asDouble(Double.NaN)));
        }
        return new ModelManifest(
                texts(json.path("features")),
                version == CLASSES_ONLY
                        ? new Task.Classification(texts(json.path("classes")))
                        : Task.fromJson(json.path("task")),
                members,
                json.path("temperature").asDouble());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}

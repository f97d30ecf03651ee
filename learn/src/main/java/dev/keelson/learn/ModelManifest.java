package dev.keelson.learn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.CanonicalJson;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.calibration.CalibrationParameters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code model.json} says: names, members with format and weight, calibration, and what is told beside the
 * prediction.
 *
 * @param calibration null for values and quantiles
 */
record ModelManifest(
        List<String> features,
        Task task,
        List<Entry> members,
        @Nullable CalibrationParameters calibration,
        Guidance guidance) {
    static final String FILE = "model.json";
    private static final String KIND = "keelson-model";
    /** Version 1 knew classes and a temperature only; models that need no more are written as it did. */
    private static final int CLASSES_ONLY = 1;
    /** Version 2 has a task. */
    private static final int TASK = 2;
    /** Version 3 has a calibration of any method. */
    private static final int CALIBRATED = 3;
    /** Version 4 has a task, a calibration of any method, and guidance. */
    private static final int GUIDED = 4;

    private static final String TEMPERATURE = "temperature";
    private static final JsonMapper MAPPER = new JsonMapper();

    record Entry(String learner, String format, double weight) {}

    static ModelManifest of(EnsembleModel model) {
        return new ModelManifest(model.features(),
                model.task(),
                model.entries(),
                model.calibration() == null ? null : model.calibration().parameters(),
                model.guidance());
    }

    byte[] write() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", KIND);
        int version = version();
        json.put("format_version", version);
        ArrayNode featureNames = json.putArray("features");
        features.forEach(featureNames::add);
        if (version != GUIDED && task instanceof Task.Classification classification) {
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
        Double temperature = version == GUIDED ? null : temperature();
        if (temperature != null) {
            json.put(TEMPERATURE, temperature);
        } else if (calibration != null) {
            json.set("calibration", calibration.toJson());
        }
        if (version == GUIDED) {
            json.set("guidance", guidance.toJson());
        }
        return CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8);
    }

    /** The oldest version that can say it, so that what earlier releases could write keeps its bytes. */
    private int version() {
        if (!guidance.isNone()) {
            return GUIDED;
        }
        if (!(task instanceof Task.Classification)) {
            return TASK;
        }
        return temperature() != null ? CLASSES_ONLY : CALIBRATED;
    }

    /** The temperature, 1 without a correction; null when another method corrects. */
    private @Nullable Double temperature() {
        if (calibration == null || calibration.method() == CalibrationMethod.NONE) {
            return 1.0;
        }
        return calibration.method() == CalibrationMethod.TEMPERATURE
                ? calibration.values().getOrDefault(TEMPERATURE, List.of(1.0)).getFirst()
                : null;
    }

    static ModelManifest read(byte[] bytes) {
        JsonNode json;
        try {
            json = MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new IllegalArgumentException("The file %s is not JSON.".formatted(FILE), e);
        }
        int version = json.path("format_version").asInt();
        if (!json.path("format").asText().equals(KIND) || version < CLASSES_ONLY || version > GUIDED) {
            throw new IllegalArgumentException("The file %s has format %s version %s; %s version %d to %d is expected."
                    .formatted(FILE, json.path("format"), json.path("format_version"), KIND, CLASSES_ONLY, GUIDED));
        }
        List<Entry> members = new ArrayList<>();
        for (JsonNode member : json.path("members")) {
            members.add(new Entry(
                    member.path("learner").asText(),
                    member.path("format").asText(),
                    member.path("weight").asDouble(Double.NaN)));
        }
        Task task = version == TASK || version == GUIDED
                ? Task.fromJson(json.path("task"))
                : new Task.Classification(texts(json.path("classes")));
        return new ModelManifest(
                texts(json.path("features")),
                task,
                members,
                calibration(json, task, version),
                Guidance.fromJson(json.path("guidance")));
    }

    private static @Nullable CalibrationParameters calibration(JsonNode json, Task task, int version) {
        if (version == GUIDED && !json.has("calibration")) {
            return null;
        }
        if (version >= CALIBRATED) {
            return CalibrationParameters.fromJson(json.path("calibration"));
        }
        double temperature = json.path(TEMPERATURE).asDouble();
        if (!(task instanceof Task.Classification classification)) {
            if (temperature != 1) {
                throw new IllegalArgumentException(
                        "The temperature (%s) of a model of values must be 1.".formatted(temperature));
            }
            return null;
        }
        int classes = classification.classes().size();
        CalibrationMap map =
                temperature == 1 ? CalibrationMap.none(classes) : CalibrationMap.temperature(temperature, classes);
        return map.parameters();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}

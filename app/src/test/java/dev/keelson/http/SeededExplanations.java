package dev.keelson.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Says back what was asked. */
final class SeededExplanations implements Explanations {

    private static ObjectNode of(String model) {
        return JsonNodeFactory.instance.objectNode().put("model", model);
    }

    @Override
    public ObjectNode importance(String model, int versions) {
        return of(model).put("limit", versions);
    }

    @Override
    public ObjectNode model(String model, @Nullable Integer version, int rows) {
        return of(model).put("version", version).put("rows", rows);
    }

    @Override
    public ObjectNode row(String model, @Nullable Integer version, String row) {
        return of(model).put("version", version).put("row", row);
    }

    @Override
    public ObjectNode prediction(UUID id) {
        return of(SeededBackend.MODEL).put("prediction_id", id.toString());
    }
}

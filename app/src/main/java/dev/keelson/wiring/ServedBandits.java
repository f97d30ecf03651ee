package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.Bandits;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bandits of a project that another process of this machine owns and serves. */
record ServedBandits(OwnerClient owner) implements Bandits {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Override
    public JsonNode list() {
        return owner.get("/api/v1/bandits");
    }

    @Override
    public JsonNode show(String name) {
        return owner.get(OwnerClient.address("/api/v1/bandits/%s", name));
    }

    @Override
    public JsonNode train(String name, Training request) {
        return post(name, "train", body().put("promote", request.promote()).put("actor", request.actor()));
    }

    @Override
    public JsonNode evaluate(String name, @Nullable Integer version) {
        return post(name, "evaluate", body().put("version", version));
    }

    @Override
    public JsonNode promote(String name, int version, String actor, String reason) {
        return post(name, "promote", body().put("version", version).put("actor", actor).put("reason", reason));
    }

    @Override
    public JsonNode rollback(String name, String actor, String reason) {
        return post(name, "rollback", body().put("actor", actor).put("reason", reason));
    }

    @Override
    public JsonNode decide(String name, @Nullable String event, Map<String, @Nullable Object> row) {
        ObjectNode body = body().put("event", event);
        body.set("row", MAPPER.valueToTree(row));
        return post(name, "decide", body);
    }

    @Override
    public JsonNode reward(String name, String decision, double profit, boolean correct) {
        return post(name, "reward", body().put("decision", decision).put("profit", profit).put("correct", correct));
    }

    private JsonNode post(String name, String verb, ObjectNode body) {
        return owner.post(OwnerClient.address("/api/v1/bandits/%s/", name) + verb, body);
    }

    private static ObjectNode body() {
        return JsonNodeFactory.instance.objectNode();
    }
}

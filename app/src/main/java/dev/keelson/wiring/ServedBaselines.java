package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.BaselineService;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The baselines of a project that another process of this machine owns and serves. */
record ServedBaselines(OwnerClient owner) implements BaselineService {
    private static final String ALL = "/api/v1/baselines";

    @Override
    public JsonNode create(Request request) {
        ObjectNode body = body(request.actor(), request.reason()).put("model", request.model());
        return owner.post(ALL, request.source() == null ? body : body.put("source", request.source()));
    }

    @Override
    public JsonNode list(@Nullable String model) {
        return owner.get(model == null ? ALL : ALL + "?model=" + URLEncoder.encode(model, StandardCharsets.UTF_8));
    }

    @Override
    public JsonNode one(String id) {
        return owner.get(OwnerClient.address(ALL + "/%s", id));
    }

    @Override
    public JsonNode delete(String id, String actor, String reason) {
        return owner.post(OwnerClient.address(ALL + "/%s/delete", id), body(actor, reason));
    }

    private static ObjectNode body(String actor, String reason) {
        return JsonNodeFactory.instance.objectNode().put("actor", actor).put("reason", reason);
    }
}

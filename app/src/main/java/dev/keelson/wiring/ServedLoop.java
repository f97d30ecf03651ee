package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.http.LoopService;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Retraining of a project that another process of this machine owns and serves. */
record ServedLoop(OwnerClient owner) implements LoopService {
    @Override
    public JsonNode retrain(RetrainCampaign.Asked asked, By by) {
        return owner.post("/api/v1/retraining", signed(asked.toJson(), by));
    }

    @Override
    public void check(RetrainCampaign.Asked asked, @Nullable String callback) {
        // the process that owns the project checks what is asked of it
    }

    @Override
    public void check(String run, JsonNode arguments, @Nullable String callback) {
        // as above
    }

    @Override
    public JsonNode retrainings(int limit) {
        return owner.get("/api/v1/retraining?limit=" + limit);
    }

    @Override
    public JsonNode retraining(String id) {
        return owner.get(OwnerClient.address("/api/v1/retraining/%s", id));
    }

    @Override
    public JsonNode ask(String run, JsonNode arguments, By by) {
        ObjectNode body = arguments.deepCopy();
        return owner.post("/api/v1/jobs", signed(body.put("run", run), by));
    }

    private static ObjectNode signed(ObjectNode body, By by) {
        body.put("actor", by.actor()).put("reason", by.reason());
        return by.callback() == null ? body : body.put("callback", by.callback());
    }

    @Override
    public JsonNode suggestions(@Nullable String model, @Nullable String state) {
        List<String> query = new ArrayList<>();
        if (model != null) {
            query.add("model=" + URLEncoder.encode(model, StandardCharsets.UTF_8));
        }
        if (state != null) {
            query.add("state=" + URLEncoder.encode(state, StandardCharsets.UTF_8));
        }
        return owner.get("/api/v1/suggestions" + (query.isEmpty() ? "" : "?" + String.join("&", query)));
    }

    @Override
    public JsonNode suggestion(String id) {
        return owner.get(OwnerClient.address("/api/v1/suggestions/%s", id));
    }

    @Override
    public JsonNode decide(String id, boolean accept, String actor, String reason) {
        return owner.post(
                OwnerClient.address("/api/v1/suggestions/%s/", id) + (accept ? "accept" : "dismiss"),
                JsonNodeFactory.instance.objectNode().put("actor", actor).put("reason", reason));
    }
}

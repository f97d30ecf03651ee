package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.RolloutRequests;
import dev.keelson.http.RolloutService;
import dev.keelson.registry.rollout.RolloutPlan;
import org.jspecify.annotations.Nullable;

/** The rollouts of a project that another process of this machine owns and serves. */
record ServedRollouts(OwnerClient owner) implements RolloutService {
    @Override
    public JsonNode list(@Nullable String model, int limit) {
        String address = model == null
                ? "/api/v1/rollouts"
                : OwnerClient.address("/api/v1/models/%s/rollouts", model);
        return owner.get(address + "?limit=" + limit);
    }

    @Override
    public JsonNode status(String model) {
        return owner.get(address(model));
    }

    @Override
    public JsonNode one(String id) {
        return owner.get(OwnerClient.address("/api/v1/rollouts/%s", id));
    }

    @Override
    public JsonNode start(RolloutPlan plan, String actor, String reason) {
        return owner.post(
                address(plan.model()), RolloutRequests.body(plan).put("actor", actor).put("reason", reason));
    }

    @Override
    public JsonNode change(String model, Verb verb, Change change) {
        ObjectNode body = JsonNodeFactory.instance.objectNode()
                .put("actor", change.actor())
                .put("reason", change.reason());
        if (verb == Verb.PROMOTE) {
            body.put("force", change.force());
        }
        return owner.post(address(model) + "/" + verb.word(), body);
    }

    private static String address(String model) {
        return OwnerClient.address("/api/v1/models/%s/rollout", model);
    }
}

package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.RolloutRequests;
import dev.keelson.http.RolloutService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;

/** Rollouts: look, begin, advance, pause, resume, promote, abort. */
final class RolloutEndpoints {
    private static final String ROLLOUT = "/api/v1/models/{name}/rollout";
    private static final int LISTED = 50;
    private static final int MOST = 1_000;

    private final Backend backend;

    RolloutEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/rollouts", (request, response) ->
                Json.send(response, service().list(null, limit(request))));
        routes.get("/api/v1/rollouts/{id}", (request, response) ->
                Json.send(response, service().one(Parameters.path(request, "id"))));
        routes.get("/api/v1/models/{name}/rollouts", (request, response) ->
                Json.send(response, service().list(Parameters.model(backend, model(request)).name(), limit(request))));
        routes.get(ROLLOUT, (request, response) -> Json.send(response, service().status(model(request))));
        routes.post(ROLLOUT, this::start);
        for (RolloutService.Verb verb : RolloutService.Verb.values()) {
            routes.post(ROLLOUT + "/" + verb.word(), (request, response) -> change(verb, request, response));
        }
    }

    private RolloutService service() {
        return backend.rollouts();
    }

    private static int limit(ServerRequest request) {
        Parameters parameters = new Parameters(request);
        int limit = parameters.number("limit", 1, MOST, LISTED);
        parameters.check();
        return limit;
    }

    private static String model(ServerRequest request) {
        return Parameters.path(request, "name");
    }

    private void start(ServerRequest request, ServerResponse response) {
        JsonNode body = CatalogEndpoints.body(request);
        List<String> keys = new ArrayList<>(RolloutRequests.KEYS);
        keys.add("actor");
        keys.add("reason");
        known(body, keys);
        Json.send(
                response,
                service().start(
                        RolloutRequests.plan(model(request), body), CatalogEndpoints.actor(request, body), CatalogEndpoints.reason(body)));
    }

    private void change(RolloutService.Verb verb, ServerRequest request, ServerResponse response) {
        JsonNode body = CatalogEndpoints.body(request);
        known(
                body,
                verb == RolloutService.Verb.PROMOTE ? List.of("actor", "reason", "force") : List.of("actor", "reason"));
        JsonNode force = body.path("force");
        if (!force.isMissingNode() && !force.isBoolean()) {
            throw Body.wrong("force", force, "true or false");
        }
        Json.send(
                response,
                service().change(
                        model(request),
                        verb,
                        new RolloutService.Change(CatalogEndpoints.actor(request, body), CatalogEndpoints.reason(body), force.asBoolean())));
    }

    private static void known(JsonNode body, List<String> keys) {
        for (String key : (Iterable<String>) body::fieldNames) {
            if (!keys.contains(key)) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST, "The key %s is unknown; expected %s.".formatted(key, keys), null);
            }
        }
    }
}

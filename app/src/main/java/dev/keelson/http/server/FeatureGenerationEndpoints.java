package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureGenerations.Generation;
import dev.keelson.http.FeatureGenerations.Request;
import dev.keelson.http.FeatureGenerations.State;
import dev.keelson.http.FeatureGenerations;
import dev.keelson.train.ModelDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Searches for features: begin one, see how far it is, stop it. */
final class FeatureGenerationEndpoints {
    private static final String LIST = "/api/v1/feature-generations";

    private final Backend backend;

    FeatureGenerationEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/models/{name}/feature-generations", this::start);
        routes.get(LIST, this::list);
        routes.get(LIST + "/{id}", this::get);
        routes.delete(LIST + "/{id}", this::cancel);
    }

    private void start(ServerRequest request, ServerResponse response) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        JsonNode given = Json.body(request);
        JsonNode body = given == null ? Json.object() : given;
        if (!body.isObject()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is not an object, as expected.", null);
        }
        long budget = number(body, "budget", FeatureGenerations.BUDGET);
        if (budget != (int) budget) {
            throw Body.wrong("budget", body.path("budget"), "a smaller number");
        }
        Generation generation = backend.generations()
                .start(new Request(model.name(), (int) budget, number(body, "seed", FeatureGenerations.SEED)));
        if (generation.state() == State.RUNNING) {
            response.status(Status.ACCEPTED_202);
            response.header(HeaderNames.LOCATION, LIST + "/" + generation.id());
        }
        Json.send(response, generation.toJson());
    }

    private static long number(JsonNode body, String name, long absent) {
        JsonNode value = body.get(name);
        if (value == null || value.isNull()) {
            return absent;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw Body.wrong(name, value, "a whole number");
        }
        return value.longValue();
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("feature_generations");
        backend.generations().list().stream()
                .filter(each -> model == null || each.request().model().equals(model))
                .limit(limit)
                .forEach(each -> list.add(each.toJson()));
        Json.send(response, body);
    }

    private void get(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Json.send(
                response,
                backend.generations()
                        .find(id)
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.NOT_FOUND,
                                "There is no generation of features (%s).".formatted(id),
                                "Maybe look at " + LIST + "."))
                        .toJson());
    }

    private void cancel(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.generations().cancel(Parameters.path(request, "id")).toJson());
    }
}

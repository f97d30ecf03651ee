package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.Backend;
import dev.keelson.labels.LabelStatistics;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Set;

/** Labels, and what the project file changes against the registered definitions. */
final class DefinitionEndpoints {
    private static final int MAX_LIST = 1000;

    private final Backend backend;

    DefinitionEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/labels", this::labels);
        routes.get("/api/v1/labels/{name}", this::label);
        routes.post("/api/v1/models/{name}/feature-check", this::check);
        routes.get("/api/v1/feature-checks", this::checks);
        routes.get("/api/v1/plan", this::plan);
        routes.post("/api/v1/apply", this::apply);
    }

    private void labels(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("labels");
        backend.project().everyLabel().forEach(label -> {
            ObjectNode node = LabelStatistics.describe(label);
            backend.project().modelsOf(label).forEach(node.putArray("models")::add);
            list.add(node);
        });
        Json.send(response, body);
    }

    private void label(ServerRequest request, ServerResponse response) {
        Json.send(
                response,
                backend.labelStatistics(backend.project().label(Parameters.path(request, "name")))
                        .toJson());
    }

    private void check(ServerRequest request, ServerResponse response) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        Json.send(response, backend.validateFeatures(model.name()).toJson());
    }

    private void checks(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, MAX_LIST, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("feature_checks");
        backend.reports("feature_check", model, limit).forEach(report -> list.add(Json.stored(report.document())));
        Json.send(response, body);
    }

    private void plan(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.plan().toJson());
    }

    private void apply(ServerRequest request, ServerResponse response) {
        String actor = null;
        List<String> expected = null;
        if (request.content().hasEntity()) {
            Body body = Body.read(request, Set.of("actor", "changes"));
            actor = body.text("actor");
            expected = body.has("changes") ? body.texts("changes") : null;
        }
        Json.send(response, backend.apply(actor == null ? "api" : actor, expected).toJson());
    }
}

package dev.keelson.http.server;

import dev.keelson.http.Backend;
import dev.keelson.http.Explanations;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Why models tell what they tell. */
final class ExplanationEndpoints {
    private static final int MOST_ROWS = 10_000;

    private final Backend backend;

    ExplanationEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/models/{name}/importance", this::importance);
        routes.get("/api/v1/models/{name}/explain", this::explain);
        routes.get("/api/v1/predictions/{id}/explain", this::prediction);
    }

    private void importance(ServerRequest request, ServerResponse response) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        Parameters parameters = new Parameters(request);
        int versions = parameters.number("limit", 1, 1000, 10);
        parameters.check();
        Json.send(response, backend.explanations().importance(model.name(), versions));
    }

    private void explain(ServerRequest request, ServerResponse response) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        Parameters parameters = new Parameters(request);
        String version = parameters.text("version");
        int rows = parameters.number("rows", 1, MOST_ROWS, Explanations.ROWS);
        String row = parameters.text("row");
        parameters.check();
        Integer wanted = version == null
                ? null
                : new TrackedRuns(backend.catalog(), backend.clock()).version(model.name(), version).version();
        Json.send(
                response,
                row == null
                        ? backend.explanations().model(model.name(), wanted, rows)
                        : backend.explanations().row(model.name(), wanted, row));
    }

    private void prediction(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.explanations().prediction(Parameters.uuid(Parameters.path(request, "id"))));
    }
}

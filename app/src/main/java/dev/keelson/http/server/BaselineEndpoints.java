package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Backend;
import dev.keelson.http.BaselineService;
import dev.keelson.http.LoggedModel;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Baselines of drift checks: make, list, show, delete. */
final class BaselineEndpoints {
    private static final String ALL = "/api/v1/baselines";

    private final Backend backend;

    BaselineEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get(ALL, this::list);
        routes.post(ALL, this::create);
        routes.get(ALL + "/{id}", (request, response) -> Json.send(response, service().one(Parameters.path(request, "id"))));
        routes.post(ALL + "/{id}/delete", this::delete);
    }

    private BaselineService service() {
        return backend.baselines();
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        parameters.check();
        Json.send(response, service().list(model));
    }

    private void create(ServerRequest request, ServerResponse response) {
        JsonNode body = CatalogEndpoints.body(request);
        JsonNode source = body.path("source");
        if (!source.isMissingNode() && !source.isTextual()) {
            throw Body.wrong("source", source, "training, last 30d or dataset VERSION");
        }
        String model = LoggedModel.of(backend.project(), body.path("model").asText()).name();
        Json.send(
                response,
                service().create(new BaselineService.Request(
                        model,
                        source.isTextual() ? source.textValue() : null,
                        CatalogEndpoints.actor(request, body),
                        CatalogEndpoints.reason(body))));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        JsonNode body = CatalogEndpoints.body(request);
        Json.send(
                response,
                service().delete(
                        Parameters.path(request, "id"), CatalogEndpoints.actor(request, body), CatalogEndpoints.reason(body)));
    }
}

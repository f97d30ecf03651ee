package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Backend;
import dev.keelson.http.BaselineService;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.BaselineSource;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

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
        Change change = Change.read(request, "model", "source");
        JsonNode source = change.body().path("source");
        change.check(() -> {
            boolean absent = source.isMissingNode() || source.isNull();
            if (!absent && (!source.isTextual() || BaselineSource.parse(source.textValue()).isEmpty())) {
                throw Body.wrong("source", source, "training, last 30d or dataset VERSION");
            }
        });
        Optional<String> model = change.of(() -> LoggedModel.of(backend.project(), change.body().path("model").asText()).name());
        Change.By by = change.by(() -> {});
        Json.send(
                response,
                service().create(new BaselineService.Request(
                        model.orElseThrow(), source.isTextual() ? source.textValue() : null, by.actor(), by.reason())));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Change.By by = Change.read(request).by(() -> service().one(id));
        Json.send(response, service().delete(id, by.actor(), by.reason()));
    }
}

package dev.keelson.http.server;

import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Reports of decay: check now, list, one. */
final class DecayEndpoints {

    private final Backend backend;
    private final KeptReports kept;

    DecayEndpoints(Backend backend) {
        this.backend = backend;
        this.kept = new KeptReports(backend, "decay");
    }

    void register(Routes routes) {
        routes.get("/api/v1/decay-reports", kept::list);
        routes.get("/api/v1/decay-reports/{id}", (request, response) ->
                Json.send(response, Json.stored(kept.one(Parameters.path(request, "id")).document())));
        routes.post("/api/v1/models/{name}/decay-check", this::check);
    }

    private void check(ServerRequest request, ServerResponse response) {
        LoggedModel model = LoggedModel.of(backend.project(), Parameters.path(request, "name"));
        Json.send(response, backend.checkDecay(model.name()));
    }
}

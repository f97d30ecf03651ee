package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.registry.StoredReport;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Reports of decay: check now, list, one. */
final class DecayEndpoints {
    private static final String KIND = "decay";

    private final Backend backend;

    DecayEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/decay-reports", this::list);
        routes.get("/api/v1/decay-reports/{id}", this::report);
        routes.post("/api/v1/models/{name}/decay-check", this::check);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("decay_reports");
        for (StoredReport report : backend.reports(KIND, model, limit)) {
            list.addObject()
                    .put("id", report.id())
                    .put("model", report.subject())
                    .put("at", report.at().toString())
                    .put("verdict", report.verdict());
        }
        Json.send(response, body);
    }

    private void report(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        StoredReport stored = backend.report(id)
                .filter(report -> report.kind().equals(KIND))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no decay report (%s).".formatted(id),
                        "Maybe look at /api/v1/decay-reports for those that are kept."));
        Json.send(response, Json.stored(stored.document()));
    }

    private void check(ServerRequest request, ServerResponse response) {
        LoggedModel model = LoggedModel.of(backend.project(), Parameters.path(request, "name"));
        Json.send(response, backend.checkDecay(model.name()));
    }
}

package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.registry.StoredReport;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * The reports of one kind that are kept, under {@code /api/v1/KIND-reports}.
 *
 * @param kind such as {@code drift}
 */
record KeptReports(Backend backend, String kind) {
    void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray(kind + "_reports");
        for (StoredReport report : backend.reports(kind, model, limit)) {
            list.addObject()
                    .put("id", report.id())
                    .put("model", report.subject())
                    .put("at", report.at().toString())
                    .put("verdict", report.verdict());
        }
        Json.send(response, body);
    }

    /**
     * A report by its id.
     *
     * @throws KeelsonException NOT_FOUND
     */
    StoredReport one(String id) {
        return backend.report(id)
                .filter(report -> report.kind().equals(kind))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no %s report (%s).".formatted(kind, id),
                        "Maybe look at /api/v1/%s-reports for those that are kept.".formatted(kind)));
    }
}

package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.DriftReportPage;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.StoredReport;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/** Drift reports: list, one as JSON, in the form of ACIS, or as a page that stands alone. */
final class DriftEndpoints {
    private static final String KIND = "drift";
    private static final double ACIS_SHARE = 0.3;

    private final Backend backend;

    DriftEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/drift-reports", this::list);
        routes.get("/api/v1/drift-reports/{id}", this::report);
        routes.post("/api/v1/models/{name}/drift-check", this::check);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("drift_reports");
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
        Parameters parameters = new Parameters(request);
        String format = parameters.text("format");
        if (format != null && !format.equals("json") && !format.equals("html") && !format.equals("acis")) {
            parameters.wrong("format", format, "json, html or acis");
        }
        parameters.check();
        StoredReport stored = backend.report(id)
                .filter(report -> report.kind().equals(KIND))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no drift report (%s).".formatted(id),
                        "Maybe look at /api/v1/drift-reports for those that are kept."));
        if (format == null || format.equals("json")) {
            Json.send(response, Json.stored(stored.document()));
        } else if (format.equals("acis")) {
            Json.send(response, DriftReport.fromJson(stored.document()).toAcisJson(share(stored.subject())));
        } else {
            response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
            response.header(ConsoleRoutes.CONTENT_SECURITY_POLICY, DriftReportPage.POLICY);
            response.send(DriftReportPage.html(DriftReport.fromJson(stored.document()), backend.project().zone())
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    private double share(String model) {
        return backend.project().drift().stream()
                .filter(monitor -> monitor.models().contains(model))
                .mapToDouble(DriftMonitorDefinition::share)
                .filter(share -> share > 0)
                .findFirst()
                .orElse(ACIS_SHARE);
    }

    private void check(ServerRequest request, ServerResponse response) {
        String model = LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
        Json.send(response, backend.checkDrift(model).toJson());
    }
}

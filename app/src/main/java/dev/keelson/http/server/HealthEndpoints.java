package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.HealthReportPage;
import dev.keelson.http.Backend;
import dev.keelson.http.HealthReports;
import dev.keelson.registry.StoredReport;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/** Health reports: as it is now, kept, and those that were kept. */
final class HealthEndpoints {
    private static final String ADDRESS = "/api/v1/models/{name}/health";

    private final Backend backend;
    private final HealthReports health;

    HealthEndpoints(Backend backend) {
        this.backend = backend;
        this.health = new HealthReports(backend);
    }

    void register(Routes routes) {
        routes.get(ADDRESS, this::now);
        routes.post(ADDRESS, (request, response) ->
                Json.send(response, health.check(Parameters.path(request, "name")).toJson()));
        routes.get(ADDRESS + "/history", this::history);
    }

    private void now(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String format = parameters.text("format");
        if (format != null && !format.equals("json") && !format.equals("html")) {
            parameters.wrong("format", format, "json or html");
        }
        parameters.check();
        ObjectNode document = health.judge(Parameters.path(request, "name")).toJson();
        if (format == null || format.equals("json")) {
            Json.send(response, document);
        } else {
            response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
            response.header(ConsoleRoutes.CONTENT_SECURITY_POLICY, HealthReportPage.POLICY);
            response.send(HealthReportPage.html(document, backend.project().zone()).getBytes(StandardCharsets.UTF_8));
        }
    }

    private void history(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int version = parameters.number("version", 1, Integer.MAX_VALUE, 0);
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("reports");
        for (StoredReport report : health.history(Parameters.path(request, "name"), version == 0 ? limit : Integer.MAX_VALUE)) {
            var document = Json.stored(report.document());
            if (list.size() < limit && (version == 0 || document.path("version").asInt() == version)) {
                list.add(document);
            }
        }
        Json.send(response, body);
    }
}

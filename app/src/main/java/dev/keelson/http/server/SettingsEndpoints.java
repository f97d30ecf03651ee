package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Backend;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** Thresholds, windows and times of the project file: look, and change. */
final class SettingsEndpoints {
    private static final String ADDRESS = "/api/v1/settings";

    private final Backend backend;

    SettingsEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get(ADDRESS, (request, response) -> Json.send(response, backend.settings().list()));
        routes.patch(ADDRESS, this::set);
    }

    private void set(ServerRequest request, ServerResponse response) {
        JsonNode body = CatalogEndpoints.body(request);
        JsonNode settings = body.path("settings");
        if (!settings.isObject() || settings.isEmpty()) {
            throw Body.wrong("settings", settings, "an object of at least one setting, such as {\"monitors.drift.share\": \"30%\"}");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : settings.properties()) {
            if (!each.getValue().isValueNode() || each.getValue().isNull()) {
                throw Body.wrong("settings." + each.getKey(), each.getValue(), "a text or a number");
            }
            values.put(each.getKey(), each.getValue().asText());
        }
        JsonNode revision = body.path("revision");
        Json.send(
                response,
                backend.settings()
                        .set(
                                values,
                                revision.isTextual() ? revision.textValue() : null,
                                CatalogEndpoints.actor(request, body),
                                CatalogEndpoints.reason(body)));
    }
}

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
        Change change = Change.read(request, "settings", "revision");
        Map<String, String> values = values(change);
        JsonNode given = change.body().path("revision");
        String revision = given.isTextual() ? given.textValue() : null;
        Change.By by = change.by(() -> backend.settings().check(values, revision));
        Json.send(response, backend.settings().set(values, revision, by.actor(), by.reason()));
    }

    private static Map<String, String> values(Change change) {
        JsonNode settings = change.body().path("settings");
        Map<String, String> values = new LinkedHashMap<>();
        change.check(() -> {
            if (!settings.isObject() || settings.isEmpty()) {
                throw Body.wrong("settings", settings, "an object of at least one setting, such as {\"monitors.drift.share\": \"30%\"}");
            }
        });
        settings.properties().forEach(each -> change.check(() -> {
            if (!each.getValue().isValueNode() || each.getValue().isNull()) {
                throw Body.wrong("settings." + each.getKey(), each.getValue(), "a text or a number");
            }
            values.put(each.getKey(), each.getValue().asText());
        }));
        return values;
    }
}

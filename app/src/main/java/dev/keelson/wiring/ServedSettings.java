package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.SettingsService;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of a project that another process of this machine owns and serves. */
record ServedSettings(OwnerClient owner) implements SettingsService {
    private static final String ADDRESS = "/api/v1/settings";

    @Override
    public JsonNode list() {
        return owner.get(ADDRESS);
    }

    @Override
    public void check(Map<String, String> values, @Nullable String revision) {
        // the process that owns the project checks what is asked of it
    }

    @Override
    public JsonNode set(Map<String, String> values, @Nullable String revision, String actor, String reason) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("actor", actor).put("reason", reason).put("revision", revision);
        ObjectNode settings = body.putObject("settings");
        values.forEach(settings::put);
        return owner.patch(ADDRESS, body);
    }
}

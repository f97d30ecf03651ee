package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.AlertService;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;

/** The inbox of a project that another process of this machine owns and serves. */
record ServedAlerts(OwnerClient owner) implements AlertService {
    @Override
    public JsonNode list(AlertQuery query) {
        String address = "/api/v1/alerts?limit=" + query.limit();
        if (!query.states().isEmpty()) {
            address += "&state=" + query.states().stream().sorted().map(Alert.State::word).collect(Collectors.joining(","));
        }
        if (query.kind() != null) {
            address += "&kind=" + URLEncoder.encode(query.kind(), StandardCharsets.UTF_8);
        }
        if (query.model() != null) {
            address += "&model=" + URLEncoder.encode(query.model(), StandardCharsets.UTF_8);
        }
        return owner.get(address);
    }

    @Override
    public JsonNode one(String id) {
        return owner.get(address(id));
    }

    @Override
    public JsonNode acknowledge(String id, String actor, String reason) {
        return owner.post(address(id) + "/acknowledge", body(actor, reason));
    }

    @Override
    public JsonNode snooze(String id, Duration time, String actor, String reason) {
        return owner.post(address(id) + "/snooze", body(actor, reason).put("for", time.toSeconds() + "s"));
    }

    @Override
    public JsonNode resolve(String id, String actor, String reason) {
        return owner.post(address(id) + "/resolve", body(actor, reason));
    }

    private static String address(String id) {
        return OwnerClient.address("/api/v1/alerts/%s", id);
    }

    private static ObjectNode body(String actor, String reason) {
        return JsonNodeFactory.instance.objectNode().put("actor", actor).put("reason", reason);
    }
}

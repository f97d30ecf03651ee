package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.alert.Alerts;
import dev.keelson.http.AlertService;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/** The inbox of a project over its catalogue. */
final class ProjectAlerts implements AlertService {
    private static final int MESSAGES = 100;

    private final Alerts alerts;

    ProjectAlerts(Catalog catalog, InstantSource clock) {
        this.alerts = new Alerts(catalog, clock, () -> UUID.randomUUID().toString().substring(0, 13), List.of(), () -> {});
    }

    /** What raises and ends them. */
    Alerts alerts() {
        return alerts;
    }

    @Override
    public JsonNode list(AlertQuery query) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("alerts");
        alerts.list(query).forEach(each -> list.add(each.toJson()));
        return document;
    }

    @Override
    public JsonNode one(String id) {
        ObjectNode node = alerts.alert(id).toJson();
        ArrayNode messages = node.putArray("deliveries");
        alerts.deliveries(id, MESSAGES).forEach(each -> messages.add(each.toJson()));
        return node;
    }

    @Override
    public JsonNode acknowledge(String id, String actor, String reason) {
        return alerts.acknowledge(id, actor, reason).toJson();
    }

    @Override
    public JsonNode snooze(String id, Duration time, String actor, String reason) {
        return alerts.snooze(id, time, actor, reason).toJson();
    }

    @Override
    public JsonNode resolve(String id, String actor, String reason) {
        return alerts.resolve(id, actor, reason).toJson();
    }
}

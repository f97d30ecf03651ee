package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.alert.AlertChannel;
import dev.keelson.control.alert.AlertCourier;
import dev.keelson.control.alert.Alerts;
import dev.keelson.http.AlertService;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** The inbox of a project over its catalogue. */
final class ProjectAlerts implements AlertService, AutoCloseable {
    private static final int MESSAGES = 100;
    private static final Duration LOOK = Duration.ofSeconds(5);
    /** Of a random id that people type, so many characters: enough for a project. */
    private static final int ID = 13;

    private final Alerts alerts;
    private final AlertCourier courier;
    private boolean started;

    ProjectAlerts(List<AlertChannel> channels, Catalog catalog, InstantSource clock) {
        this.courier = new AlertCourier(catalog, clock, channels, LOOK);
        this.alerts = new Alerts(
                catalog, clock, () -> UUID.randomUUID().toString().substring(0, ID), channels, courier::nudge);
    }

    /** Begins to tell them. */
    synchronized void start(String console) {
        alerts.console(console);
        courier.start();
        started = true;
    }

    /** Ends; where nothing was started, as in a command, what waits is handed over before. */
    @Override
    public synchronized void close() {
        if (!started) {
            courier.deliverAll();
        }
        courier.close();
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
    public JsonNode channels() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("channels");
        List<Delivery> newest = alerts.deliveries(null, MESSAGES);
        alerts.channels().forEach(each -> {
            ObjectNode channel = list.addObject().put("name", each.name());
            ArrayNode kinds = channel.putArray("on");
            each.kinds().stream().sorted().forEach(kinds::add);
            channel.set("last", newest.stream()
                    .filter(delivery -> delivery.channel().equals(each.name()))
                    .max(Comparator.comparing(Delivery::at))
                    .map(Delivery::toJson)
                    .orElse(null));
        });
        return document;
    }

    /** Tries a channel at once, in the thread that calls. */
    @Override
    public JsonNode test(String channel, String actor) {
        Alerts.Trial test = alerts.test(channel, actor);
        return courier.deliver(test.alert(), test.message()).toJson();
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

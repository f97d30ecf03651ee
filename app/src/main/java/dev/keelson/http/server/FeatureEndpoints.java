package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.Materialization;
import dev.keelson.features.ViewReading;
import dev.keelson.frame.Micros;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing.Answer;
import dev.keelson.http.FeatureServing.Destination;
import dev.keelson.http.FeatureServing.FeatureValues;
import dev.keelson.http.FeatureServing;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/features}: read online features, push rows, bring them up to date, see how far they are. */
final class FeatureEndpoints {
    /** Nobody sees how far it is. */
    static final Materialization.Progress UNSEEN = (source, rows, total) -> {};

    private static final FeatureStatus[] STATUSES = FeatureStatus.values();

    private final Backend backend;

    FeatureEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/features/get", this::getByQuery);
        routes.post("/api/v1/features/get", this::getByBody);
        routes.post("/api/v1/features/push", this::push);
        routes.post("/api/v1/features/materialize", this::materialize);
        routes.get("/api/v1/features/status", this::status);
    }

    /** The features, or why there are none. */
    static FeatureServing features(Backend backend) {
        FeatureServing features = backend.features();
        if (features == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "No data had been loaded when this server started.",
                    "Maybe load it with `keelson data load`, then start the server anew.");
        }
        return features;
    }

    private void getByQuery(ServerRequest request, ServerResponse response) {
        List<String> names = new ArrayList<>();
        for (String list : request.query().all("features", List::of)) {
            names.addAll(List.of(list.split(",", -1)));
        }
        Map<String, List<@Nullable Object>> entities = new LinkedHashMap<>();
        for (String entity : request.query().all("entity", List::of)) {
            int equals = entity.indexOf('=');
            if (equals <= 0) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The value (%s) of the parameter entity is wrong; expected key=value.".formatted(entity),
                        null);
            }
            entities.computeIfAbsent(entity.substring(0, equals), key -> new ArrayList<>())
                    .add(entity.substring(equals + 1));
        }
        send(response, features(backend).get(names, entities));
    }

    private void getByBody(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("features", "entities", "service", "rows"));
        String service = body.text("service");
        if (service == null) {
            send(response, features(backend).get(body.texts("features"), body.lists("entities")));
        } else {
            if (body.has("features") || body.has("entities")) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The body has service beside features or entities; expected service and rows, or features and entities.",
                        null);
            }
            send(response, features(backend).service(service, body.rows("rows")));
        }
    }

    private static void send(ServerResponse response, Answer answer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256 + 64 * answer.rows() * answer.columns().size());
        try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("as_of", answer.asOf().toString());
            json.writeArrayFieldStart("rows");
            long asOf = Micros.of(answer.asOf());
            for (int row = 0; row < answer.rows(); row++) {
                json.writeStartObject();
                json.writeObjectFieldStart("entity");
                for (Map.Entry<String, List<@Nullable Object>> entity : answer.entities().entrySet()) {
                    json.writeFieldName(entity.getKey());
                    write(json, entity.getValue().get(row));
                }
                json.writeEndObject();
                json.writeObjectFieldStart("features");
                for (FeatureValues column : answer.columns()) {
                    json.writeObjectFieldStart(column.address());
                    FeatureStatus status = STATUSES[column.statuses()[row]];
                    if (status == FeatureStatus.PRESENT && column.text(row) != null) {
                        json.writeStringField("value", column.text(row));
                    } else if (status == FeatureStatus.PRESENT) {
                        json.writeNumberField("value", column.values()[row]);
                    } else {
                        json.writeNullField("value");
                    }
                    json.writeStringField("status", status.name());
                    long event = column.eventMicros()[row];
                    if (event != ViewReading.NO_EVENT) {
                        json.writeNumberField("age_seconds", (asOf - event) / 1e6);
                    }
                    json.writeEndObject();
                }
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        response.header(Json.CONTENT);
        response.send(out.toByteArray());
    }

    /** Writes a value as it came. */
    static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            default -> json.writeString(value.toString());
        }
    }

    private void push(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("source", "rows", "to"));
        Json.send(
                response,
                json(features(backend).push(body.required("source"), body.rows("rows"), destination(body.text("to"), Destination.ONLINE_AND_OFFLINE))));
    }

    static ObjectNode json(FeatureServing.PushOutcome outcome) {
        return Json.object()
                .put("accepted", outcome.accepted())
                .put("contained", outcome.contained())
                .put("visible", outcome.visible());
    }

    static Destination destination(@Nullable String text, Destination absent) {
        if (text == null) {
            return absent;
        }
        for (Destination each : Destination.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        throw new KeelsonException(
                ErrorCode.BAD_REQUEST,
                "The value (%s) of to is wrong; expected online, offline or online_and_offline.".formatted(text),
                null);
    }

    private void materialize(ServerRequest request, ServerResponse response) {
        Materialization.Request wanted = Materialization.Request.INCREMENTAL;
        if (request.content().hasEntity()) {
            Body body = Body.read(request, Set.of("views", "from", "to", "full"));
            wanted = request(
                    body.texts("views"),
                    body.instant("from", backend.project().zone()),
                    body.instant("to", backend.project().zone()),
                    body.flag("full"));
        }
        Json.send(response, json(features(backend).materialize(wanted, UNSEEN)));
    }

    /** @throws KeelsonException BAD_REQUEST when nothing lies between from and to */
    static Materialization.Request request(
            List<String> views, @Nullable Instant from, @Nullable Instant to, boolean full) {
        if (from != null && to != null && !from.isBefore(to)) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "from (%s) must be before to (%s).".formatted(from, to), null);
        }
        return new Materialization.Request(views, from, to, full);
    }

    static ObjectNode json(List<Materialization.Outcome> outcomes) {
        ObjectNode document = Json.object();
        ArrayNode list = document.putArray("views");
        for (Materialization.Outcome outcome : outcomes) {
            Instant watermark = outcome.watermark();
            list.addObject()
                    .put("view", outcome.view())
                    .put("rows", outcome.rows())
                    .put("filled_anew", outcome.filledAnew())
                    .put("watermark", watermark == null ? null : watermark.toString());
        }
        return document;
    }

    private void status(ServerRequest request, ServerResponse response) {
        ObjectNode document = Json.object().put("store", features(backend).store());
        ArrayNode list = document.putArray("views");
        for (FeatureServing.ViewStatus view : features(backend).status()) {
            Instant watermark = view.status().watermark();
            Instant newest = view.status().newestEvent();
            ObjectNode node = list.addObject()
                    .put("view", view.status().view())
                    .put("entity", view.entity())
                    .put("features", view.features())
                    .put("watermark", watermark == null ? null : watermark.toString())
                    .put("newest_event", newest == null ? null : newest.toString());
            Json.number(node, "freshness_seconds", view.freshnessSeconds());
            node.put("keys", view.keys()).put("bytes", view.bytes());
            node.put("pushed_rows", view.status().pushed());
        }
        Json.send(response, document);
    }
}

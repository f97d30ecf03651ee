package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
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
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of Feast's feature server, so that its clients can ask us. Answers stand column by column: one result
 * for each name, entity keys first, with a value, a status and a time for each entity. ({@code /health} is that of
 * {@link Probes}.)
 */
final class FeastEndpoints {
    private final Backend backend;

    FeastEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/get-online-features", this::get);
        routes.post("/push", this::push);
        routes.post("/write-to-online-store", this::write);
        routes.post("/materialize", this::materialize);
        routes.post("/materialize-incremental", this::materializeIncremental);
    }

    private void get(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("features", "feature_service", "entities", "full_feature_names"));
        String service = body.text("feature_service");
        Map<String, List<@Nullable Object>> entities = body.lists("entities");
        Answer answer = answer(backend, service, body.texts("features"), entities);
        List<String> names = names(answer, body.flag("full_feature_names"));
        ByteArrayOutputStream out = new ByteArrayOutputStream(256 + 64 * answer.rows() * names.size());
        try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("metadata");
            json.writeArrayFieldStart("feature_names");
            for (String name : names) {
                json.writeString(name);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeArrayFieldStart("results");
            for (List<@Nullable Object> keys : answer.entities().values()) {
                json.writeStartObject();
                json.writeArrayFieldStart("values");
                for (Object key : keys) {
                    FeatureEndpoints.write(json, key);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("statuses");
                for (Object key : keys) {
                    json.writeString(key == null ? "NULL_VALUE" : "PRESENT");
                }
                json.writeEndArray();
                json.writeArrayFieldStart("event_timestamps");
                for (int row = 0; row < answer.rows(); row++) {
                    json.writeString("1970-01-01T00:00:00Z");
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            for (FeatureValues column : answer.columns()) {
                write(json, column, answer.rows());
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        response.header(Json.CONTENT);
        response.send(out.toByteArray());
    }

    private static void write(JsonGenerator json, FeatureValues column, int rows) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("values");
        for (int row = 0; row < rows; row++) {
            if (column.text(row) != null) {
                json.writeString(column.text(row));
            } else if (column.statuses()[row] == FeatureStatus.PRESENT.code()) {
                json.writeNumber(column.values()[row]);
            } else {
                json.writeNull();
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("statuses");
        for (int row = 0; row < rows; row++) {
            json.writeString(status(column.statuses()[row]));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("event_timestamps");
        for (int row = 0; row < rows; row++) {
            long event = column.eventMicros()[row];
            json.writeString((event == ViewReading.NO_EVENT ? Instant.EPOCH : Micros.toInstant(event)).toString());
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What is asked for, by features or by a service. */
    static Answer answer(
            Backend backend,
            @Nullable String service,
            List<String> features,
            Map<String, List<@Nullable Object>> entities) {
        FeatureServing serving = FeatureEndpoints.features(backend);
        if (service == null) {
            return serving.get(features, entities);
        }
        if (!features.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "features and feature_service are both there; expected one of them.", null);
        }
        return serving.service(service, Body.rows("entities", entities));
    }

    /** The names of the results: entity keys, then features. */
    static List<String> names(Answer answer, boolean full) {
        List<String> names = new ArrayList<>(answer.entities().keySet());
        Set<String> seen = new HashSet<>(names);
        for (FeatureValues column : answer.columns()) {
            String name = full && column.view() != null ? column.view() + "__" + column.name() : column.name();
            if (!seen.add(name)) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The name (%s) stands twice among the features asked for.".formatted(name),
                        "Maybe ask with full_feature_names: true.");
            }
            names.add(name);
        }
        return names;
    }

    static String status(byte code) {
        return switch (FeatureStatus.of(code)) {
            case PRESENT -> "PRESENT";
            case NULL, NULL_KEY -> "NULL_VALUE";
            case STALE -> "OUTSIDE_MAX_AGE";
            case NOT_FOUND -> "NOT_FOUND";
        };
    }

    private void push(ServerRequest request, ServerResponse response) {
        Body body = Body.read(
                request, Set.of("push_source_name", "df", "to", "allow_registry_cache", "transform_on_write"));
        Json.send(
                response,
                FeatureEndpoints.json(FeatureEndpoints.features(backend)
                        .push(
                                body.required("push_source_name"),
                                Body.rows("df", body.lists("df")),
                                FeatureEndpoints.destination(body.text("to"), Destination.ONLINE))));
    }

    private void write(ServerRequest request, ServerResponse response) {
        Body body = Body.read(
                request, Set.of("feature_view_name", "df", "allow_registry_cache", "transform_on_write"));
        FeatureServing features = FeatureEndpoints.features(backend);
        Json.send(
                response,
                FeatureEndpoints.json(features.push(
                        features.sourceOf(body.required("feature_view_name")),
                        Body.rows("df", body.lists("df")),
                        Destination.ONLINE)));
    }

    /** The start is not needed: what is contained already is not applied again. */
    private void materialize(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("start_ts", "end_ts", "feature_views", "disable_event_timestamp", "version"));
        Instant start = body.instant("start_ts", ZoneOffset.UTC);
        Instant end = body.instant("end_ts", ZoneOffset.UTC);
        if (start != null && end != null) {
            var unused = FeatureEndpoints.request(List.of(), start, end, false);
        }
        Json.send(
                response,
                FeatureEndpoints.json(FeatureEndpoints.features(backend)
                        .materialize(
                                new Materialization.Request(body.texts("feature_views"), null, end, false),
                                FeatureEndpoints.UNSEEN)));
    }

    private void materializeIncremental(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("end_ts", "feature_views", "version"));
        Json.send(
                response,
                FeatureEndpoints.json(FeatureEndpoints.features(backend)
                        .materialize(
                                new Materialization.Request(
                                        body.texts("feature_views"), null, body.instant("end_ts", ZoneOffset.UTC), false),
                                FeatureEndpoints.UNSEEN)));
    }
}

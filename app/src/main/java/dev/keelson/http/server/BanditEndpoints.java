package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Bandits;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bandits: look, learn, judge, promote, roll back, decide, reward. */
final class BanditEndpoints {
    private static final String LIST = "/api/v1/bandits";
    private static final String API = "api";

    private final Backend backend;

    BanditEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get(LIST, (request, response) -> Json.send(response, bandits().list()));
        routes.get(LIST + "/{name}", (request, response) -> Json.send(response, bandits().show(name(request))));
        routes.post(LIST + "/{name}/train", this::train);
        routes.post(LIST + "/{name}/evaluate", this::evaluate);
        routes.post(LIST + "/{name}/promote", this::promote);
        routes.post(LIST + "/{name}/rollback", this::rollback);
        routes.post(LIST + "/{name}/decide", this::decide);
        routes.post(LIST + "/{name}/reward", this::reward);
    }

    private Bandits bandits() {
        return backend.bandits();
    }

    private static String name(ServerRequest request) {
        return Parameters.path(request, "name");
    }

    private void train(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request, List.of("promote", "actor"));
        JsonNode promote = body.path("promote");
        if (!promote.isMissingNode() && !promote.isNull() && !promote.isBoolean()) {
            throw Body.wrong("promote", promote, "true or false");
        }
        Json.send(
                response, bandits().train(name(request), new Bandits.Training(promote.asBoolean(), actor(body))));
    }

    private void evaluate(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request, List.of("version"));
        JsonNode version = body.path("version");
        Integer number = version.isMissingNode() || version.isNull() ? null : Integer.valueOf(version(body));
        Json.send(response, bandits().evaluate(name(request), number));
    }

    private void promote(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request, List.of("version", "actor", "reason"));
        Json.send(response, bandits().promote(name(request), version(body), actor(body), text(body, "reason")));
    }

    private void rollback(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request, List.of("actor", "reason"));
        Json.send(response, bandits().rollback(name(request), actor(body), text(body, "reason")));
    }

    private void decide(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request, List.of("event", "row"));
        JsonNode given = body.path("row");
        if (!given.isObject()) {
            throw Body.wrong("row", given, "an object of column and value");
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        given.properties().forEach(field -> row.put(field.getKey(), value(field.getKey(), field.getValue())));
        JsonNode event = body.path("event");
        Json.send(
                response,
                bandits().decide(
                        name(request),
                        event.isMissingNode() || event.isNull() ? null : text(body, "event"),
                        row));
    }

    private static @Nullable Object value(String column, JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isNumber()) {
            return value.numberValue();
        }
        throw Body.wrong("row." + column, value, "a number, a text or null");
    }

    private void reward(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request, List.of("decision", "profit", "correct"));
        JsonNode profit = body.path("profit");
        if (!profit.isNumber()) {
            throw Body.wrong("profit", profit, "a number, what a stake of 1 brought");
        }
        JsonNode correct = body.path("correct");
        if (!correct.isMissingNode() && !correct.isNull() && !correct.isBoolean()) {
            throw Body.wrong("correct", correct, "true or false");
        }
        Json.send(
                response,
                bandits().reward(name(request), text(body, "decision"), profit.doubleValue(), correct.asBoolean()));
    }

    private static JsonNode body(ServerRequest request, List<String> keys) {
        JsonNode given = Json.body(request);
        JsonNode body = given == null ? Json.object() : given;
        if (!body.isObject()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is not an object, as expected.", null);
        }
        for (String key : (Iterable<String>) body::fieldNames) {
            if (!keys.contains(key)) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST, "The key %s is unknown; expected %s.".formatted(key, keys), null);
            }
        }
        return body;
    }

    private static String text(JsonNode body, String key) {
        JsonNode value = body.path(key);
        if (!value.isTextual()) {
            throw Body.wrong(key, value, "a text");
        }
        return value.textValue();
    }

    private static String actor(JsonNode body) {
        JsonNode value = body.path("actor");
        return value.isTextual() && !value.textValue().isBlank() ? value.textValue() : API;
    }

    private static int version(JsonNode body) {
        JsonNode value = body.path("version");
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw Body.wrong("version", value, "a whole number from 1");
        }
        return value.intValue();
    }
}

package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.sync.Synchronisation;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables that are written back. */
final class SyncEndpoints {
    private final Backend backend;

    SyncEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/sync", this::status);
        routes.post("/api/v1/sync", this::run);
    }

    private void status(ServerRequest request, ServerResponse response) {
        new Parameters(request).check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("tables");
        backend.syncStatus(List.of()).forEach(table -> list.add(table.toJson()));
        Json.send(response, body);
    }

    private void run(ServerRequest request, ServerResponse response) {
        JsonNode given = Json.body(request);
        JsonNode body = given == null || given.isMissingNode() ? Json.object() : given;
        List<String> names = new ArrayList<>();
        JsonNode tables = body.path("tables");
        if (!body.isObject() || !(tables.isArray() || tables.isMissingNode())) {
            throw wrong("The body is no object with a list of `tables`");
        }
        for (JsonNode table : tables) {
            names.add(table.asText());
        }
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("tables");
        backend.sync(names, new Synchronisation.Request(flag(body, "dry_run"), flag(body, "full")))
                .forEach(table -> list.add(table.toJson()));
        Json.send(response, answer);
    }

    private static boolean flag(JsonNode body, String name) {
        @Nullable JsonNode value = body.get(name);
        if (value != null && !value.isBoolean()) {
            throw wrong("`%s` is neither true nor false".formatted(name));
        }
        return value != null && value.asBoolean();
    }

    private static KeelsonException wrong(String what) {
        return new KeelsonException(
                ErrorCode.BAD_REQUEST,
                what + ", as expected.",
                "Maybe send {\"tables\": [\"NAME\"], \"dry_run\": true}, or nothing to write all.");
    }
}

package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.Backend;
import dev.keelson.lineage.LineageGraph;
import dev.keelson.lineage.LineageQuery;
import dev.keelson.lineage.OpenLineageEvents;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Where things came from and what they led to. */
final class LineageEndpoint {
    private final Backend backend;

    LineageEndpoint(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/lineage", this::lineage);
        routes.get("/api/v1/lineage/openlineage", this::events);
    }

    private void lineage(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.lineage().graph(query(request)).toJson());
    }

    private void events(ServerRequest request, ServerResponse response) {
        LineageGraph graph = backend.lineage().graph(query(request));
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("events");
        new OpenLineageEvents(backend.project().name()).lines(graph).forEach(line -> list.add(Json.stored(line)));
        Json.send(response, body);
    }

    static LineageQuery query(ServerRequest request) {
        Parameters parameters = new Parameters(request);
        String of = parameters.text("of");
        Boolean up = parameters.flag("up");
        Boolean down = parameters.flag("down");
        int depth = parameters.number("depth", 0, LineageQuery.MOST_STEPS, LineageQuery.STEPS);
        int limit = parameters.number("limit", 1, LineageQuery.MOST_NEIGHBOURS, LineageQuery.NEIGHBOURS);
        int offset = parameters.number("offset", 0, 1_000_000, 0);
        if (of == null || of.isBlank()) {
            parameters.wrong("of", "missing", "the name of a node, such as a prediction's id or MODEL@v3");
        }
        parameters.check();
        return new LineageQuery(
                of == null ? "" : of,
                up == null ? !Boolean.TRUE.equals(down) : up,
                down == null ? !Boolean.TRUE.equals(up) : down,
                depth,
                limit,
                offset);
    }
}

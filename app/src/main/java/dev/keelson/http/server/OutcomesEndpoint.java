package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.SubmittedOutcomes;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** {@code POST /api/v1/outcomes}: one outcome, a list, {@code {"outcomes": [...]}}, or CSV. All are taken or none. */
final class OutcomesEndpoint {
    private final Backend backend;
    private final ServerMetrics metrics;

    OutcomesEndpoint(Backend backend, ServerMetrics metrics) {
        this.backend = backend;
        this.metrics = metrics;
    }

    void register(Routes routes) {
        routes.post("/api/v1/outcomes", this::post);
    }

    private void post(ServerRequest request, ServerResponse response) {
        JsonNode body = JournalEndpoints.rows(request);
        if (body == null) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is empty; expected a JSON object or a list of objects.", null);
        }
        ObjectNode answer = SubmittedOutcomes.json(backend.outcomes(
                new SubmittedOutcomes(backend.project(), backend::prediction).read(body, backend.clock().instant())));
        metrics.outcomes(
                answer.path("accepted").asInt(), answer.path("unmatched").asInt(), answer.path("corrected").asInt());
        Json.send(response, answer);
    }
}

package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.http.ApiDocument;
import dev.keelson.http.Backend;
import dev.keelson.http.mlflow.MlflowApi;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.SortedMap;

/** Is it alive, is it ready, what does it measure, what can be asked. */
final class Probes {
    private final Backend backend;
    private final ServerMetrics metrics;
    private final Admission admission;

    Probes(Backend backend, ServerMetrics metrics, Admission admission) {
        this.backend = backend;
        this.admission = admission;
        this.metrics = metrics;
    }

    /** Made when it is first asked for: a server that starts has other things to do. */
    private static final class Openapi {
        static final byte[] JSON = ApiDocument.load().json().toString().getBytes(StandardCharsets.UTF_8);
    }

    void register(Routes routes) {
        routes.get("/health", (request, response) -> {
            if (MlflowApi.asks(request)) {
                MlflowApi.healthy(response);
            } else {
                Json.send(response, Json.object().put("status", "up"));
            }
        });
        routes.get("/ready", this::ready);
        routes.get("/metrics", this::scrape);
        routes.get("/openapi.json", (request, response) -> {
            response.header(HeaderNames.CONTENT_TYPE, Json.MEDIA_TYPE);
            response.send(Openapi.JSON);
        });
    }

    private void ready(ServerRequest request, ServerResponse response) {
        if (admission.isDraining()) {
            throw new HttpFailure(
                    503, Problem.of(ErrorCode.NOT_READY, "The server is ending.", "Maybe ask another one."));
        }
        String reason = backend.notReadyReason();
        if (reason != null) {
            throw new HttpFailure(
                    503, Problem.of(ErrorCode.NOT_READY, reason, "Maybe `keelson run` has not finished yet."));
        }
        ObjectNode body = Json.object().put("status", "ready");
        SortedMap<String, Problem> stale = backend.stale();
        if (!stale.isEmpty()) {
            ArrayNode list = body.putArray("stale");
            stale.forEach((model, problem) -> list.addObject()
                    .put("model", model)
                    .put("code", problem.code().code())
                    .put("detail", problem.message())
                    .put("hint", problem.hint()));
        }
        Json.send(response, body);
    }

    private void scrape(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        response.send(metrics.scrape().getBytes(StandardCharsets.UTF_8));
    }
}

package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.mlflow.MlflowApi;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Is it alive, is it ready, what does it measure, what can be asked. */
final class Probes {
    private final Backend backend;
    private final ServerMetrics metrics;

    Probes(Backend backend, ServerMetrics metrics) {
        this.backend = backend;
        this.metrics = metrics;
    }

    /** Made when it is first asked for: a server that starts has other things to do. */
    private static final class Openapi {
        static final byte[] JSON = Yaml.toJson(resource("/openapi.yaml"));
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
        String reason = backend.notReadyReason();
        if (reason != null) {
            throw new HttpFailure(
                    503, Problem.of(ErrorCode.NOT_READY, reason, "Maybe `keelson run` has not finished yet."));
        }
        Json.send(response, Json.object().put("status", "ready"));
    }

    private void scrape(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        response.send(metrics.scrape().getBytes(StandardCharsets.UTF_8));
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Probes.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The resource %s cannot be read.".formatted(name), e);
        }
    }
}

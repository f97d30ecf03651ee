package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** The other registry that this one tells its changes. */
final class RegistryLinkEndpoints {
    private final Backend backend;

    RegistryLinkEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/registry", this::status);
        routes.post("/api/v1/registry/sync", this::sync);
        routes.get("/api/v1/registry/conflicts", this::conflicts);
        routes.post("/api/v1/registry/conflicts/{id}", this::settle);
    }

    private void status(ServerRequest request, ServerResponse response) {
        new Parameters(request).check();
        Json.send(response, backend.otherRegistry().status());
    }

    private void sync(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.otherRegistry().sync());
    }

    private void conflicts(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Boolean settled = parameters.flag("settled");
        parameters.check();
        Json.send(response, backend.otherRegistry().conflicts(settled != null && settled));
    }

    private void settle(ServerRequest request, ServerResponse response) {
        JsonNode body = Json.body(request);
        String keep = body == null ? "" : body.path("keep").asText("");
        if (body == null || !body.isObject() || !(keep.equals("local") || keep.equals("remote"))) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The body does not say which side is kept: `keep` must be `local` or `remote`.",
                    "Maybe send {\"keep\": \"local\", \"actor\": \"NAME\"}.");
        }
        Json.send(
                response,
                backend.otherRegistry()
                        .settle(
                                Parameters.path(request, "id"),
                                keep,
                                body.path("actor").asText("http")));
    }
}

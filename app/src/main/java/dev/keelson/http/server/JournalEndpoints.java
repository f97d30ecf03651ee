package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Backend;
import dev.keelson.http.CsvObjects;
import dev.keelson.http.PredictionJournal;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.ModelEventQuery;
import io.helidon.http.HttpMediaType;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The log beside predicting: trainings and evaluations, predictions of models served elsewhere, copies. */
final class JournalEndpoints {
    private final Backend backend;

    JournalEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/events", this::events);
        routes.post("/api/v1/events", this::tell);
        routes.post("/api/v1/predictions/reconcile", this::reconcile);
        routes.get("/api/v1/predictions/remote", this::remote);
        routes.post("/api/v1/models/{name}/predictions", this::submit);
    }

    /** The rows of a body, JSON or CSV; null when it has none. */
    static @Nullable JsonNode rows(ServerRequest request) {
        HttpMediaType type = request.headers().contentType().orElse(null);
        if (type != null && (type.text().startsWith("text/csv") || type.text().startsWith("application/csv"))) {
            return request.content().hasEntity() ? CsvObjects.read(request.content().as(String.class)) : null;
        }
        return Json.body(request);
    }

    private PredictionJournal journal() {
        return backend.journal();
    }

    private void events(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String kind = parameters.text("kind");
        if (kind != null && !kind.equals("evaluation") && !kind.equals("training")) {
            parameters.wrong("kind", kind, "evaluation or training");
        }
        int version = parameters.number("version", 1, Integer.MAX_VALUE, 0);
        var zone = backend.project().zone();
        var from = parameters.instant("from", zone);
        var to = parameters.instant("to", zone);
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        Json.send(
                response,
                journal()
                        .events(new ModelEventQuery(
                                kind == null ? null : ModelEventKind.valueOf(kind.toUpperCase(Locale.ROOT)),
                                parameters.text("model"),
                                version == 0 ? null : (Integer) version,
                                from,
                                to,
                                parameters.text("text"),
                                limit)));
    }

    private void tell(ServerRequest request, ServerResponse response) {
        Json.send(response, journal().tell(rows(request)));
    }

    private void submit(ServerRequest request, ServerResponse response) {
        Json.send(response, journal().submit(Parameters.path(request, "name"), rows(request)));
    }

    private void reconcile(ServerRequest request, ServerResponse response) {
        boolean repair = request.content().hasEntity() && Body.read(request, Set.of("repair")).flag("repair");
        Json.send(response, journal().reconcile(repair));
    }

    private void remote(ServerRequest request, ServerResponse response) {
        Json.send(response, journal().remote());
    }
}

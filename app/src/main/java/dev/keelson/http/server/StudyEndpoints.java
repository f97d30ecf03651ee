package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Studies.Request;
import dev.keelson.http.Studies.State;
import dev.keelson.http.Studies.Study;
import dev.keelson.train.ModelDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

/** Searches for settings of models: begin one, see how far it is and its trials, stop it. */
final class StudyEndpoints {
    private static final String LIST = "/api/v1/studies";

    private final Backend backend;

    StudyEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/models/{name}/studies", this::start);
        routes.get(LIST, this::list);
        routes.get(LIST + "/{id}", this::get);
        routes.get(LIST + "/{id}/trials", this::trials);
        routes.delete(LIST + "/{id}", this::cancel);
    }

    private void start(ServerRequest request, ServerResponse response) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        JsonNode given = Json.body(request);
        JsonNode body = given == null ? Json.object() : given;
        if (!body.isObject()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is not an object, as expected.", null);
        }
        Long trials = number(body, "trials");
        if (trials != null && trials != trials.intValue()) {
            throw Body.wrong("trials", body.path("trials"), "a smaller number");
        }
        JsonNode sampler = body.path("sampler");
        if (!sampler.isMissingNode() && !sampler.isNull() && !sampler.isTextual()) {
            throw Body.wrong("sampler", sampler, "a text");
        }
        JsonNode fresh = body.path("fresh");
        if (!fresh.isMissingNode() && !fresh.isBoolean()) {
            throw Body.wrong("fresh", fresh, "true or false");
        }
        Study study = backend.studies()
                .start(new Request(
                        model.name(),
                        trials == null ? null : trials.intValue(),
                        sampler.isTextual() ? sampler.asText() : null,
                        number(body, "seed"),
                        fresh.asBoolean()));
        if (study.state() == State.RUNNING) {
            response.status(Status.ACCEPTED_202);
            response.header(HeaderNames.LOCATION, LIST + "/" + study.id());
        }
        Json.send(response, study.toJson());
    }

    private static @Nullable Long number(JsonNode body, String name) {
        JsonNode value = body.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw Body.wrong(name, value, "a whole number");
        }
        return value.longValue();
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("studies");
        backend.studies().list().stream()
                .filter(each -> model == null || each.request().model().equals(model))
                .limit(limit)
                .forEach(each -> list.add(each.toJson()));
        Json.send(response, body);
    }

    private void get(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Json.send(
                response,
                backend.studies()
                        .find(id)
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.NOT_FOUND,
                                "There is no search for settings (%s).".formatted(id),
                                "Maybe look at " + LIST + "."))
                        .toJson());
    }

    private void trials(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.object();
        backend.studies().trials(Parameters.path(request, "id")).forEach(body.putArray("trials")::add);
        Json.send(response, body);
    }

    private void cancel(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.studies().cancel(Parameters.path(request, "id")).toJson());
    }
}

package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/outcomes}: one outcome, a list, or {@code {"outcomes": [...]}}. All are taken or none. */
final class OutcomesEndpoint {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> KEYS = Set.of("model", "entity", "prediction_id", "outcome", "known_at");
    private static final int MAX_PROBLEMS = 100;

    private final Backend backend;

    OutcomesEndpoint(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/outcomes", this::post);
    }

    private void post(ServerRequest request, ServerResponse response) {
        JsonNode body = read(request);
        JsonNode wrapped = body.get("outcomes");
        JsonNode list = body.isArray() ? body : wrapped != null && wrapped.isArray() ? wrapped : null;
        List<Problem> problems = new ArrayList<>();
        List<OutcomeEvent> events = new ArrayList<>();
        Instant now = backend.clock().instant();
        if (list == null) {
            add(body, "", now, events, problems);
        } else {
            for (int i = 0; i < list.size(); i++) {
                add(list.get(i), "outcomes[" + i + "].", now, events, problems);
            }
            if (list.isEmpty()) {
                problem(problems, ErrorCode.BAD_REQUEST, "outcomes", "There are no outcomes; expected at least one.", null);
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        backend.outcomes(events);
        Json.send(response, Json.object().put("accepted", events.size()));
    }

    private static JsonNode read(ServerRequest request) {
        if (!request.content().hasEntity()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is empty; expected a JSON object or a list of objects.", null);
        }
        try (InputStream in = request.content().inputStream()) {
            JsonNode body = MAPPER.readTree(in);
            if (body == null || !(body.isObject() || body.isArray())) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST, "The body is not an object or a list of objects, as expected.", null);
            }
            return body;
        } catch (JsonProcessingException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is not JSON: %s.".formatted(e.getOriginalMessage()), null, e);
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
    }

    private void add(JsonNode item, String place, Instant now, List<OutcomeEvent> events, List<Problem> problems) {
        if (!item.isObject()) {
            problem(problems, ErrorCode.BAD_REQUEST, place, "The outcome is not an object, as expected.", null);
            return;
        }
        int before = problems.size();
        item.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                problem(
                        problems,
                        ErrorCode.BAD_REQUEST,
                        place + key,
                        "The key %s is unknown; expected model, entity or prediction_id, outcome, known_at.".formatted(key),
                        null);
            }
        });
        String model = text(item, "model");
        String entity = text(item, "entity");
        String id = text(item, "prediction_id");
        String outcome = text(item, "outcome");
        if (id != null) {
            LoggedPrediction found = find(id, place, problems);
            if (found != null) {
                if (model != null && !model.equals(found.event().model())) {
                    problem(
                            problems,
                            ErrorCode.BAD_REQUEST,
                            place + "model",
                            "The prediction (%s) is of the model %s, not of %s."
                                    .formatted(id, found.event().model(), model),
                            null);
                }
                model = found.event().model();
                entity = found.event().entity();
            }
        } else if (entity == null) {
            problem(
                    problems,
                    ErrorCode.BAD_REQUEST,
                    place + "entity",
                    "Neither entity nor prediction_id is there; expected one of them.",
                    null);
        }
        ModelDefinition definition = model == null ? null : definition(model, place, problems);
        if (model == null && id == null) {
            problem(problems, ErrorCode.BAD_REQUEST, place + "model", "model is missing; expected a model's name.", null);
        }
        if (outcome == null) {
            problem(problems, ErrorCode.BAD_REQUEST, place + "outcome", "outcome is missing; expected a class.", null);
        } else if (definition != null && !definition.classes().contains(outcome)) {
            problem(
                    problems,
                    ErrorCode.BAD_REQUEST,
                    place + "outcome",
                    "The outcome (%s) is not a class of %s; expected one of %s."
                            .formatted(outcome, model, String.join(", ", definition.classes())),
                    null);
        }
        Instant knownAt = knownAt(item, place, now, problems);
        if (problems.size() == before && model != null && entity != null && outcome != null) {
            events.add(new OutcomeEvent(model, entity, outcome, knownAt));
        }
    }

    private @Nullable LoggedPrediction find(String id, String place, List<Problem> problems) {
        try {
            Optional<LoggedPrediction> found = backend.prediction(Parameters.uuid(id));
            if (found.isEmpty()) {
                problem(
                        problems,
                        ErrorCode.PREDICTION_NOT_FOUND,
                        place + "prediction_id",
                        "There is no prediction (%s) in the log.".formatted(id),
                        "Maybe the log's index has not caught up yet: try again, or send the entity.");
            }
            return found.orElse(null);
        } catch (KeelsonException e) {
            problem(problems, e.code(), place + "prediction_id", e.problems().getFirst().message(), null);
            return null;
        }
    }

    private @Nullable ModelDefinition definition(String model, String place, List<Problem> problems) {
        try {
            return Parameters.model(backend, model);
        } catch (KeelsonException e) {
            Problem problem = e.problems().getFirst();
            problem(problems, e.code(), place + "model", problem.message(), problem.hint());
            return null;
        }
    }

    private static Instant knownAt(JsonNode item, String place, Instant now, List<Problem> problems) {
        String value = text(item, "known_at");
        if (value == null) {
            return now;
        }
        try {
            return Instant.parse(value);
        } catch (DateTimeException e) {
            problem(
                    problems,
                    ErrorCode.BAD_REQUEST,
                    place + "known_at",
                    "The value (%s) of known_at is wrong; expected an instant such as 2020-05-01T12:00:00Z."
                            .formatted(value),
                    null);
            return now;
        }
    }

    private static @Nullable String text(JsonNode item, String name) {
        JsonNode value = item.get(name);
        return value == null || value.isNull() || value.asText().isBlank() ? null : value.asText();
    }

    private static void problem(
            List<Problem> problems, ErrorCode code, String field, String message, @Nullable String hint) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(Problem.at(code, new Location(field, 0, 0), message, hint));
        }
    }
}

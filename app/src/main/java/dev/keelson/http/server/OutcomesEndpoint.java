package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.OutcomeReceipt;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/outcomes}: one outcome, a list, or {@code {"outcomes": [...]}}. All are taken or none. */
final class OutcomesEndpoint {
    private static final Set<String> KEYS = Set.of("model", "entity", "prediction_id", "outcome", "known_at");
    private static final int MAX_PROBLEMS = 100;

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
        JsonNode body = read(request);
        JsonNode wrapped = body.get("outcomes");
        JsonNode list = body.isArray() ? body : wrapped != null && wrapped.isArray() ? wrapped : null;
        List<Problem> problems = new ArrayList<>();
        List<OutcomeEvent> events = new ArrayList<>();
        Instant now = backend.clock().instant();
        if (list == null) {
            add(body, "outcomes[0].", now, events, problems);
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
        Json.send(response, receipts(backend.outcomes(events)));
    }

    private ObjectNode receipts(List<OutcomeReceipt> receipts) {
        ObjectNode body = Json.object().put("accepted", receipts.size());
        ArrayNode list = Json.object().putArray("outcomes");
        int unmatched = 0;
        int corrected = 0;
        int repeated = 0;
        for (OutcomeReceipt receipt : receipts) {
            ObjectNode node = list.addObject();
            if (!receipt.event().model().isEmpty()) { // it is not known to what an unknown prediction_id belongs
                node.put("model", receipt.event().model());
            }
            node
                    .put("entity", receipt.event().entity())
                    .put("outcome", receipt.event().outcome())
                    .put("matched", receipt.matched())
                    .put("repeated", receipt.repeated());
            if (receipt.corrected()) {
                node.putObject("corrected")
                        .put("from", receipt.before())
                        .put("to", receipt.event().outcome());
                corrected++;
            }
            unmatched += receipt.matched() ? 0 : 1;
            repeated += receipt.repeated() ? 1 : 0;
        }
        metrics.outcomes(receipts.size(), unmatched, corrected);
        body.put("matched", receipts.size() - unmatched);
        body.put("unmatched", unmatched);
        body.put("corrected", corrected);
        body.put("repeated", repeated);
        body.set("outcomes", list);
        return body;
    }

    private static JsonNode read(ServerRequest request) {
        JsonNode body = Json.body(request);
        if (body == null) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is empty; expected a JSON object or a list of objects.", null);
        }
        if (!(body.isObject() || body.isArray())) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is not an object or a list of objects, as expected.", null);
        }
        return body;
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
        boolean unknownId = false;
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
            } else if (problems.size() == before) {
                entity = id; // kept under the name it came with
                unknownId = true;
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
        Set<String> classes = definition == null ? unknownId ? allClasses() : Set.of() : Set.copyOf(definition.classes());
        if (model == null && id == null) {
            problem(problems, ErrorCode.BAD_REQUEST, place + "model", "model is missing; expected a model's name.", null);
        }
        if (outcome == null) {
            problem(problems, ErrorCode.BAD_REQUEST, place + "outcome", "outcome is missing; expected a class.", null);
        } else if (definition != null && definition.isNumber() && !isNumber(outcome)) {
            problem(
                    problems,
                    ErrorCode.BAD_REQUEST,
                    place + "outcome",
                    "The outcome (%s) of %s must be a finite number.".formatted(outcome, model),
                    null);
        } else if (!classes.isEmpty() && !classes.contains(outcome)) {
            problem(
                    problems,
                    ErrorCode.BAD_REQUEST,
                    place + "outcome",
                    "The outcome (%s) is not a class of %s; expected one of %s."
                            .formatted(
                                    outcome,
                                    model == null ? "any model" : model,
                                    String.join(", ", definition == null ? classes : definition.classes())),
                    null);
        }
        Instant knownAt = knownAt(item, place, now, problems);
        if (problems.size() == before && entity != null && outcome != null) {
            events.add(new OutcomeEvent(model == null ? "" : model, entity, outcome, knownAt));
        }
    }

    private static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private Set<String> allClasses() {
        Set<String> classes = new TreeSet<>();
        backend.project().models().forEach(model -> classes.addAll(model.classes()));
        return classes;
    }

    /** The prediction of that id; null when the log holds none, or the id is none, which is a problem. */
    private @Nullable LoggedPrediction find(String id, String place, List<Problem> problems) {
        try {
            return backend.prediction(Parameters.uuid(id)).orElse(null);
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

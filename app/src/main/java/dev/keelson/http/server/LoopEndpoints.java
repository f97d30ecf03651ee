package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.http.Backend;
import dev.keelson.http.LoopService;
import dev.keelson.http.RolloutRequests;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Retraining, jobs that are asked for, and what the loop suggests. */
final class LoopEndpoints {
    private static final int LISTED = 50;
    private static final int MOST = 1_000;
    private static final List<String> RETRAINING =
            List.of("actor", "all", "callback", "if_drifted", "kind", "models", "reason", "thresholds", "trigger");
    private static final String SUGGESTION = "/api/v1/suggestions/{id}";

    private final Backend backend;

    LoopEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/retraining", this::retrain);
        routes.get("/api/v1/retraining", this::retrainings);
        routes.get("/api/v1/retraining/{id}", (request, response) ->
                Json.send(response, backend.loop().retraining(Parameters.path(request, "id"))));
        routes.post("/api/v1/jobs", this::job);
        routes.get("/api/v1/suggestions", this::suggestions);
        routes.get(SUGGESTION, (request, response) ->
                Json.send(response, backend.loop().suggestion(Parameters.path(request, "id"))));
        routes.post(SUGGESTION + "/accept", (request, response) -> decide(true, request, response));
        routes.post(SUGGESTION + "/dismiss", (request, response) -> decide(false, request, response));
    }

    private void retrain(ServerRequest request, ServerResponse response) {
        JsonNode body = CatalogEndpoints.body(request);
        AllProblems all = new AllProblems();
        all.check(() -> known(body, RETRAINING));
        // without models the rest is checked as if all were meant
        List<String> models = all.of(() -> models(body)).orElseGet(this::everyModel);
        if (models.isEmpty()) {
            all.throwIfAny();
            throw Body.wrong("models", body.path("models"), "models, of which the project has none");
        }
        RetrainCampaign.Asked asked = new RetrainCampaign.Asked(
                models,
                all.of(() -> trigger(body)).orElse(Trigger.CALL),
                all.of(() -> kind(body)).orElse(RetrainRequest.Kind.FULL),
                thresholds(body, all),
                all.of(() -> flag(body, "if_drifted")).orElse(false));
        JsonNode callback = body.path("callback");
        Optional<LoopService.By> by = all.of(() -> by(request, body));
        all.check(() -> backend.loop().check(asked, callback.isTextual() ? callback.asText() : null));
        all.throwIfAny();
        Json.send(response, backend.loop().retrain(asked, by.orElseThrow()));
    }

    private List<String> models(JsonNode body) {
        List<String> names = new ArrayList<>();
        for (JsonNode each : body.path("models")) {
            if (!each.isTextual()) {
                throw Body.wrong("models", body.path("models"), "a list of names of models");
            }
            if (!names.contains(each.asText())) {
                names.add(each.asText());
            }
        }
        boolean all = flag(body, "all");
        if (all == !names.isEmpty()) {
            throw Body.wrong("models", body.path("models"), "either names of models, or `all: true`");
        }
        return all ? everyModel() : names;
    }

    private List<String> everyModel() {
        return backend.project().models().stream().map(ModelDefinition::name).toList();
    }

    private static Trigger trigger(JsonNode body) {
        String word = body.path("trigger").asText("call");
        return Trigger.of(word)
                .filter(each -> each == Trigger.CALL || each == Trigger.MANUAL || each == Trigger.DRIFT)
                .orElseThrow(() -> Body.wrong("trigger", body.path("trigger"), "call, manual or drift"));
    }

    private static RetrainRequest.Kind kind(JsonNode body) {
        String word = body.path("kind").asText("full");
        for (RetrainRequest.Kind kind : RetrainRequest.Kind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw Body.wrong("kind", body.path("kind"), "full, update or reinforce");
    }

    private static SortedMap<String, Double> thresholds(JsonNode body, AllProblems all) {
        JsonNode node = body.path("thresholds");
        SortedMap<String, Double> thresholds = new TreeMap<>();
        all.check(() -> {
            if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
                throw Body.wrong("thresholds", node, "an object of numbers, such as {\"accuracy\": 0.7}");
            }
        });
        node.properties().forEach(each -> all.check(() -> {
            if (!each.getValue().isNumber()) {
                throw Body.wrong("thresholds." + each.getKey(), each.getValue(), "a number");
            }
            thresholds.put(each.getKey(), each.getValue().asDouble());
        }));
        return thresholds;
    }

    private static boolean flag(JsonNode body, String key) {
        JsonNode value = body.path(key);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw Body.wrong(key, value, "true or false");
        }
        return value.asBoolean();
    }

    private static LoopService.By by(ServerRequest request, JsonNode body) {
        JsonNode callback = body.path("callback");
        AllProblems all = new AllProblems();
        all.check(() -> {
            if (!callback.isMissingNode() && !callback.isNull() && !callback.isTextual()) {
                throw Body.wrong("callback", callback, "an address");
            }
        });
        Optional<String> reason = all.of(() -> CatalogEndpoints.reason(body));
        all.throwIfAny();
        @Nullable String address = callback.isTextual() ? callback.asText() : null;
        return new LoopService.By(CatalogEndpoints.actor(request, body), reason.orElseThrow(), address);
    }

    private void retrainings(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int limit = parameters.number("limit", 1, MOST, LISTED);
        parameters.check();
        Json.send(response, backend.loop().retrainings(limit));
    }

    private void job(ServerRequest request, ServerResponse response) {
        JsonNode body = CatalogEndpoints.body(request);
        List<String> keys = new ArrayList<>(List.of("actor", "callback", "model", "reason", "run"));
        String run = body.path("run").asText();
        if (run.equals("rollout")) {
            keys.addAll(RolloutRequests.KEYS);
        }
        String follows = "on_" + (run.equals("decay") ? run : "drift");
        keys.add(follows);
        AllProblems all = new AllProblems();
        all.check(() -> known(body, keys));
        all.check(() -> {
            if (!List.of("alert", "retrain").contains(body.path(follows).asText("alert"))) {
                throw Body.wrong(follows, body.path(follows), "alert or retrain");
            }
        });
        Optional<LoopService.By> by = all.of(() -> by(request, body));
        if (all.any()) {
            JsonNode callback = body.path("callback");
            all.check(() -> backend.loop().check(run, body, callback.isTextual() ? callback.asText() : null));
        }
        all.throwIfAny();
        Json.send(response, backend.loop().ask(run, body, by.orElseThrow()));
    }

    private void suggestions(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        String state = parameters.text("state");
        parameters.check();
        Json.send(response, backend.loop().suggestions(model, state));
    }

    private void decide(boolean accept, ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Change.By by = Change.read(request).by(() -> backend.loop().suggestion(id));
        Json.send(response, backend.loop().decide(id, accept, by.actor(), by.reason()));
    }

    private static void known(JsonNode body, List<String> keys) {
        List<Problem> problems = new ArrayList<>();
        for (String key : (Iterable<String>) body::fieldNames) {
            if (!keys.contains(key)) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The body has no field (%s); it may have %s.".formatted(key, keys.stream().sorted().toList()),
                        Suggestion.sentence(key, keys).orElse(null)));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }
}

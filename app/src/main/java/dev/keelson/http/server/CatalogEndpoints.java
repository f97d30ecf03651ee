package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.DriftCounts;
import dev.keelson.control.StepRecord;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.GovernanceJson;
import dev.keelson.http.KnownCaller;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ModelImport;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Models, versions, audit trail and replays. */
final class CatalogEndpoints {
    private static final int MAX_LIST = 1000;

    private final Backend backend;

    CatalogEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/models", this::models);
        routes.get("/api/v1/models/{name}", this::model);
        routes.get("/api/v1/models/{name}/versions", this::versions);
        routes.post("/api/v1/models/{name}/import", this::importModel);
        routes.get("/api/v1/audit", this::audit);
        routes.get("/api/v1/replays", this::replays);
    }

    private void models(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("models");
        backend.project().models().forEach(model -> list.add(model(model)));
        LoggedModel.all(backend.project()).stream().filter(LoggedModel::elsewhere).forEach(model -> list.add(elsewhere(model)));
        backend.governance().models().stream()
                .filter(model -> declared(model.name()).isEmpty())
                .forEach(model -> list.add(registered(model)));
        Json.send(response, body);
    }

    private Optional<ModelDefinition> declared(String name) {
        return backend.project().models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst();
    }

    private void model(ServerRequest request, ServerResponse response) {
        String asked = Parameters.path(request, "name");
        if (LoggedModel.isElsewhere(backend.project(), asked)) {
            Json.send(response, elsewhere(LoggedModel.of(backend.project(), asked)));
            return;
        }
        String name = Parameters.registered(backend, asked);
        Json.send(response, declared(name).map(this::model).orElseGet(() -> registered(backend.governance().model(name).orElseThrow())));
    }

    /** A model that the project file does not declare. */
    private ObjectNode registered(RegisteredModel model) {
        ObjectNode node = Json.object();
        node.put("name", model.name()).putNull("label").putNull("predicts").putArray("classes");
        for (String alias : List.of(ModelVersion.CHAMPION, ModelVersion.CHALLENGER)) {
            Integer number = model.aliases().get(alias);
            node.set(
                    alias,
                    number == null
                            ? null
                            : GovernanceJson.registered(backend.governance().version(model.name(), number)));
        }
        return node.put("declared", false);
    }

    /** A model that others serve: nothing of it is registered here. */
    private static ObjectNode elsewhere(LoggedModel model) {
        ObjectNode node = Json.object();
        node.put("name", model.name()).putNull("label").put("predicts", model.isNumber() ? "number" : "classes");
        model.classes().forEach(node.putArray("classes")::add);
        node.putNull(ModelVersion.CHAMPION).putNull(ModelVersion.CHALLENGER);
        node.put("declared", true).put("elsewhere", true);
        model.features().forEach(node.putArray("features")::add);
        return node;
    }

    private ObjectNode model(ModelDefinition model) {
        ObjectNode node = Json.object();
        node.put("name", model.name());
        node.put("label", model.label().address());
        node.put("predicts", model.isNumber() ? "number" : "classes");
        model.classes().forEach(node.putArray("classes")::add);
        for (String alias : List.of(ModelVersion.CHAMPION, ModelVersion.CHALLENGER)) {
            ModelVersion version = backend.alias(model.name(), alias).orElse(null);
            if (version == null) {
                node.putNull(alias);
            } else {
                node.set(alias, GovernanceJson.version(version));
            }
        }
        return node.put("declared", true);
    }

    private void versions(ServerRequest request, ServerResponse response) {
        String model = Parameters.registered(backend, Parameters.path(request, "name"));
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("versions");
        backend.governance().registered(model).forEach(version -> list.add(GovernanceJson.registered(version)));
        Json.send(response, body);
    }

    private void importModel(ServerRequest request, ServerResponse response) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        ModelImport.Outcome outcome =
                backend.importModel(model.name(), ImportBody.read(body(request), CatalogEndpoints::reason, CatalogEndpoints::actor));
        ObjectNode node = Json.object();
        node.set("version", GovernanceJson.version(outcome.version()));
        node.put("format", outcome.format());
        node.put("holds", outcome.holds());
        node.put("verified_rows", outcome.rows());
        node.put("verified_difference", outcome.worst());
        Json.send(response, node);
    }

    static String reason(JsonNode body, List<Problem> problems) {
        String reason = body.path("reason").asText("").strip();
        if (reason.isEmpty()) {
            problems.add(Problem.at(
                    ErrorCode.BAD_REQUEST,
                    new Location("reason", 0, 0),
                    "The reason is missing; expected one sentence for the audit trail.",
                    null));
        }
        return reason;
    }

    /**
     * Why something is done.
     *
     * @throws KeelsonException BAD_REQUEST when the body does not say
     */
    static String reason(JsonNode body) {
        List<Problem> problems = new ArrayList<>();
        String reason = reason(body, problems);
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return reason;
    }

    private static String actor(JsonNode body) {
        String actor = body.path("actor").asText("").strip();
        return actor.isEmpty() ? "api" : actor;
    }

    static JsonNode body(ServerRequest request) {
        JsonNode body = Json.body(request);
        if (body == null) {
            return Json.object();
        }
        if (!body.isObject()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is not an object, as expected.", null);
        }
        return body;
    }

    /** Who acts: whose token the request shows, else whom the body names. */
    static String actor(ServerRequest request, JsonNode body) {
        String caller = KnownCaller.of(request);
        return caller == null ? actor(body) : caller;
    }

    private void audit(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, MAX_LIST, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("audit");
        backend.audit(model, limit).forEach(entry -> list.add(entry(entry)));
        Json.send(response, body);
    }

    private static ObjectNode entry(AuditEntry entry) {
        ObjectNode node = Json.object();
        node.put("sequence", entry.sequence());
        node.put("at", entry.at().toString());
        node.put("actor", entry.actor());
        node.put("action", entry.action());
        node.put("model", entry.model());
        node.put("version", entry.version());
        node.put("reason", entry.reason());
        node.set("evidence", Json.stored(entry.evidence()));
        return node;
    }

    private void replays(ServerRequest request, ServerResponse response) {
        Map<String, ObjectNode> replays = new LinkedHashMap<>();
        for (StoredReport step : backend.reports("replay_step", null, Integer.MAX_VALUE)) {
            JsonNode models = Json.stored(step.document()).path("models");
            ObjectNode replay = replays.computeIfAbsent(step.subject(), id -> {
                ObjectNode created = Json.object();
                created.put("id", id);
                created.put("to", step.at().toString());
                created.put("steps", 0);
                created.putObject("models");
                return created;
            });
            replay.put("from", step.at().toString());
            if (!models.isEmpty()) {
                replay.put("steps", replay.path("steps").asInt() + 1);
            }
            ObjectNode timelines = (ObjectNode) replay.get("models");
            models.properties().forEach(entry -> {
                ArrayNode timeline = (ArrayNode) timelines.get(entry.getKey());
                (timeline == null ? timelines.putArray(entry.getKey()) : timeline).insert(0, entry.getValue());
            });
        }
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("replays");
        replays.forEach((id, replay) -> {
            ObjectNode counts = replay.putObject("drift_counts");
            replay.path("models").properties().forEach(entry -> {
                List<StepRecord> timeline = new ArrayList<>();
                entry.getValue().forEach(step -> timeline.add(StepRecord.fromJson(step)));
                counts.set(entry.getKey(), DriftCounts.of(timeline).toJson());
            });
            ObjectNode compared = replay.putObject("comparisons");
            for (ModelDefinition model : backend.project().models()) {
                backend.report("comparison-%s-%s".formatted(id, model.name()))
                        .ifPresent(report -> compared.set(model.name(), Json.stored(report.document())));
            }
            list.add(replay);
        });
        ObjectNode comparisons = body.putObject("comparisons");
        for (ModelDefinition model : backend.project().models()) {
            @Nullable StoredReport latest = backend.reports("comparison", model.name(), 1).stream()
                    .findFirst()
                    .orElse(null);
            if (latest != null) {
                comparisons.set(model.name(), Json.stored(latest.document()));
            }
        }
        Json.send(response, body);
    }
}

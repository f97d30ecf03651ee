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
import dev.keelson.http.ModelImport;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.ModelDefinition;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Models, versions, runs, audit trail and replays. */
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
        routes.get("/api/v1/runs", this::runs);
        routes.get("/api/v1/runs/{id}", this::run);
        routes.get("/api/v1/audit", this::audit);
        routes.get("/api/v1/replays", this::replays);
    }

    private void models(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("models");
        backend.project().models().forEach(model -> list.add(model(model)));
        Json.send(response, body);
    }

    private void model(ServerRequest request, ServerResponse response) {
        Json.send(response, model(Parameters.model(backend, Parameters.path(request, "name"))));
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
        return node;
    }

    private void versions(ServerRequest request, ServerResponse response) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("versions");
        backend.versions(model.name()).forEach(version -> list.add(GovernanceJson.version(version)));
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

    static String actor(JsonNode body) {
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

    private void runs(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, MAX_LIST, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("runs");
        backend.runs(model, limit).forEach(run -> list.add(run(run, false)));
        Json.send(response, body);
    }

    private void run(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Run run = backend.run(id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "There is no run (%s), or several begin so.".formatted(id),
                        "Maybe look at /api/v1/runs; at least 4 characters of an id are needed."));
        Json.send(response, run(run, true));
    }

    private static ObjectNode run(Run run, boolean whole) {
        ObjectNode node = Json.object();
        node.put("id", run.id());
        node.put("model", run.experiment());
        node.put("status", run.status().name().toLowerCase(Locale.ROOT));
        node.put("started_at", run.startedAt().toString());
        node.put("ended_at", run.endedAt() == null ? null : run.endedAt().toString());
        ObjectNode metrics = node.putObject("metrics");
        run.metrics().forEach((name, value) -> Json.number(metrics, name, value));
        if (whole) {
            ObjectNode params = node.putObject("params");
            run.params().forEach(params::put);
            ObjectNode tags = node.putObject("tags");
            run.tags().forEach(tags::put);
            ArrayNode artifacts = node.putArray("artifacts");
            run.artifacts().forEach(artifact -> artifacts
                    .addObject()
                    .put("path", artifact.path())
                    .put("sha256", artifact.sha256())
                    .put("bytes", artifact.bytes()));
            node.set("provenance", Json.stored(run.provenance()));
        }
        return node;
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

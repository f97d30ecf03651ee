package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.SourceDefinition;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureVector;
import dev.keelson.http.AlertService;
import dev.keelson.http.AdviceJson;
import dev.keelson.http.Bandits;
import dev.keelson.http.BaselineService;
import dev.keelson.http.Bets;
import dev.keelson.http.DriftService;
import dev.keelson.http.GenerationRequest;
import dev.keelson.http.LoopService;
import dev.keelson.http.ModelImport;
import dev.keelson.http.JobKind;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.PolicyRequest;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import dev.keelson.http.RolloutService;
import dev.keelson.http.ScheduleService;
import dev.keelson.http.SettingsService;
import dev.keelson.http.StreamService;
import dev.keelson.http.StudyRequest;
import dev.keelson.learn.calibration.ProbabilityRange;
import dev.keelson.monitor.DriftReport;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Governance;
import dev.keelson.sync.SyncOutcome;
import dev.keelson.sync.Synchronisation;
import dev.keelson.train.ModelDefinition;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A project that another process of this machine owns and serves.
 *
 * @param owner that process; closed with this
 */
record ServedProject(Project project, OwnerClient owner) implements LiveProject {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Override
    public List<Prediction> predict(
            String model, List<Map<String, @Nullable Object>> rows, PredictOptions options) {
        ModelDefinition definition = Projects.model(project, model);
        SourceDefinition source = Projects.source(project, definition.source());
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("rows", MAPPER.valueToTree(rows));
        body.put("durable", options.durable());
        if (options.asOf() != null) {
            body.put("as_of", options.asOf().toString());
        }
        if (options.version() != null) {
            body.put("version", options.version());
        }
        if (options.client() != null) {
            body.put("client", options.client());
        }
        if (options.metadata() != null) {
            body.set("metadata", options.metadata());
        }
        if (!options.details().isEmpty()) {
            var details = body.putArray("details");
            options.details().forEach(each -> details.add(each.name().toLowerCase(Locale.ROOT)));
        }
        JsonNode list = owner.post(path(model, "predict"), body).path("predictions");
        if (list.size() != rows.size()) {
            throw owner.unexpected("%d predictions for %d rows".formatted(list.size(), rows.size()), null);
        }
        List<Prediction> predictions = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            predictions.add(prediction(definition, RequestRow.entity(source, rows.get(i)), list.get(i)));
        }
        // brings the index up to date for those who list
        owner.get("/api/v1/predictions?limit=1");
        return predictions;
    }

    private Prediction prediction(ModelDefinition model, String entity, JsonNode node) {
        List<String> outputs = model.task().outputs();
        double[] probabilities = new double[outputs.size()];
        for (int c = 0; c < probabilities.length; c++) {
            JsonNode value = model.isNumber()
                    ? node.path("value")
                    : node.path("probabilities").path(outputs.get(c));
            if (!value.isNumber()) {
                throw owner.unexpected(
                        model.isNumber()
                                ? "no value"
                                : "no probability of the class (%s)".formatted(outputs.get(c)),
                        null);
            }
            probabilities[c] = value.doubleValue();
        }
        List<String> warnings = new ArrayList<>();
        node.path("warnings").forEach(each -> warnings.add(each.asText()));
        return new Prediction(
                UUID.fromString(node.path("id").asText()),
                model.name(),
                node.path("version").asInt(),
                entity,
                outputs,
                probabilities,
                Instant.parse(node.path("as_of").asText()),
                warnings,
                AdviceJson.read(node, outputs),
                details(node));
    }

    private static @Nullable PredictionDetails details(JsonNode node) {
        if (!node.has("features") && !node.has("contributions") && !node.has("probability_interval")) {
            return null;
        }
        return new PredictionDetails(
                node.has("features") ? features(node) : null,
                node.has("contributions") ? contributions(node.path("contributions")) : null,
                node.has("probability_interval") ? chance(node.path("probability_interval")) : null);
    }

    private static ProbabilityRange chance(JsonNode node) {
        return new ProbabilityRange(node.path("lower").asDouble(), node.path("upper").asDouble());
    }

    private static FeatureVector features(JsonNode node) {
        JsonNode list = node.path("features");
        List<String> names = new ArrayList<>();
        double[] values = new double[list.size()];
        byte[] statuses = new byte[values.length];
        long[] ages = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            JsonNode each = list.get(i);
            names.add(each.path("name").asText());
            values[i] = each.path("value").asDouble(Double.NaN);
            statuses[i] = FeatureStatus.valueOf(each.path("status").asText()).code();
            ages[i] = each.has("age_s") ? Math.round(each.path("age_s").asDouble() * 1e6) : FeatureVector.NO_AGE;
        }
        return new FeatureVector(
                names, values, statuses, ages, Instant.parse(node.path("as_of").asText()));
    }

    private static PredictionDetails.Contributions contributions(JsonNode node) {
        List<String> margins = new ArrayList<>();
        List<String> features = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        node.path("margins").properties().forEach(margin -> {
            boolean first = margins.isEmpty();
            margins.add(margin.getKey());
            margin.getValue().path("features").properties().forEach(feature -> {
                if (first) {
                    features.add(feature.getKey());
                }
                values.add(feature.getValue().asDouble());
            });
            values.add(margin.getValue().path("expected").asDouble());
        });
        return new PredictionDetails.Contributions(
                node.path("scale").asText(),
                margins,
                features,
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public PredictSignature signature(String model, @Nullable String version) {
        return PredictSignature.read(owner.get(path(model, "signature")
                + (version == null ? "" : OwnerClient.address("?version=%s", version))));
    }

    @Override
    public DriftReport checkDrift(String model) {
        return DriftReport.fromJson(owner.post(path(model, "drift-check")).toString());
    }

    @Override
    public DriftService drift(Path base) {
        return new ServedDrift(owner, project.folder(), base);
    }

    @Override
    public JsonNode checkHealth(String model) {
        return owner.post(path(model, "health"));
    }

    @Override
    public JsonNode checkDecay(String model) {
        return owner.post(path(model, "decay-check"));
    }

    @Override
    public JsonNode promote(Governance.Request request) {
        ObjectNode body = change(request.actor(), request.reason());
        return owner.post(
                path(request.model(), "promote"),
                body.put("version", request.version()).put("force", request.force()));
    }

    @Override
    public JsonNode approve(String model, int version, String actor, String reason) {
        return owner.post(path(model, "versions/" + version + "/approve"), change(actor, reason));
    }

    @Override
    public JsonNode reject(String model, int version, String actor, String reason) {
        return owner.post(path(model, "versions/" + version + "/reject"), change(actor, reason));
    }

    @Override
    public JsonNode rollback(String model, @Nullable Integer version, String actor, String reason, boolean force) {
        return owner.post(
                path(model, "rollback"), change(actor, reason).put("version", version).put("force", force));
    }

    private static ObjectNode change(String actor, String reason) {
        return JsonNodeFactory.instance.objectNode().put("actor", actor).put("reason", reason);
    }

    @Override
    public ModelImport.Outcome importModel(String model, ModelImport request) {
        ObjectNode body = change(request.actor(), request.reason());
        body.put("file_name", request.fileName()).put("file", request.file());
        body.put("samples", request.samples()).put("expected", request.expected());
        body.set("inputs", MAPPER.valueToTree(request.inputs()));
        body.set("classes", MAPPER.valueToTree(request.classes()));
        body.put("output", request.output()).put("link", request.link().id()).put("tolerance", request.tolerance());
        JsonNode node = owner.post(path(model, "import"), body);
        JsonNode worst = node.path("verified_difference");
        return new ModelImport.Outcome(
                version(model, node.path("version")),
                node.path("format").asText(),
                node.path("holds").asText(),
                node.path("verified_rows").asInt(),
                worst.isNumber() ? worst.doubleValue() : null);
    }

    @Override
    public JsonNode train(ModelTraining request) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        request.write(body);
        String model = Projects.model(project, request.model()).name();
        String id = owner.post(path(model, "trainings"), body).path("id").asText();
        String address = OwnerClient.address("/api/v1/trainings/%s", id);
        return JobWait.until(() -> owner.get(address), (done, of) -> {});
    }

    private static ModelVersion version(String model, JsonNode node) {
        return new ModelVersion(
                model,
                node.path("version").asInt(),
                node.path("run_id").asText(),
                node.path("sha256").asText(),
                ModelVersion.Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
                Instant.parse(node.path("trained_to").asText()),
                Instant.parse(node.path("created_at").asText()));
    }

    @Override
    public JsonNode validateFeatures(String model) {
        return owner.post(path(model, "feature-check"));
    }

    @Override
    public JsonNode generateFeatures(GenerationRequest request, Progress progress) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("budget", request.budget()).put("seed", request.seed());
        String model = Projects.model(project, request.model()).name();
        String id = owner.post(path(model, "feature-generations"), body).path("id").asText();
        String address = OwnerClient.address("/api/v1/feature-generations/%s", id);
        return JobWait.until(() -> owner.get(address), progress);
    }

    @Override
    public JsonNode tune(StudyRequest request, Progress progress) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("trials", request.trials()).put("sampler", request.sampler()).put("seed", request.seed());
        body.put("fresh", request.fresh());
        String model = Projects.model(project, request.model()).name();
        String id = owner.post(path(model, "studies"), body).path("id").asText();
        String address = OwnerClient.address("/api/v1/studies/%s", id);
        return JobWait.until(() -> owner.get(address), progress);
    }

    @Override
    public JsonNode policies(PolicyRequest request, boolean advise, Progress progress) {
        JobKind kind = advise ? JobKind.ADVICE : JobKind.POLICIES;
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        request.write(body);
        String model = Projects.model(project, request.model()).name();
        String id = owner.post(path(model, kind.path()), body).path("id").asText();
        String address = OwnerClient.address(kind.address() + "/%s", id);
        return JobWait.until(() -> owner.get(address), progress);
    }

    @Override
    public JsonNode benchmark(@Nullable String set, Progress progress) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("set", set);
        String id = owner.post("/api/v1/benchmarks", body).path("id").asText();
        String address = OwnerClient.address("/api/v1/benchmarks/%s", id);
        return JobWait.until(() -> owner.get(address), progress);
    }

    /** As {@link dev.keelson.http.Backend#sync}; waits for its end. */
    List<SyncOutcome> sync(List<String> names, Synchronisation.Request request) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("tables", MAPPER.valueToTree(names));
        body.put("dry_run", request.dryRun()).put("full", request.full());
        JsonNode answer = owner.post("/api/v1/sync", body);
        List<SyncOutcome> outcomes = new ArrayList<>();
        answer.path("tables").forEach(table -> outcomes.add(SyncOutcome.fromJson(table)));
        return outcomes;
    }

    private static String path(String model, String verb) {
        return OwnerClient.address("/api/v1/models/%s/", model) + verb;
    }

    @Override
    public RolloutService rollouts() {
        return new ServedRollouts(owner);
    }

    @Override
    public AlertService alerts() {
        return new ServedAlerts(owner);
    }

    @Override
    public SettingsService settings() {
        return new ServedSettings(owner);
    }

    @Override
    public ScheduleService schedules() {
        return new ServedSchedules(owner);
    }

    @Override
    public LoopService loop() {
        return new ServedLoop(owner);
    }

    @Override
    public boolean worksHere() {
        return false;
    }

    @Override
    public BaselineService baselines() {
        return new ServedBaselines(owner);
    }

    @Override
    public StreamService streams() {
        return new ServedStreams(owner);
    }

    @Override
    public void goOn(String model) {
        // the owner works
    }

    @Override
    public boolean workOnce() {
        return false; // the owner works
    }

    @Override
    public Bets bets() {
        return new ServedBets(owner);
    }

    @Override
    public Bandits bandits() {
        return new ServedBandits(owner);
    }

    @Override
    public void close() {
        owner.close();
    }
}

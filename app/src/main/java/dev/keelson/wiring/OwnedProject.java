package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.AlertService;
import dev.keelson.http.Bandits;
import dev.keelson.http.BaselineService;
import dev.keelson.http.Bets;
import dev.keelson.http.DriftService;
import dev.keelson.http.GenerationRequest;
import dev.keelson.http.LoopService;
import dev.keelson.http.GovernanceJson;
import dev.keelson.http.HealthReports;
import dev.keelson.http.ModelImport;
import dev.keelson.http.Jobs;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.PolicyRequest;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.RolloutService;
import dev.keelson.http.ScheduleService;
import dev.keelson.http.SettingsService;
import dev.keelson.http.StreamService;
import dev.keelson.http.StudyRequest;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.RollbackPreview;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A project that this process owns. */
record OwnedProject(LiveBackend backend) implements LiveProject {

    @Override
    public List<Prediction> predict(
            String model, List<Map<String, @Nullable Object>> rows, PredictOptions options) {
        List<Prediction> predictions = backend.predict(model, rows, options);
        backend.prediction(predictions.getFirst().id()); // brings the index up to date for those who list
        return predictions;
    }

    @Override
    public PredictSignature signature(String model, @Nullable String version) {
        return backend.signature(model, version);
    }

    @Override
    public JsonNode checkDecay(String model) {
        return backend.checkDecay(model);
    }

    @Override
    public DriftReport checkDrift(String model) {
        return backend.checkDrift(model);
    }

    @Override
    public DriftService drift(Path base) {
        return backend.drift().anywhere(base);
    }

    @Override
    public JsonNode checkHealth(String model) {
        return new HealthReports(backend).check(model).toJson();
    }

    @Override
    public JsonNode promote(Governance.Request request) {
        return GovernanceJson.promotion(backend.governance().promote(request));
    }

    @Override
    public JsonNode approve(String model, int version, String actor, String reason) {
        return GovernanceJson.promotion(backend.governance().approve(model, version, actor, reason));
    }

    @Override
    public JsonNode reject(String model, int version, String actor, String reason) {
        return backend.governance().reject(model, version, actor, reason).toJson();
    }

    @Override
    public JsonNode rollback(String model, @Nullable Integer version, String actor, String reason, boolean force) {
        RollbackPreview preview = backend.governance().preview(model, version);
        return GovernanceJson.rollback(backend.governance().rollback(model, version, actor, reason, force), preview);
    }

    @Override
    public ModelImport.Outcome importModel(String model, ModelImport request) {
        return backend.importModel(model, request);
    }

    @Override
    public JsonNode train(ModelTraining request) {
        String id = backend.trainings().start(request).id();
        return JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
    }

    @Override
    public JsonNode validateFeatures(String model) {
        return backend.validateFeatures(model).toJson();
    }

    @Override
    public JsonNode generateFeatures(GenerationRequest request, Progress progress) {
        String id = backend.generations().start(request).id();
        return JobWait.until(() -> backend.generations().get(id).toJson(), progress);
    }

    @Override
    public JsonNode tune(StudyRequest request, Progress progress) {
        String id = backend.studies().start(request).id();
        return JobWait.until(() -> backend.studies().get(id).toJson(), progress);
    }

    @Override
    public JsonNode policies(PolicyRequest request, boolean advise, Progress progress) {
        Jobs<PolicyRequest> jobs = advise ? backend.scheduleAdvice() : backend.policyComparisons();
        String id = jobs.start(request).id();
        return JobWait.until(() -> jobs.get(id).toJson(), progress);
    }

    @Override
    public RolloutService rollouts() {
        return backend.rollouts();
    }

    @Override
    public AlertService alerts() {
        return backend.alerts();
    }

    @Override
    public SettingsService settings() {
        return backend.settings();
    }

    @Override
    public ScheduleService schedules() {
        return backend.schedules();
    }

    @Override
    public LoopService loop() {
        return backend.loop();
    }

    @Override
    public boolean worksHere() {
        return true;
    }

    @Override
    public BaselineService baselines() {
        return backend.baselines();
    }

    @Override
    public StreamService streams() {
        return backend.streams();
    }

    @Override
    public void goOn(String model) {
        backend.schedules().goOn(model);
    }

    @Override
    public boolean workOnce() {
        return backend.schedules().workOnce();
    }

    @Override
    public Bets bets() {
        return backend.bets();
    }

    @Override
    public Bandits bandits() {
        return backend.bandits();
    }

    @Override
    public JsonNode benchmark(@Nullable String set, Progress progress) {
        String id = backend.benchmarks().start(set).id();
        return JobWait.until(() -> backend.benchmarks().find(id).orElseThrow().toJson(), progress);
    }

    @Override
    public void close() {
        backend.close();
    }
}

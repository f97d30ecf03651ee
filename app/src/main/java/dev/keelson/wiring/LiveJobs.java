package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.WideDrift;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.JobBody;
import dev.keelson.control.job.JobRun;
import dev.keelson.control.retrain.ModelSuggestion;
import dev.keelson.control.retrain.RetrainBook;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainChain;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.RetrainWorld;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.ValidationReport;
import dev.keelson.features.Materialization;
import dev.keelson.http.Backend;
import dev.keelson.http.BaselineService;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.HealthReports;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.RolloutRequests;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.health.HealthReport;
import dev.keelson.monitor.performance.CalibrationCheck;
import dev.keelson.monitor.performance.LimitReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.RetrainDefinition.NewData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What each kind of scheduled job does, by what the project can do anyway. */
final class LiveJobs {
    /** Whether it found something that a person should look at: exit code 1. */
    static final String FINDING = "finding";

    private static final String RETRAIN = "retrain";
    private static final Duration ROLLOUT_LOOK = Duration.ofSeconds(15);

    private final Backend backend;
    private final RetrainWorld world;
    private final RetrainBook retrainings;
    private final Alerts alerts;

    LiveJobs(Backend backend, RetrainWorld world, RetrainBook retrainings, Alerts alerts) {
        this.backend = backend;
        this.world = world;
        this.retrainings = retrainings;
        this.alerts = alerts;
    }

    Map<String, JobBody> bodies() {
        JobBody chain = new RetrainChain(world, backend.catalog(), backend.clock(), alerts);
        Map<String, JobBody> bodies = new HashMap<>();
        bodies.put("materialize", this::materialize);
        bodies.put("validate", this::validate);
        bodies.put("drift", this::drift);
        bodies.put("decay", this::decay);
        bodies.put("baseline", this::baseline);
        bodies.put("health", this::health);
        bodies.put("rollout", this::rollout);
        bodies.put(RETRAIN, chain);
        bodies.put("update", chain);
        bodies.put("reinforce", chain);
        bodies.put(RetrainCampaign.KIND, new RetrainCampaign(retrainings, backend.catalog(), backend.clock(), alerts));
        return bodies;
    }

    private static ObjectNode result(boolean finding, String message) {
        return JsonNodeFactory.instance.objectNode().put(FINDING, finding).put("message", message);
    }

    private JsonNode materialize(JobRun run) throws InterruptedException {
        run.progress(0, "Loads the sources.");
        long loaded = 0;
        long quarantined = 0;
        for (LoadReport report : backend.data().load(null)) {
            run.log("%s: %,d rows read, %,d new, %,d quarantined."
                    .formatted(report.source(), report.read(), report.loaded() + report.updated(), report.quarantined().size()));
            loaded += report.loaded() + report.updated();
            quarantined += report.quarantined().size();
        }
        run.progress(0.5, "Brings the online features up to date.");
        FeatureServing features = backend.features();
        if (features == null) {
            run.log("No online features: no data had been loaded when the server started.");
            newData(run);
            return result(quarantined > 0, "%,d rows loaded, %,d quarantined.".formatted(loaded, quarantined));
        }
        long written = 0;
        for (Materialization.Outcome outcome : features.materialize(Materialization.Request.INCREMENTAL, (source, rows, total) -> {})) {
            written += outcome.rows();
        }
        newData(run);
        return result(
                quarantined > 0,
                "%,d rows loaded, %,d quarantined, %,d online rows written.".formatted(loaded, quarantined, written));
    }

    private JsonNode validate(JobRun run) throws InterruptedException {
        run.progress(0, "Checks the sources.");
        List<ValidationReport> reports = backend.data().checkAll();
        long blocked = 0;
        for (ValidationReport report : reports) {
            boolean passed = report.accepted();
            run.log("%s: %s.".formatted(report.source(), passed ? "passed" : "blocked"));
            blocked += passed ? 0 : 1;
        }
        return result(blocked > 0, "%d of %d sources passed.".formatted(reports.size() - blocked, reports.size()));
    }

    private JsonNode drift(JobRun run) throws InterruptedException {
        String model = model(run);
        run.progress(0, "Checks the newest predictions against the training data.");
        DriftReport report = backend.checkDrift(model);
        boolean alarm = report.verdict() == DriftReport.Verdict.ALARM;
        String said = "%s: %s".formatted(report.verdict().word(), report.reason());
        run.log(said);
        JsonNode changes = streams(run, model);
        ObjectNode result = result(alarm || changes.valueStream().anyMatch(each -> !each.path("better").asBoolean()), said);
        result.put("verdict", report.verdict().word());
        result.set("drift", RetrainChain.judged(LiveRetraining.drift(report)));
        result.set("streams", changes);
        if (alarm && run.job().arguments().path("on_drift").asText().equals(RETRAIN)) {
            result.put("retraining", retrain(run, report, said));
            WideDrift.notWorth(report).ifPresent(why -> result.put("message", "%s %s".formatted(said, why)));
        }
        return result;
    }

    private JsonNode health(JobRun run) throws InterruptedException {
        String model = model(run);
        run.progress(0, "Judges how well the champion is.");
        HealthReport report = new HealthReports(backend).check(model);
        report.scores().forEach(score -> run.log("%s: %s".formatted(score.name(), score.sentence())));
        report.recommendations().forEach(each -> run.log(each.sentence()));
        ObjectNode result = result(Boolean.TRUE.equals(report.requiresRetraining()), "%s: %s".formatted(report.verdict(), report.why()));
        result.put("verdict", report.verdict());
        return result;
    }

    /** The changes that the streams of a model show since the last time. */
    private JsonNode streams(JobRun run, String model) {
        boolean watched = Projects.drift(backend.project(), model)
                .filter(monitor -> !monitor.streams().of().isEmpty())
                .isPresent();
        JsonNode found = watched ? backend.streams().check(model).path("found") : JsonNodeFactory.instance.arrayNode();
        found.forEach(each -> run.log(each.path("sentence").asText()));
        return found;
    }

    private JsonNode baseline(JobRun run) throws InterruptedException {
        String model = model(run);
        run.progress(0, "Makes the baselines anew.");
        JsonNode made = backend.baselines()
                .create(new BaselineService.Request(model, null, run.job().actor(), "The schedule asks for it."));
        List<String> ids = new ArrayList<>();
        for (JsonNode each : made.path("baselines")) {
            ids.add(each.path("id").asText());
            run.log("%s: %,d rows, %s.".formatted(each.path("id").asText(), each.path("rows").asLong(), each.path("origin").asText()));
        }
        ObjectNode result = result(false, "Made %s.".formatted(String.join(", ", ids)));
        ids.forEach(result.putArray("baselines")::add);
        return result;
    }

    private JsonNode decay(JobRun run) throws InterruptedException {
        String model = model(run);
        run.progress(0, "Compares the settled predictions with what the model was when it was tested.");
        JsonNode report = backend.checkDecay(model);
        String verdict = report.path("verdict").asText();
        boolean decayed = verdict.equals(DecayCheck.Verdict.DECAYED.word());
        String said = "%s: %s".formatted(verdict, report.path("reason").asText());
        run.log(said);
        JsonNode calibration = report.path("calibration");
        boolean off = calibration.path("verdict").asText().equals(CalibrationCheck.OFF);
        if (calibration.isObject()) {
            run.log(calibration.path("sentence").asText());
        }
        JsonNode limits = report.path("limits");
        boolean breached = limits.path("verdict").asText().equals(LimitReport.Verdict.BREACHED.word());
        if (limits.isObject()) {
            run.log(limits.path("reason").asText());
        }
        List<String> message = new ArrayList<>(List.of(said));
        if (breached) {
            message.add(limits.path("reason").asText());
        }
        if (off) {
            message.add(calibration.path("sentence").asText());
        }
        ObjectNode result = result(decayed || breached || off, String.join(" ", message));
        result.put("verdict", verdict).put("report", report.path("id").asText());
        if (decayed && run.job().arguments().path("on_decay").asText().equals(RETRAIN)) {
            result.put("retraining", ask(run, RetrainRequest.full(model, Trigger.DECAY), said));
        }
        return result;
    }

    /** Asks for a training, which the rules of the model may refuse; what came of that, in a sentence. */
    private String retrain(JobRun run, DriftReport report, String why) {
        RetrainRequest request = new RetrainRequest(
                report.model(), Trigger.DRIFT, RetrainRequest.Kind.FULL, new TreeMap<>(), false, LiveRetraining.drift(report));
        return ask(run, request, why);
    }

    private String ask(JobRun run, RetrainRequest request, String why) {
        if (LoggedModel.elsewhere(backend.project(), request.model()) != null) {
            return "Others serve %s: it cannot be trained here.".formatted(request.model());
        }
        Job check = run.job();
        boolean several = !check.schedule().isEmpty() && request.trigger() != Trigger.NEW_DATA;
        String id = several
                ? "%s.%s".formatted(RetrainCampaign.batch(check), request.model())
                : "%s.%s.%s".formatted(check.id(), request.trigger().word(), request.model());
        RetrainBook.Asked asked = retrainings.ask(request, id, check.schedule(), LiveRetraining.ACTOR, why);
        if (several && asked.asked()) {
            backend.catalog().update(tx -> RetrainCampaign.follow(tx, check, request.trigger(), backend.clock().instant()));
        }
        ModelSuggestion kept = asked.suggestion();
        if (kept != null && kept.state() == ModelSuggestion.State.OPEN) {
            alerts.raise(RetrainChain.suggestion(kept));
        }
        run.log(asked.sentence());
        return asked.sentence();
    }

    /** Asks for the training of models about which much is new. */
    private void newData(JobRun run) {
        for (ModelDefinition model : backend.project().models()) {
            NewData wanted = backend.project().policy(model.name()).retrain().onNewData();
            Optional<ModelVersion> champion = backend.alias(model.name(), ModelVersion.CHAMPION);
            if (wanted == null || champion.isEmpty()) {
                continue;
            }
            Optional<ModelVersion> newest = backend.versions(model.name()).stream().findFirst();
            Instant trained = newest.orElse(champion.get()).createdAt();
            long before = rowsLearned(newest.orElse(champion.get()), model.source());
            long now = backend.data().latest(model.source()).map(DatasetVersion::rows).orElse(0L);
            if (before == 0) {
                run.log("%s: the dataset version it learned from is not known any more, so new rows cannot be counted; the next training makes it known."
                        .formatted(model.name()));
            } else if (wanted.enough(before, now)) {
                RetrainRequest request = RetrainRequest.full(model.name(), Trigger.NEW_DATA);
                ask(run, request, "%,d rows of %s came since the training of %s on %,d.".formatted(now - before, model.source(), trained, before));
            }
        }
    }

    /** Rows of the dataset version that a version learned from; 0 where it is not known any more. */
    private long rowsLearned(ModelVersion version, String source) {
        String learned = backend.run(version.runId())
                .map(run -> RunPipeline.parsed(run.provenance()).path("dataset_version").asText())
                .orElse("");
        return backend.data().versions(source).stream()
                .filter(each -> each.id().equals(learned))
                .mapToLong(DatasetVersion::rows)
                .findFirst()
                .orElse(0);
    }

    private static String model(JobRun run) {
        return run.job().arguments().path("model").asText();
    }

    /** Begins a rollout and waits for its end, holding no worker. */
    private JsonNode rollout(JobRun run) throws InterruptedException {
        String model = model(run);
        JsonNode reached = run.checkpoint();
        if (reached == null) {
            RolloutPlan plan = RolloutRequests.plan(model, run.job().arguments().path("rollout"));
            Optional<Rollout> begun = backend.catalog().<Optional<Rollout>>read(tx -> tx.rollouts().open(model))
                    .filter(each -> each.candidate() == plan.version() && each.reason().equals(run.job().reason()));
            String id = begun.isPresent()
                    ? begun.get().id()
                    : backend.rollouts().start(plan, run.job().actor(), run.job().reason()).at("/rollout/id").asText();
            reached = JsonNodeFactory.instance.objectNode().put("rollout", id);
            run.checkpoint(reached);
        }
        JsonNode report = backend.rollouts().one(reached.path("rollout").asText());
        String state = report.at("/rollout/state").asText();
        if (state.equals("running") || state.equals("paused")) {
            return run.rest(backend.clock().instant().plus(ROLLOUT_LOOK), report.path("sentence").asText());
        }
        String verdict = report.at("/rollout/verdict").asText();
        ObjectNode result = result(!state.equals("promoted"), "%s: %s. %s".formatted(model, state, verdict).strip());
        result.set("rollout", report.path("rollout"));
        return result;
    }
}

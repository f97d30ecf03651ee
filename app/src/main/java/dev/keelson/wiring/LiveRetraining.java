package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.WideDrift;
import dev.keelson.control.job.JobRun;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.RetrainWorld;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Jobs;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.RolloutService;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.train.RetrainDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What retrainings need, by what the project can do anyway.
 *
 * @param fresh as {@link #nothingNew}
 */
record LiveRetraining(Backend backend, Function<String, Optional<String>> fresh) implements RetrainWorld {
    /** Who acts when nobody in person does. */
    static final String ACTOR = "keelson";

    private static final long LOOK_MILLIS = 200;

    @Override
    public RetrainDefinition definition(String model) {
        return backend.project().policy(model).retrain();
    }

    @Override
    public Governance governance() {
        return backend.governance();
    }

    @Override
    public ObjectNode drift(String model) {
        try {
            return drift(backend.checkDrift(model));
        } catch (KeelsonException e) {
            if (e.code().kind() != ErrorCode.Kind.USER && e.code() != ErrorCode.NOT_READY) {
                throw e;
            }
            return unchecked(e);
        } catch (IllegalArgumentException e) { // such as a reference of too few rows
            return unchecked(e);
        }
    }

    private static ObjectNode unchecked(RuntimeException e) {
        String why = String.valueOf(e.getMessage());
        return JsonNodeFactory.instance.objectNode()
                .put("verdict", "unchecked")
                .put("sentence", "Drift was not checked: %s".formatted(why.lines().findFirst().orElse(why)));
    }

    /** A report of drift in the numbers that a retraining keeps. */
    static ObjectNode drift(DriftReport report) {
        int features = report.features().size();
        int drifted = report.alarming().size();
        ObjectNode node = JsonNodeFactory.instance.objectNode()
                .put("verdict", report.verdict().word())
                .put("sentence", "%s: %s".formatted(report.verdict().word(), report.reason()))
                .put("features", features)
                .put("drifted", drifted)
                .put("rows", report.rows());
        WideDrift.notWorth(report).ifPresent(why -> node.put(WideDrift.NOT_WORTH, why));
        return node.put("ratio", features == 0 ? null : (Double) ((double) drifted / features));
    }

    @Override
    public Optional<String> nothingNew(String model) {
        return fresh.apply(model);
    }

    @Override
    public Optional<JsonNode> train(JobRun run, RetrainRequest request) throws InterruptedException {
        Jobs<ModelTraining> trainings = backend.trainings();
        String id;
        try {
            id = trainings.start(training(run, request)).id();
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.TRANSITION_REFUSED) {
                return Optional.empty(); // others are trained
            }
            throw e;
        }
        run.log("Training %s.".formatted(id));
        try {
            while (true) {
                Jobs.Job<ModelTraining> job = trainings.get(id);
                progress(run, job.progress());
                switch (job.state()) {
                    case RUNNING -> TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                    case DONE -> {
                        return Optional.of(result(id, job.result()));
                    }
                    case CANCELLED -> throw new KeelsonException(
                            ErrorCode.TRANSITION_REFUSED, "The training %s was cancelled.".formatted(id), null);
                    case FAILED -> throw failure(job.toJson());
                }
            }
        } catch (InterruptedException e) {
            trainings.cancel(id);
            throw e;
        }
    }

    private static ModelTraining training(JobRun run, RetrainRequest request) {
        return new ModelTraining(
                request.model(), ModelTraining.Kind.valueOf(request.kind().name()), null, null, null, null, null, 1, false,
                run.job().actor(), new ModelTraining.Step(run.job().id(), request.thresholds()));
    }

    private static void progress(JobRun run, Jobs.Progress progress) throws InterruptedException {
        double before = run.job().share();
        String stage = progress.stage();
        double done = progress.of() == 0 ? 0 : Math.min(1, (double) progress.done() / progress.of());
        run.progress(Math.max(before, 0.3 + 0.3 * done), stage == null ? "Trains." : "Trains: %s, %d of %d fits.".formatted(stage, progress.done(), progress.of()));
    }

    private static JsonNode result(String id, @Nullable JsonNode result) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        if (result instanceof ObjectNode object) {
            told.setAll(object);
        }
        return told.put("training", id);
    }

    private static KeelsonException failure(JsonNode job) {
        return new KeelsonException(
                ErrorCode.find(job.path("code").asText()).orElse(ErrorCode.INTERNAL),
                job.path("failure").asText(),
                job.path("hint").isTextual() ? job.path("hint").asText() : null);
    }

    @Override
    public String canary(String model, int version, double share, Duration hold, String reason) {
        RolloutPlan plan = RolloutPlan.of(
                model, version, Rollout.Kind.CANARY, share, List.of(), null, List.of(), Rollout.Sticky.ENTITY, true, null);
        return backend.rollouts().start(plan, ACTOR, reason).at("/rollout/id").asText();
    }

    @Override
    public long canaryAnswers(String model) {
        return backend.rollouts().status(model).at("/versions/1/served").asLong();
    }

    @Override
    public void endCanary(String model, int version, String reason) {
        boolean open = backend.catalog().read(tx -> tx.rollouts().open(model)).filter(each -> each.candidate() == version).isPresent();
        if (open) {
            backend.rollouts().change(model, RolloutService.Verb.ABORT, new RolloutService.Change(ACTOR, reason, false));
        }
    }
}

package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.control.PromotionCheck;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.retrain.Thresholds;
import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ModelTraining;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.LearnerPresets;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.ReinforceDefinition;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TrainingWatch;
import dev.keelson.train.UpdateDefinition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One training that somebody asks for, on the data as loaded. A full one and an update become the challenger, which the
 * usual gates judge, or the champion where there is none; an update that forgets is kept as a run and not registered.
 */
final class TrainJob {
    /** What came of it: {@code registered}, {@code unchanged}, {@code forgets}, {@code below} or {@code nothing}. */
    static final String STATUS = "status";

    private final Workspace workspace;
    private final Project project;
    private final ModelTraining request;
    private final InstantSource clock;
    private final TrainingPlace.Worker worker;
    private final TrainingWatch watch;
    private final Instant now;

    private TrainJob(
            Workspace workspace,
            Project project,
            ModelTraining request,
            InstantSource clock,
            TrainingPlace.Worker worker,
            TrainingWatch watch) {
        this.workspace = workspace;
        this.project = project;
        this.request = request;
        this.clock = clock;
        this.worker = worker;
        this.watch = watch;
        this.now = clock.instant();
    }

    /**
     * Trains.
     *
     * @param worker does the fits
     * @param watch follows the fits
     * @return what came of it, as a document
     * @throws KeelsonException as trainings do; MODEL_NOT_FOUND; NOT_ENOUGH_ROWS; BAD_REQUEST if a champion is to go on and
     *     cannot, or there is none; DATA_BLOCKED by the model's policy
     */
    static ObjectNode run(
            Workspace workspace,
            Project project,
            ModelTraining request,
            InstantSource clock,
            TrainingPlace.Worker worker,
            TrainingWatch watch) {
        return new TrainJob(workspace, project, request, clock, worker, watch).run();
    }

    private ObjectNode run() {
        ModelDefinition model = Projects.model(project, request.model());
        SortedMap<String, String> asked = new TreeMap<>();
        String learner = request.learner();
        if (learner != null) {
            model = model.withLearners(
                    LearnerPresets.NAMES.contains(learner)
                            ? LearnerPresets.of(learner, model.isNumber(), Projects.installed())
                            : List.of(new ModelDefinition.LearnerDefinition(learner, Map.of())));
            asked.put(TrainingPurpose.LEARNER, learner);
        }
        String condition = request.rows();
        if (condition != null) {
            String own = model.label().rows();
            model = model.ofRows(own == null ? condition : "(%s) and (%s)".formatted(own, condition));
            asked.put(TrainingPurpose.ROWS, condition);
        }
        Map<String, DatasetVersion> versions = workspace.latestWithViews(now);
        if (versions.isEmpty()) {
            throw waiting("no data are loaded");
        }
        ProjectModels models = ProjectModels.ofVersions(project.withModels(List.of(model)), versions);
        String source = models.waiting().get(model.name());
        if (source != null) {
            throw waiting("no row of the source (%s) is known yet".formatted(source));
        }
        Map<String, ModelRows> rows = models.rows();
        Workspace.fill(models, rows, workspace.read(models, versions));
        int known = Objects.requireNonNull(rows.get(model.name())).count(now);
        if (known < request.minRows()) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "The model %s has %,d rows with known labels; at least %,d were asked for."
                            .formatted(model.name(), known, request.minRows()),
                    "Maybe load more rows, or ask for fewer.");
        }
        BundleTrainer trainer = Objects.requireNonNull(workspace
                .trainers(
                        models,
                        rows,
                        () -> Workspace.ids(versions),
                        TrainingPurpose.PERSON.asking(asked),
                        workspace.place().by(worker),
                        project,
                        watch)
                .get(model.name()));
        Optional<ModelVersion> champion = workspace.catalog().read(tx -> {
            TrainedRuns.requireExperiment(tx, request.model());
            return tx.alias(request.model(), ModelVersion.CHAMPION);
        });
        Trained base = champion.map(each -> trainer.load(each, RunPipeline.run(workspace.catalog(), each)))
                .orElse(null);
        return switch (request.kind()) {
            case FULL -> full(trainer, base);
            case UPDATE, REINFORCE -> update(trainer, base);
        };
    }

    private KeelsonException waiting(String why) {
        return new KeelsonException(
                ErrorCode.NOT_ENOUGH_ROWS,
                "The model (%s) cannot be trained: %s.".formatted(request.model(), why),
                "Maybe run `keelson data load` first.");
    }

    private ObjectNode full(BundleTrainer trainer, @Nullable Trained base) {
        Kind kind = trainer.kind(base);
        return registered(trainer.train(now, kind, base), kind, base == null);
    }

    private ObjectNode update(BundleTrainer trainer, @Nullable Trained base) {
        if (base == null) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The model (%s) has no champion to go on from.".formatted(request.model()),
                    "Maybe `keelson train %s` trains the first one.".formatted(request.model()));
        }
        if (!trainer.sameRecipe(base.run())) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The champion of %s was trained by another definition than that of the project file: it cannot go on."
                            .formatted(request.model()),
                    "Maybe `keelson train %s` trains it anew.".formatted(request.model()));
        }
        TrainingPolicy policy = project.policy(request.model());
        boolean reinforces = request.kind() == ModelTraining.Kind.REINFORCE;
        UpdateDefinition update = reinforces
                ? policy.update()
                : policy.update().with(request.mode(), request.rounds(), request.learningRate());
        ReinforceDefinition reinforce =
                reinforces ? policy.reinforce().with(request.rounds(), request.learningRate()) : null;
        return switch (trainer.update(now, base, update, reinforce)) {
            case BundleTrainer.Updated.Nothing(String reason) ->
                document("nothing", reason).put("promoted", false);
            case BundleTrainer.Updated.Candidate(Trained trained) -> {
                Run run = trained.run();
                if (run.metrics().getOrDefault(TrainingOutcome.FORGETS, 0.0) == 0) {
                    yield registered(trained, Kind.REFRESH, false);
                }
                Run kept = RunPipeline.timed(run, now, clock.instant());
                workspace.catalog().update(tx -> TrainedRuns.put(tx, kept));
                yield told(document("forgets", "The update forgets: it is refused. " + difference(run, "old")), run)
                        .put("promoted", false);
            }
        };
    }

    private ObjectNode registered(Trained trained, Kind kind, boolean first) {
        Catalog catalog = workspace.catalog();
        ModelTraining.Step step = request.step();
        String below = step == null || first ? "" : below(trained.run(), step);
        if (!below.isEmpty()) {
            Run kept = RunPipeline.timed(trained.run(), now, clock.instant());
            catalog.update(tx -> TrainedRuns.put(tx, kept));
            return told(document("below", "It is not registered, as its test period does not meet the limits: " + below), kept)
                    .put("promoted", false);
        }
        String reason = first
                ? RunPipeline.FIRST
                : switch (request.kind()) {
                    case FULL -> "Trained by hand.";
                    case UPDATE -> "The champion went on from recent rows.";
                    case REINFORCE -> "The champion learned from its confident mistakes.";
                };
        RunPipeline.Registered registered =
                RunPipeline.register(catalog, trained, kind, now, clock, request.actor(), reason, evidence(step));
        ModelVersion version = registered.version();
        if (registered.added()) {
            ProjectPromotion.begin(project, catalog, version, step == null ? Map.of() : step.thresholds(), now);
        }
        String sentence = registered.added()
                ? request.kind() == ModelTraining.Kind.FULL
                        ? RunPipeline.summary(version, trained.run(), first || request.promote())
                        : "%s, %s. %s"
                                .formatted(
                                        version.label(),
                                        request.promote() ? "champion" : "challenger",
                                        difference(trained.run(), "old"))
                : "%s is the same model.".formatted(version.label());
        ObjectNode document = told(document(registered.added() ? "registered" : "unchanged", sentence), trained.run());
        document.put("version", version.version());
        document.put("model_sha256", version.sha256());
        document.put(
                "promoted",
                catalog.read(tx -> tx.alias(request.model(), ModelVersion.CHAMPION))
                        .filter(each -> each.version() == version.version())
                        .isPresent());
        return document;
    }

    /** What the test period shows against a version, in sentences; empty when nothing. */
    private String below(Run run, ModelTraining.Step step) {
        PromotionPolicyDefinition policy = Projects.loop(project, Projects.model(project, request.model())).promotion();
        return PromotionCheck.heldOut(Thresholds.applied(policy, step.thresholds()), run.metrics()).stream()
                .filter(line -> line.state() == PolicyLine.State.FAILED)
                .map(line -> "`%s`: %s".formatted(line.condition(), line.sentence()))
                .collect(Collectors.joining(" "));
    }

    private static String evidence(ModelTraining.@Nullable Step step) {
        ObjectNode evidence = JsonNodeFactory.instance.objectNode();
        return (step == null ? evidence : evidence.put("job", step.job())).toString();
    }

    private ObjectNode document(String status, String sentence) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("model", request.model())
                .put("kind", request.kind().key())
                .put(STATUS, status)
                .put("sentence", sentence);
    }

    private static ObjectNode told(ObjectNode document, Run run) {
        document.put("run", run.id());
        TrainedOn.of(run).ifPresent(on -> document.set(TrainedOn.FIELD, on.toJson()));
        document.put("mode", run.params().get(BundleTrainer.MODE));
        document.put("base_run", run.params().get(BundleTrainer.BASE));
        document.put("gates", run.tags().get(BeforeTraining.GATES));
        document.put("drift", run.tags().get(BeforeTraining.DRIFT));
        document.put("leaks", run.tags().get(BeforeTraining.LEAKS));
        document.put(BeforeTraining.LEAK_SIGNS, run.tags().get(BeforeTraining.LEAK_SIGNS));
        document.put(BeforeTraining.LABEL, run.tags().get(BeforeTraining.LABEL));
        ObjectNode metrics = document.putObject("metrics");
        run.metrics().forEach(metrics::put);
        return document;
    }

    /** Losses of both on a period, in words. */
    private static String difference(Run run, String period) {
        String loss = run.metrics().containsKey(period + "_mse") ? "mse" : "log_loss";
        return String.format(
                Locale.ROOT,
                "On %.0f %s rows the %s is %.4f, of the champion %.4f; difference %+.4f (95 %%: %+.4f to %+.4f), allowed %.4f.",
                run.metrics().getOrDefault(period + "_n", 0.0),
                period,
                loss.replace('_', ' '),
                run.metrics().getOrDefault(period + "_" + loss, Double.NaN),
                run.metrics().getOrDefault(period + "_base_" + loss, Double.NaN),
                run.metrics().getOrDefault(period + "_difference", Double.NaN),
                run.metrics().getOrDefault(period + "_difference_lower", Double.NaN),
                run.metrics().getOrDefault(period + "_difference_upper", Double.NaN),
                run.metrics().getOrDefault("old_allowed", Double.NaN));
    }
}

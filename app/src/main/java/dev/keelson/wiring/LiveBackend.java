package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.control.ServedEvidence;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.WideDrift;
import dev.keelson.control.retrain.RetrainBook;
import dev.keelson.control.retrain.RetrainChain;
import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureColumn;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.http.Backend;
import dev.keelson.http.BacktestRequest;
import dev.keelson.http.BaselineService;
import dev.keelson.http.Bets;
import dev.keelson.http.FeatureGaps;
import dev.keelson.http.FeatureHistory;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.GenerationRequest;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.Measurement;
import dev.keelson.http.ModelImport;
import dev.keelson.http.ModelPerformance;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.OtherRegistry;
import dev.keelson.http.PolicyRequest;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionJournal;
import dev.keelson.http.ReplayRequest;
import dev.keelson.http.RolloutService;
import dev.keelson.http.StageTimes;
import dev.keelson.http.StreamService;
import dev.keelson.http.StudyRequest;
import dev.keelson.id.Sha256;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.labels.LabelStatistics;
import dev.keelson.lineage.Lineage;
import dev.keelson.lineage.LoggedPredictions;
import dev.keelson.lineage.PredictionTraces;
import dev.keelson.lineage.StoredLineage;
import dev.keelson.monitor.BaselineCheck;
import dev.keelson.monitor.DataDriftCheck;
import dev.keelson.monitor.DataDriftSettings;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.WindowProfiles;
import dev.keelson.monitor.performance.WindowEstimates;
import dev.keelson.project.Project;
import dev.keelson.project.ServeDefinition;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.remote.RegistryCourier;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.OutcomeIntake;
import dev.keelson.serve.OutcomeReceipt;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.sync.SyncOutcome;
import dev.keelson.sync.SyncStatus;
import dev.keelson.sync.Synchronisation;
import dev.keelson.train.Backtest;
import dev.keelson.train.FeatureValidation;
import dev.keelson.train.ModelDefinition;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The running product over its real stores. Requests take an immutable snapshot of the models that serve by one volatile read
 * and never lock; a promotion publishes a new snapshot.
 */
public final class LiveBackend implements Backend, AutoCloseable {
    /** As it was when this began, but for monitors, policies and schedules, which are those of the file. */
    private volatile Project project;
    private final Supplier<Project> current;
    private final @Nullable Supplier<Map<String, String>> variables;
    private final InstantSource clock;
    private final Workspace workspace;
    private final @Nullable ProjectOwner owner;
    private final PredictionLog log;
    private final ServedEvidence evidence;
    private final PredictionIds eventIds = new PredictionIds();
    private final OutcomeIntake intake;
    private final JournalCopies copies;
    private final PredictionJournal journal;
    private final ReplayReports replays;
    private final EntityKeys entityKeys;
    private final Synchronisation synchronisation;
    private final FeatureHistory history;
    private final FileTree files;
    private final ProjectBandits bandits;
    private final @Nullable ProjectBets bets;
    private final ProjectRegistry otherRegistry;
    private @Nullable RegistryCourier courier;
    private final ProjectBenchmarks benchmarks;
    private final ModelExplanations explanations;
    private final ProjectJobs<GenerationRequest> generations;
    private final ProjectJobs<StudyRequest> studies;
    private final ProjectJobs<ModelTraining> trainings;
    private final ProjectJobs<PolicyRequest> policyComparisons;
    private final ProjectJobs<PolicyRequest> scheduleAdvice;
    private final ProjectJobs<ReplayRequest> replayRuns;
    private final Governance governance;
    private final Map<String, DatasetVersion> versions;
    private final @Nullable ProjectModels models;
    private final @Nullable OnlineFeatures online;
    private final @Nullable LiveFeatures features;
    private final Map<String, ModelRows> rows;
    private final Map<String, BundleTrainer> trainers;
    private boolean filled;
    private final @Nullable ServedVersions served;
    private final @Nullable Predictor predictor;
    private final @Nullable ServedProfiles profiles;
    private final @Nullable Shadows shadows;
    private final @Nullable ProjectRollouts rollouts;
    private final ProjectBaselines baselines;
    private final ProjectStreams streams;
    private final ProjectAlerts alerts;
    private final ProjectSchedules schedules;
    private final ProjectSettings settings;
    private final Callbacks callbacks;
    private final ProjectLoop loop;
    private final StageTimes stages = new StageTimes();
    private final FeatureGaps gaps = new FeatureGaps();
    private final EnginePool engines;

    private LiveBackend(
            Project project,
            Supplier<Project> current,
            @Nullable Supplier<Map<String, String>> variables,
            InstantSource clock,
            Workspace workspace,
            @Nullable ProjectOwner owner) {
        this.project = project;
        this.current = current;
        this.variables = variables;
        this.entityKeys = new EntityKeys(project);
        this.engines = new EnginePool(project.serve().engines());
        this.clock = clock;
        this.workspace = workspace;
        this.owner = owner;
        if (owner != null) {
            workspace.recover();
        }
        JournaledPredictionLog journaled = JournaledPredictionLog.open(workspace.state());
        this.log = journaled;
        this.evidence = new ServedEvidence(log, new SourcePrices(workspace, clock));
        this.log.catchUp();
        this.intake = new OutcomeIntake(log);
        this.copies = new JournalCopies(project, journaled, clock);
        this.journal = new PredictionJournal(project, new LogEntries(log, this::logRuns), this::outcomes, copies, clock);
        logRuns();
        this.history = new ProjectHistory(current, clock, false);
        this.bandits = new ProjectBandits(current, workspace, clock);
        this.benchmarks = new ProjectBenchmarks(
                project,
                clock,
                System::nanoTime,
                workspace.catalog(),
                this::benchmarked,
                Runtime.getRuntime().availableProcessors(),
                this::logRuns);
        this.explanations = new ModelExplanations(workspace, clock, this::prediction);
        Catalog catalog = workspace.catalog();
        this.files = workspace.files(clock);
        this.governance =
                new Governance(catalog, clock, new ProjectPromotion(this::project, catalog, () -> evidence, true), this::changed);
        this.generations = new ProjectJobs<>(new GenerationWork(catalog, clock), current, clock, catalog);
        this.studies = new ProjectJobs<>(
                new StudyWork(catalog, clock, Runtime.getRuntime().availableProcessors()), current, clock, catalog);
        this.trainings =
                new ProjectJobs<>(new TrainingWork(workspace, clock, this::worker, this::trained), current, clock, catalog);
        this.policyComparisons =
                new ProjectJobs<>(new PolicyWork(workspace, JobKind.POLICIES), current, clock, catalog);
        this.scheduleAdvice = new ProjectJobs<>(new PolicyWork(workspace, JobKind.ADVICE), current, clock, catalog);
        this.replayRuns = new ProjectJobs<>(new ReplayWork(workspace), current, clock, catalog);
        this.synchronisation = ProjectSync.of(workspace, () -> log, clock);
        this.replays = new ReplayReports(workspace.state(), workspace.catalog());
        this.otherRegistry = new ProjectRegistry(
                project,
                catalog,
                governance,
                new ArtifactBlobs(workspace.artifacts()),
                clock);
        this.versions = workspace.latestWithViews(clock.instant());
        if (versions.isEmpty()) {
            this.models = null;
            this.online = null;
            this.features = null;
            this.served = null;
            this.predictor = null;
            this.profiles = null;
            this.shadows = null;
            this.rollouts = null;
            this.rows = Map.of();
            this.trainers = Map.of();
        } else {
            ProjectModels compiled = ProjectModels.ofVersions(project, versions);
            this.models = compiled;
            this.rows = compiled.rows();
            this.trainers = workspace.trainers(
                    compiled, rows, () -> Workspace.ids(versions), TrainingPurpose.PERSON, workspace.place());
            LiveFeatures live = new LiveFeatures(project, current, clock, workspace, compiled, versions);
            this.features = live;
            this.online = live.online();
            this.served = new ServedVersions(
                    compiled, entityKeys, trainers, catalog, clock, project.catalogStore() != null);
            ServedProfiles tallied =
                    ServedProfiles.open(log, workspace.state().profiles(), compiled.plans());
            this.profiles = tallied;
            Shadows beside = new Shadows(tallied);
            this.shadows = beside;
            this.predictor = new Predictor(live.online(), tallied, beside, engines, clock, stages, gaps);
            this.rollouts = new ProjectRollouts(
                    project, catalog, governance, served, log, evidence, clock, project.catalogStore() != null);
            republish();
            rollouts.start();
        }
        ServeDefinition.Bets scored = project.serve().bets();
        this.bets = scored == null ? null : new ProjectBets(this, workspace, scored);
        this.baselines = new ProjectBaselines(
                project,
                workspace,
                log,
                clock,
                (model, monitor, now) -> {
                    ServedProfiles tallied = profiles;
                    return tallied == null || !tallied.knows(model)
                            ? now.minus(monitor.window())
                            : tallied.of(model).window(monitor.window(), monitor.minRows(), now).from();
                });
        this.alerts = new ProjectAlerts(AlertChannels.of(project.channels(), clock), catalog, clock);
        this.streams = new ProjectStreams(this::project, catalog, log, clock, this::inputNames, alerts::alerts);
        this.schedules = new ProjectSchedules(
                this::project, catalog, clock, this, alerts.alerts(), new NothingNew(workspace, current, clock));
        this.settings = new ProjectSettings(
                project.file(),
                variables == null ? Map::of : variables,
                catalog,
                clock,
                changed -> this.project = this.project.withOperations(changed));
        this.callbacks = new Callbacks(project.serve().callbacks(), catalog, clock);
        if (rollouts != null) {
            rollouts.tell(kept -> alerts.alerts().raise(RetrainChain.suggestion(kept)));
        }
        this.loop = new ProjectLoop(this, schedules, callbacks, evidence, alerts.alerts());
    }

    /**
     * Opens a project for serving; this process owns it until closed.
     *
     * @throws KeelsonException PROJECT_IN_USE when another process owns it
     */
    public static LiveBackend open(Project project, InstantSource clock) {
        return open(project, () -> project, null, clock);
    }

    /**
     * As {@link #open(Project, InstantSource)}.
     *
     * @param current reads the project as its file says now: by it data are checked and definitions registered, while what
     *     serves stays as it is
     */
    public static LiveBackend open(Project project, Supplier<Project> current, InstantSource clock) {
        return open(project, current, null, clock);
    }

    /**
     * As {@link #open(Project, Supplier, InstantSource)}; trainings are done by processes of their own, whose end, however
     * it comes, is not this one's.
     *
     * @param variables what the project file as it is now is read with; null where trainings are done in this process
     */
    public static LiveBackend open(
            Project project,
            Supplier<Project> current,
            @Nullable Supplier<Map<String, String>> variables,
            InstantSource clock) {
        ProjectOwner owner = Workspace.own(project);
        try {
            LiveBackend backend = new LiveBackend(project, current, variables, clock, new Workspace(project), owner);
            backend.startCourier();
            return backend;
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** Says where this process serves, for others that look for the owner of the project. */
    public void serving(String address, int port) {
        if (owner != null) {
            owner.serving(address, port);
        }
    }

    /** What commands on this machine show to a server of this project that asks for tokens; null when another process owns it. */
    public @Nullable String localToken() {
        return owner == null ? null : owner.owner().token();
    }

    /** Starts telling another registry, where the project names one, what changes here. */
    private void startCourier() {
        if (project.registry() != null) {
            RegistryCourier started = new RegistryCourier(
                    otherRegistry::send, Duration.ofSeconds(1), Duration.ofMinutes(5), new SecureRandom());
            courier = started;
            workspace.whenQueued(started::nudge);
        }
    }

    /** Starts bringing the index of the prediction log up to date in the background. */
    public void startIndexing() {
        if (log instanceof JournaledPredictionLog journaled) {
            journaled.startIndexing();
        }
        copies.start();
        if (bets != null) {
            var _ = bets.log(); // what waits for the webhook goes on
        }
    }

    /**
     * Starts doing what the schedules of the project file say and telling alerts, until it is closed.
     *
     * @param console its address, for the links of messages
     */
    public void startSchedules(String console) {
        alerts.start(console);
        callbacks.start();
        schedules.start();
    }

    @Override
    public ProjectAlerts alerts() {
        return alerts;
    }

    @Override
    public StreamService streams() {
        return new StreamService() {
            @Override
            public JsonNode check(String model) {
                catchUp();
                return streams.check(model);
            }

            @Override
            public JsonNode changes(String model) {
                return streams.changes(model);
            }
        };
    }

    @Override
    public BaselineService baselines() {
        return baselines;
    }

    @Override
    public ProjectSchedules schedules() {
        return schedules;
    }

    @Override
    public ProjectSettings settings() {
        return settings;
    }

    @Override
    public ProjectLoop loop() {
        return loop;
    }

    /** What may serve of a model changed: a retraining that waited for that, such as for a person to agree, goes on. */
    private void changed(String model) {
        republish();
        RetrainBook.wake(workspace.catalog(), clock.instant(), model);
    }

    private void republish() {
        ServedVersions versionsInMemory = served;
        if (versionsInMemory != null) {
            versionsInMemory.publish();
        }
    }

    /** The model in memory; null while it does not serve. */
    private @Nullable ServedModel serving(String model) {
        ServedVersions versionsInMemory = served;
        if (versionsInMemory == null) {
            return null;
        }
        return versionsInMemory.of(model);
    }

    @Override
    public Project project() {
        return project;
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public @Nullable FeatureServing features() {
        return features;
    }

    @Override
    public FeatureHistory history() {
        return history;
    }

    @Override
    public Jobs<GenerationRequest> generations() {
        return generations;
    }

    @Override
    public Jobs<StudyRequest> studies() {
        return studies;
    }

    @Override
    public ProjectBandits bandits() {
        return bandits;
    }

    @Override
    public RolloutService rollouts() {
        ProjectRollouts open = rollouts;
        return open == null ? RolloutService.NONE : open;
    }

    @Override
    public List<Measurement> measurements() {
        List<Measurement> all = new ArrayList<>(engines.measurements());
        ProjectRollouts open = rollouts;
        if (open != null) {
            all.addAll(open.measurements());
        }
        return all;
    }

    @Override
    public SortedMap<String, Problem> stale() {
        ServedVersions versionsInMemory = served;
        return versionsInMemory == null ? new TreeMap<>() : versionsInMemory.stale();
    }

    /** Brings the index of the log up to everything that was predicted before this call. */
    private void catchUp() {
        Shadows beside = shadows;
        if (beside != null) {
            beside.settle();
        }
        log.catchUp();
    }

    @Override
    public Bets bets() {
        return bets == null ? Bets.NONE : bets;
    }

    @Override
    public ProjectBenchmarks benchmarks() {
        return benchmarks;
    }

    @Override
    public ModelExplanations explanations() {
        return explanations;
    }

    /** What benchmarks work with, its rows filled. */
    private synchronized BenchmarkRun.Parts benchmarked() {
        ProjectModels compiled = models;
        OnlineFeatures read = online;
        if (compiled == null || read == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY, "No data has been loaded yet.", "Maybe run `keelson run`.");
        }
        fill(compiled);
        return new BenchmarkRun.Parts(workspace, compiled, rows, trainers, versions, entityKeys, read);
    }

    private synchronized void fill(ProjectModels compiled) {
        if (!filled) {
            Workspace.fill(compiled, rows, workspace.read(compiled, versions));
            filled = true;
        }
    }

    @Override
    public Jobs<PolicyRequest> policyComparisons() {
        return policyComparisons;
    }

    @Override
    public Jobs<PolicyRequest> scheduleAdvice() {
        return scheduleAdvice;
    }

    @Override
    public Jobs<ReplayRequest> replayRuns() {
        return replayRuns;
    }

    @Override
    public Jobs<ModelTraining> trainings() {
        return trainings;
    }

    @Override
    public PredictionTraces traces() {
        return Traces.of(workspace);
    }

    @Override
    public Lineage lineage() {
        return new StoredLineage(project, workspace.catalog(), workspace.datasets(), LoggedPredictions.of(log));
    }

    @Override
    public Datasets data() {
        return new Datasets(workspace, clock, current, Set.copyOf(Workspace.ids(versions).values()));
    }

    @Override
    public @Nullable String notReadyReason() {
        if (models == null) {
            return "No data has been loaded yet; `keelson run` loads it and trains.";
        }
        for (String model : models.waiting().keySet()) {
            return waits(models, model) + " `keelson run` loads it and trains.";
        }
        for (ModelPlan plan : models.plans()) {
            if (serving(plan.name()) == null) {
                Problem why = unfit(plan.name());
                return why == null
                        ? "The model (%s) has no champion yet; `keelson run` trains one.".formatted(plan.name())
                        : why.code() == ErrorCode.NOT_READY
                                ? why.message() + " `keelson run` trains a version by these."
                                : why.message();
            }
        }
        OnlineFeatures held = online;
        try {
            if (held != null) {
                held.refresh();
            }
        } catch (KeelsonException e) {
            return e.getMessage();
        }
        return null;
    }

    /** Why a model waits, in one sentence. */
    private static String waits(ProjectModels models, String model) {
        return "The model (%s) waits: no row of the source (%s) is known yet.".formatted(model, models.waiting().get(model));
    }

    @Override
    public List<Prediction> predict(
            String model, List<Map<String, @Nullable Object>> requests, PredictOptions options) {
        ServedModel snapshot = serving(model);
        ServedVersions versionsInMemory = served;
        Predictor ready = predictor;
        if (snapshot == null || versionsInMemory == null || ready == null) {
            Projects.model(project, model); // there is one
            Problem why = unfit(model);
            if (why != null) {
                throw new KeelsonException(why);
            }
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    models != null && models.waiting().containsKey(model)
                            ? waits(models, model)
                            : "The model (%s) has no champion yet.".formatted(model),
                    "Maybe run `keelson run`.");
        }
        String version = options.version();
        return ready.predict(
                snapshot, version == null ? null : versionsInMemory.named(snapshot, version), requests, options);
    }

    /** What is wrong with rows of a model, of all of them; empty when they can be predicted, or the model does not serve. */
    List<Problem> problems(String model, List<Map<String, @Nullable Object>> rows) {
        ServedModel snapshot = serving(model);
        return snapshot == null ? List.of() : Predictor.problems(snapshot, rows);
    }

    @Override
    public PredictSignature signature(String model, @Nullable String version) {
        ModelDefinition definition = Projects.model(project, model);
        ServedModel snapshot = serving(model);
        ServedVersions versionsInMemory = served;
        Integer number = null;
        String reason = null;
        if (snapshot == null || versionsInMemory == null) {
            Problem why = unfit(model);
            reason = why != null
                    ? why.message()
                    : models != null && models.waiting().containsKey(model)
                            ? waits(models, model)
                            : "The model (%s) has no champion yet.".formatted(model);
        } else {
            try {
                number = version == null
                        ? snapshot.champion().version().version()
                        : versionsInMemory.named(snapshot, version).version().version();
            } catch (KeelsonException e) {
                if (e.code() != ErrorCode.NOT_READY) {
                    throw e;
                }
                reason = e.problems().getFirst().message();
            }
        }
        return PredictSignatures.of(
                definition,
                models == null
                        ? null
                        : models.plans().stream()
                                .filter(plan -> plan.name().equals(model))
                                .findFirst()
                                .orElse(null),
                entityKeys,
                number,
                reason);
    }

    @Override
    public ParquetBodies parquet() {
        return new ParquetBodies();
    }

    @Override
    public boolean unload(String model, int version) {
        Projects.model(project, model);
        ServedVersions versionsInMemory = served;
        return versionsInMemory != null && versionsInMemory.forget(model, version);
    }

    /** Why a model does not serve; null when it does, or has no champion. */
    private @Nullable Problem unfit(String model) {
        ServedVersions versionsInMemory = served;
        return versionsInMemory == null ? null : versionsInMemory.unfit(model);
    }

    @Override
    public List<OutcomeReceipt> outcomes(List<OutcomeEvent> outcomes) {
        List<OutcomeReceipt> taken = intake.take(outcomes, new EntityTimes(project), clock.instant());
        ProjectRollouts open = rollouts;
        if (open != null) {
            open.settled();
        }
        return taken;
    }

    @Override
    public PredictionJournal journal() {
        return journal;
    }

    @Override
    public List<LoggedPrediction> predictions(PredictionQuery query) {
        catchUp();
        return log.find(query);
    }

    @Override
    public long countPredictions(PredictionQuery query) {
        catchUp();
        return log.count(query);
    }

    @Override
    public Optional<LoggedPrediction> prediction(UUID id) {
        catchUp();
        return log.find(id);
    }

    @Override
    public List<SyncOutcome> sync(List<String> names, Synchronisation.Request request) {
        return synchronisation.run(project.sync(names), request, (table, rows, total) -> {});
    }

    @Override
    public List<SyncStatus> syncStatus(List<String> names) {
        return synchronisation.status(project.sync(names));
    }

    @Override
    public List<String> usedFeatures(String model) {
        ProjectModels compiled = models;
        return ProjectDefinitions.features(
                compiled == null ? project.views() : compiled.views(), Projects.model(project, model));
    }

    @Override
    public ObjectNode removeDeletedRuns(Duration olderThan, boolean dryRun) {
        return new RunRetention(workspace, clock, log).collect(olderThan, dryRun);
    }

    @Override
    public Map<String, Double> importance(Run run) {
        return Importance.of(run, workspace.artifacts());
    }

    @Override
    public @Nullable String inputText(ModelVersion of, String input, double value) {
        ProjectModels compiled = models;
        if (compiled == null || Double.isNaN(value)) {
            return null;
        }
        return compiled.plans().stream()
                .filter(plan -> plan.name().equals(of.model()))
                .flatMap(plan -> plan.service().columns().stream()
                        .filter(column -> column.category() && column.name().equals(input))
                        .map(column -> Objects.requireNonNullElseGet(
                                plan.service().text(value), () -> String.format(Locale.ROOT, "#%.0f", value))))
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<String> inputNames(ModelVersion of) {
        return inputNames(of.model());
    }

    private List<String> inputNames(String model) {
        ProjectModels compiled = models;
        if (compiled == null) {
            return List.of();
        }
        for (ModelPlan plan : compiled.plans()) {
            if (plan.name().equals(model)) {
                List<String> names = new ArrayList<>(plan.service().names());
                names.addAll(plan.watchNames());
                return names;
            }
        }
        return List.of();
    }

    @Override
    public boolean isLogCrowded() {
        return log.isCrowded();
    }

    @Override
    public long journalLag() {
        return log.lag();
    }

    @Override
    public FeatureGaps featureGaps() {
        return gaps;
    }

    @Override
    public StageTimes stageTimes() {
        return stages;
    }

    @Override
    public FileTree files() {
        return files;
    }

    @Override
    public Catalog catalog() {
        return workspace.catalog();
    }

    @Override
    public List<ModelVersion> versions(String model) {
        return workspace.catalog().read(tx -> tx.versions(model));
    }

    @Override
    public Optional<ModelVersion> alias(String model, String alias) {
        return workspace.catalog().read(tx -> tx.alias(model, alias));
    }

    @Override
    public List<Run> runs(@Nullable String experiment, int limit) {
        return workspace.catalog().read(tx -> NestedRuns.top(tx, experiment, limit));
    }

    @Override
    public Optional<Run> run(String id) {
        return workspace.catalog().read(tx -> tx.run(id));
    }

    @Override
    public RunChecklist checklist(Run run) {
        return new Reproduction(workspace).checklist(run);
    }

    @Override
    public RunCheck check(Run run) {
        return new Reproduction(workspace).check(run);
    }

    @Override
    public Backtest backtest(BacktestRequest request) {
        Backtest judged = workspace.catalog().read(tx -> Backtests.run(tx, workspace.artifacts(), request));
        String run = request.run();
        tell(ModelEventKind.EVALUATION, request.model(), 0, run == null ? "" : run, judged.metrics(), metadata("kind", "backtest"));
        return judged;
    }

    @Override
    public Optional<byte[]> artifact(String sha256) {
        return workspace.artifacts().get(sha256);
    }

    @Override
    public List<AuditEntry> audit(@Nullable String model, int limit) {
        return workspace.catalog().read(tx -> tx.audit(model, limit));
    }

    @Override
    public List<StoredReport> reports(String kind, @Nullable String subject, int limit) {
        return ReplayReports.KINDS.contains(kind)
                ? replays.reports(kind, subject, limit)
                : workspace.catalog().read(tx -> tx.reports(kind, subject, limit));
    }

    @Override
    public Optional<StoredReport> report(String id) {
        return workspace.catalog().read(tx -> tx.report(id)).or(() -> replays.report(id));
    }

    @Override
    public LabelStatistics labelStatistics(LabelDefinition label) {
        return ProjectLabels.statistics(workspace, label);
    }

    @Override
    public synchronized FeatureValidation validateFeatures(String model) {
        return FeatureReports.validate(workspace, model, clock.instant());
    }

    @Override
    public DefinitionPlan plan() {
        return ProjectDefinitions.plan(current.get(), workspace.catalog());
    }

    @Override
    public synchronized DefinitionPlan apply(String actor, @Nullable List<String> expected) {
        return ProjectDefinitions.apply(workspace, current.get(), clock.instant(), actor, expected);
    }

    @Override
    public Governance governance() {
        return governance;
    }

    @Override
    public ModelCard card(String model, int version) {
        return ModelCards.of(project, workspace.catalog(), governance, this::run, this::artifact, this::checklist, model, version);
    }

    @Override
    public ModelVersion promote(String model, int number, String actor, String reason) {
        Projects.model(project, model);
        return governance
                .promote(new Governance.Request(model, number, actor, reason, false))
                .orRefuse();
    }

    @Override
    public ModelVersion rollback(String model, String actor, String reason) {
        Projects.model(project, model);
        return governance.rollback(model, null, actor, reason, false);
    }

    @Override
    public synchronized ModelImport.Outcome importModel(String model, ModelImport request) {
        Projects.model(project, model);
        requireReason(request.reason());
        ProjectModels compiled = models;
        BundleTrainer trainer = trainers.get(model);
        ModelPlan plan = compiled == null
                ? null
                : compiled.plans().stream().filter(each -> each.name().equals(model)).findFirst().orElse(null);
        if (plan == null || trainer == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The features of the model (%s) cannot be made yet: no data are known.".formatted(model),
                    "Maybe run `keelson data load` first.");
        }
        Set<String> texts = plan.service().columns().stream()
                .filter(FeatureColumn::category)
                .map(FeatureColumn::name)
                .collect(Collectors.toSet());
        ModelImporter.Verified file =
                ModelImporter.verify(plan.service().names(), texts, plan.definition().task(), request);
        Instant now = clock.instant();
        Map<String, String> params = new LinkedHashMap<>();
        params.put("file", request.fileName());
        params.put("file_sha256", Sha256.ofBytes(request.file()));
        params.put("format", file.format().id());
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("verified_rows", (double) file.rows());
        Double worst = file.worst();
        if (worst != null) {
            metrics.put("verified_difference", worst);
        }
        Trained imported = trainer.imported(file.bundle(), now, file.samples(), params, metrics);
        ModelVersion added = workspace.catalog().write(tx -> {
            List<ModelVersion> known = tx.versions(model);
            known.stream().filter(each -> each.sha256().equals(imported.sha256())).findFirst().ifPresent(each -> {
                throw new KeelsonException(
                        ErrorCode.TRANSITION_REFUSED, "The file is %s already.".formatted(each.label()), null);
            });
            int number = tx.nextVersion(model);
            ModelVersion version = new ModelVersion(
                    model,
                    number,
                    imported.run().id(),
                    imported.sha256(),
                    known.isEmpty() ? ModelVersion.Kind.INITIAL : ModelVersion.Kind.CHANGE,
                    now,
                    now);
            TrainedRuns.put(tx, imported.run());
            tx.addVersion(version);
            tx.addAudit(new AuditEntry(
                    0, now, request.actor(), "register", model, number, request.reason(), "{\"imported\":true}"));
            return version;
        });
        return new ModelImport.Outcome(added, file.format().id(), file.holds(), file.rows(), worst);
    }

    /** Lets serve what was trained, as it was asked for. */
    private synchronized void trained(ModelTraining request, ObjectNode result) {
        String run = result.path("run").asText();
        if (!run.isEmpty()) { // also where the model came out the same, and the run was not kept
            Map<String, Double> metrics = new LinkedHashMap<>();
            result.path("metrics").properties().forEach(each -> metrics.put(each.getKey(), each.getValue().asDouble(Double.NaN)));
            journal.tell(CatalogueEvents.event(
                    ModelEventKind.TRAINING,
                    CatalogueEvents.training(run),
                    clock.instant(),
                    request.model(),
                    result.path("version").asInt(0),
                    run,
                    metrics,
                    metadata("kind", result.path("kind").asText()).toString()));
        }
        if (request.promote() && result.has("version") && !result.path("promoted").asBoolean()) {
            promoted(request, result);
        } else {
            republish();
        }
    }

    private void promoted(ModelTraining request, ObjectNode result) {
        int version = result.path("version").asInt();
        PolicyReport report = governance.check(request.model(), version);
        if (report.verdict() != PolicyLine.State.PASSED) {
            republish();
            result.put("sentence", "%s. %s".formatted(result.path("sentence").asText(), report.sentence()));
            result.set("promotion", report.toJson());
            return;
        }
        Governance.Promotion promotion = governance.promote(new Governance.Request(
                request.model(), version, request.actor(), "Promoted as it was trained.", false));
        result.put("promoted", promotion.serves());
        result.set("promotion", promotion.report().toJson());
    }

    private TrainingPlace.Worker worker() {
        Supplier<Map<String, String>> read = variables;
        return read == null
                ? TrainingPlace.Worker.HERE
                : new WorkerTraining(
                        project.file(),
                        read.get(),
                        workspace.trainingScratch(),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.getRuntime().maxMemory());
    }

    private static void requireReason(String reason) {
        if (reason.isBlank()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "A reason is needed: it stays in the audit trail.", "Maybe add --reason \"...\".");
        }
    }

    @Override
    public synchronized DriftReport checkDrift(String model) {
        DriftMonitorDefinition monitor = Projects.drift(project, model).orElseThrow(() -> new KeelsonException(
                ErrorCode.BAD_REQUEST,
                "No drift monitor watches the model (%s).".formatted(model),
                "Maybe name it in `monitors` of the project file."));
        LoggedModel logged = LoggedModel.of(project, model);
        if (logged.elsewhere()) {
            catchUp();
            return checkDrift(new HandedIn(log, logged), monitor);
        }
        ServedModel snapshot = serving(model);
        BundleTrainer trainer = trainers.get(model);
        ServedProfiles tallied = profiles;
        if (snapshot == null || trainer == null || tallied == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY, "The model (%s) has no champion yet.".formatted(model), "Maybe run `keelson run`.");
        }
        catchUp();
        Instant now = clock.instant();
        WindowProfiles.Tallied window = tallied.of(model).window(monitor.window(), monitor.minRows(), now);
        List<BaselineCheck.Against> against = baselines.against(snapshot, trainer, monitor, window.from());
        BaselineCheck.Judged judged = BaselineCheck.check(
                model,
                snapshot.champion().version().version(),
                against,
                window.window(),
                monitor,
                now);
        DriftReport report = widened(
                judged.report(),
                trainer,
                snapshot.champion().version(),
                ServedWindow.between(log, model, window.from(), window.end()),
                monitor,
                against.getFirst().earlier());
        return keep(report, judged.beside(), now, snapshot.champion().version().runId());
    }

    /** Of a model that others serve: the newest of what was handed in against what was handed in before. */
    private DriftReport checkDrift(HandedIn all, DriftMonitorDefinition monitor) {
        Instant now = clock.instant();
        HandedIn.Part window = all.window(monitor, now);
        List<BaselineCheck.Against> against = baselines.against(all, monitor, window.from());
        BaselineCheck.Judged judged =
                BaselineCheck.check(all.model().name(), 0, against, all.judged(window), monitor, now);
        DriftReport report = WideDrift.of(
                judged.report(),
                against.getFirst().earlier(),
                monitor,
                List.of(), // its answers are columns already
                List.of(),
                List.of(),
                () -> Optional.of(DataDriftCheck.check(
                        all.reference(true).data(),
                        all.side(window, true).data(),
                        DataDriftSettings.ofModel(all.model().name(), monitor, window.from(), window.end()),
                        monitor.multivariate() ? ProjectDrift.learner() : null,
                        now)));
        return keep(report, judged.beside(), now, "");
    }

    /** Keeps the reports of a check and tells what should be known of them. */
    private DriftReport keep(DriftReport report, List<DriftReport> beside, Instant now, String run) {
        workspace.catalog().update(tx -> beside.forEach(each -> tx.putReport(BaselineCheck.stored(each))));
        keep(report, now, run);
        boolean trains = project.models().stream().anyMatch(each -> each.name().equals(report.model()))
                && project.schedules().stream()
                .anyMatch(each -> each.job() == ScheduleDefinition.Job.DRIFT && each.onFinding() == ScheduleDefinition.OnFinding.RETRAIN);
        new CheckAlerts(alerts.alerts())
                .drift(report, trains, () -> KnownPerformance.sentence(performance(report.model(), now)));
        return report;
    }

    /** Whether a model became worse, kept nowhere; null where no performance monitor watches it. */
    private @Nullable JsonNode performance(String model, Instant now) {
        return ModelPerformance.Watched.of(project).judged().contains(model) ? decay(LoggedModel.of(project, model), now) : null;
    }

    private ObjectNode decay(LoggedModel logged, Instant now) {
        ModelVersion champion = logged.elsewhere() ? null : alias(logged.name(), ModelVersion.CHAMPION).orElse(null);
        return ModelPerformance.of(this).decay(project, logged, champion, now);
    }

    /** Keeps a report of drift, and tells the journal. */
    private void keep(DriftReport report, Instant now, String run) {
        String model = report.model();
        workspace.catalog().update(tx -> tx.putReport(new StoredReport(
                "drift-" + model + "-" + now, "drift", model, now, report.verdict().word(), report.toJson().toString())));
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("rows", (double) report.rows());
        metrics.put("importance_share", report.importanceShare());
        metrics.put("false_alarm_share", report.falseAlarmShare());
        tell(
                ModelEventKind.EVALUATION,
                model,
                report.version(),
                run,
                metrics,
                metadata("kind", "drift").put("verdict", report.verdict().word()));
    }

    /** With the model's answers, and with segments and all columns together where the monitor asks for them. */
    private DriftReport widened(
            DriftReport report,
            BundleTrainer trainer,
            ModelVersion version,
            ServedWindow window,
            DriftMonitorDefinition monitor,
            List<DriftReport> earlier) {
        ServedWindow before = ServedWindow.before(log, report.model(), version.version(), window.from());
        return WideDrift.of(
                report, earlier, monitor, trainer.outputs(), before.outputs(), window.outputs(), () -> {
                    ProjectModels compiled = models;
                    if (compiled == null) {
                        return Optional.empty();
                    }
                    fill(compiled);
                    return trainer.tables(version, window.asked(), monitor, report.at());
                });
    }

    @Override
    public ProjectDrift drift() {
        return new ProjectDrift(
                project.folder(),
                false,
                clock,
                new DriftSides.ProjectTables(project, workspace.datasets(), new LiveModelTables()),
                report -> workspace.catalog().update(tx -> tx.putReport(report)));
    }

    /** What the models were trained on, and were asked. */
    private final class LiveModelTables implements DriftSides.ModelTables {
        @Override
        public DriftSide training(String model) {
            synchronized (LiveBackend.this) {
                if (LoggedModel.isElsewhere(project, model)) {
                    return handedIn(model).reference(false);
                }
                return DriftSide.of(trainer(model).inputs(Objects.requireNonNull(serving(model)).champion().version()));
            }
        }

        private HandedIn handedIn(String model) {
            catchUp();
            return new HandedIn(log, LoggedModel.of(project, model));
        }

        @Override
        public DriftSide served(String model, DriftSides.@Nullable When time) {
            synchronized (LiveBackend.this) {
                Optional<DriftMonitorDefinition> monitor = Projects.drift(project, model);
                Duration length = time != null && time.last() != null
                        ? time.last()
                        : monitor.map(DriftMonitorDefinition::window).orElse(Duration.ofDays(7));
                int least = time == null ? monitor.map(DriftMonitorDefinition::minRows).orElse(100) : 0;
                if (LoggedModel.isElsewhere(project, model)) {
                    HandedIn all = handedIn(model);
                    return time != null && time.last() == null
                            ? all.between(time.from(), time.to())
                            : all.side(all.window(length, least, clock.instant()), false);
                }
                BundleTrainer trainer = trainer(model);
                catchUp();
                ServedWindow window = time != null && time.last() == null
                        ? ServedWindow.between(
                                log,
                                model,
                                Objects.requireNonNullElse(time.from(), Instant.EPOCH),
                                Objects.requireNonNullElse(time.to(), clock.instant().plus(Duration.ofDays(3_650))))
                        : ServedWindow.of(
                                log,
                                model,
                                length,
                                least,
                                clock.instant());
                return new DriftSide(trainer.served(window.asked()), window.from(), window.end());
            }
        }

        @Override
        public DriftSides.Rows baseline(String id) {
            return baselines.rows(id);
        }

        /** Its trainer, with all rows; the model has a champion. */
        private BundleTrainer trainer(String model) {
            LoggedModel.of(project, model);
            BundleTrainer trainer = trainers.get(model);
            ProjectModels compiled = models;
            if (serving(model) == null || trainer == null || compiled == null) {
                throw new KeelsonException(
                        ErrorCode.NOT_READY,
                        "The model (%s) has no champion yet.".formatted(model),
                        "Maybe run `keelson run`.");
            }
            fill(compiled);
            return trainer;
        }
    }

    @Override
    public synchronized JsonNode checkDecay(String model) {
        LoggedModel logged = LoggedModel.of(project, model);
        catchUp();
        Instant now = clock.instant();
        ModelVersion champion = logged.elsewhere() ? null : alias(model, ModelVersion.CHAMPION).orElse(null);
        ObjectNode report = decay(logged, now);
        String verdict = report.path("verdict").asText();
        String id = "decay-" + model + "-" + now;
        report.put("id", id);
        workspace.catalog().update(tx -> tx.putReport(new StoredReport(id, "decay", model, now, verdict, report.toString())));
        Map<String, Double> metrics = new LinkedHashMap<>();
        report.path("metrics").forEach(each -> metrics.put(each.path("metric").asText(), each.path("observed").asDouble(Double.NaN)));
        tell(
                ModelEventKind.EVALUATION,
                model,
                champion == null ? 0 : champion.version(),
                champion == null ? "" : champion.runId(),
                metrics,
                metadata("kind", "decay").put("verdict", verdict));
        new CheckAlerts(alerts.alerts()).decay(report);
        return report;
    }

    @Override
    public WindowEstimates.Learners estimators() {
        return Projects.estimators();
    }

    private static ObjectNode metadata(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    /** Writes a training or an evaluation into the journal; what is not finite of the metrics is left out. */
    private void tell(
            ModelEventKind kind, String model, int version, String run, Map<String, Double> metrics, ObjectNode metadata) {
        Instant now = clock.instant();
        journal.tell(CatalogueEvents.event(kind, eventIds.next(now), now, model, version, run, metrics, metadata.toString()));
    }

    /** Brings into the log what was trained and benchmarked without it. */
    private void logRuns() {
        if (owner != null) {
            synchronized (journal) {
                CatalogueEvents.write(project, workspace.catalog(), log);
            }
        }
    }

    @Override
    public OtherRegistry otherRegistry() {
        return otherRegistry;
    }

    @Override
    public void close() {
        RegistryCourier started = courier;
        if (started != null) {
            started.close();
        }
        schedules.close();
        callbacks.close();
        alerts.close();
        generations.close();
        studies.close();
        ProjectRollouts open = rollouts;
        if (open != null) {
            open.close();
        }
        engines.close();
        Shadows beside = shadows;
        if (beside != null) {
            beside.close();
        }
        if (served != null) {
            served.close();
        }
        bandits.close();
        if (bets != null) {
            bets.close();
        }
        benchmarks.close();
        trainings.close();
        policyComparisons.close();
        scheduleAdvice.close();
        replayRuns.close();
        copies.close();
        ServedProfiles tallied = profiles;
        if (tallied != null && owner != null) {
            tallied.close();
        } else if (tallied != null) {
            tallied.stop();
        }
        log.close();
        workspace.close();
        if (owner != null) {
            owner.close();
        }
    }
}

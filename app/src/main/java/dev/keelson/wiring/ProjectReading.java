package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.BacktestRequest;
import dev.keelson.http.Benchmarks;
import dev.keelson.http.Explanations;
import dev.keelson.lineage.Lineage;
import dev.keelson.lineage.LoggedPredictions;
import dev.keelson.lineage.PredictionTraces;
import dev.keelson.lineage.StoredLineage;
import dev.keelson.monitor.performance.Bet;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.RunSlices;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.runs.References;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.train.Backtest;
import dev.keelson.train.BenchmarkDefinition;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the state of a project, also while another process owns it, where nothing can be written, and on a full disk.
 * Where there is no state yet it finds nothing, and makes none. What is newer than the owner's index of predictions may be missing. Not safe for use by several threads.
 */
public final class ProjectReading implements AutoCloseable {
    private final @Nullable Workspace workspace;
    private final StateFolder state;
    private @Nullable PredictionLog log;

    /** Bets of the latest data that a model of the project scores, by their key. */
    public Map<String, Bet> bets(Project project, String model) {
        return workspace == null ? Map.of() : BetPrices.latest(project, workspace, model);
    }

    /** @param workspace null while nothing is catalogued; predictions of models that others serve may be there already */
    private ProjectReading(@Nullable Workspace workspace, StateFolder state) {
        this.workspace = workspace;
        this.state = state;
    }

    /** Opens; the caller closes. */
    public static ProjectReading open(Project project) {
        Workspace workspace = Workspace.reading(project);
        if (workspace.hasCatalog()) {
            return new ProjectReading(workspace, workspace.state());
        }
        workspace.close();
        return new ProjectReading(null, workspace.state());
    }

    /** Versions of a model, newest first. */
    public List<ModelVersion> versions(String model) {
        return read(tx -> tx.versions(model), List.of());
    }

    /** The version an alias points to. */
    public Optional<ModelVersion> alias(String model, String alias) {
        return read(tx -> tx.alias(model, alias), Optional.empty());
    }

    /** The rollouts that are open, by model. */
    public List<Rollout> rollouts() {
        return read(tx -> tx.rollouts().open(), List.of());
    }

    /**
     * Experiments and runs, whoever logged them; empty where nothing was stored yet.
     *
     * @param clock not asked by what only looks
     */
    public Optional<TrackedRuns> tracked(InstantSource clock) {
        return workspace == null ? Optional.empty() : Optional.of(new TrackedRuns(workspace.catalog(), clock));
    }

    /** The run of that id, or of a unique beginning of an id of at least 4 characters. */
    public Optional<Run> run(String id) {
        return read(tx -> tx.run(id), Optional.empty());
    }

    /**
     * The run that a text names, as {@link References#run} takes it.
     *
     * @throws KeelsonException USAGE, RUN_NOT_FOUND, MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    public Run named(String text) {
        return workspaceOf(text)
                .catalog()
                .read(tx -> tx.run(References.run(tx, text).id()).orElseThrow());
    }

    /**
     * The registered version that a text names, as {@link References#version(CatalogTransaction, String)} takes it.
     *
     * @param model whose version a bare word such as {@code 3} or {@code champion} is; null where the text names the model
     * @throws KeelsonException USAGE, MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    public RegisteredVersion version(@Nullable String model, String text) {
        Workspace open = workspace;
        if (open == null) {
            throw new KeelsonException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "There is no version (%s): no model has been trained yet.".formatted(text),
                    "Maybe run `keelson run`.");
        }
        return open.catalog()
                .read(tx -> model == null ? References.version(tx, text) : References.version(tx, model, text));
    }

    /** All registered models by name, also those that the project does not declare. */
    public List<RegisteredModel> registeredModels(InstantSource clock) {
        return workspace == null ? List.of() : governance(clock).models();
    }

    /** All versions of a registered model, whoever registered them, the highest first. */
    public List<RegisteredVersion> registered(InstantSource clock, String model) {
        return workspace == null ? List.of() : governance(clock).registered(model);
    }

    /**
     * That a model is the project's or is registered.
     *
     * @throws KeelsonException MODEL_NOT_FOUND with the closest name
     */
    public void requireModel(Project project, String name) {
        boolean registered = read(tx -> tx.registry().model(name).isPresent(), false);
        if (!registered) {
            Projects.model(project, name);
        }
    }

    private Workspace workspaceOf(String run) {
        Workspace open = workspace;
        if (open == null) {
            throw new KeelsonException(
                    ErrorCode.RUN_NOT_FOUND,
                    "There is no run (%s): nothing has been trained yet.".formatted(run),
                    "Maybe run `keelson run`.");
        }
        return open;
    }

    /** What the run needs so that it can be made again, passed or failed. */
    public RunChecklist checklist(Run run) {
        return reproduction().checklist(run);
    }

    /** What the run was made with against what there is now, without training. */
    public RunCheck check(Run run) {
        return reproduction().check(run);
    }

    /** Trains the run again and compares; nothing of it is kept. */
    public Reproduced reproduce(Run run) {
        return reproduction().again(run);
    }

    /**
     * The bytes of a run's files by their paths.
     *
     * @throws KeelsonException STORE_DAMAGED if one is missing or was changed
     */
    public Map<String, byte[]> files(Run run) {
        Workspace open = Objects.requireNonNull(workspace, "there is a run, so there are stores");
        Map<String, byte[]> files = new TreeMap<>();
        for (Run.Artifact artifact : run.artifacts()) {
            files.put(
                    artifact.path(),
                    open.artifacts()
                            .get(artifact.sha256())
                            .orElseThrow(() -> new KeelsonException(
                                    ErrorCode.STORE_DAMAGED,
                                    "The file (%s) of the run (%s) is missing from the artifact store."
                                            .formatted(artifact.path(), run.id()),
                                    "Maybe the folder artifacts was restored from an older backup.")));
        }
        return files;
    }

    /** What is wrong with the files that a run was stored with, one sentence for each fault. */
    public List<String> faults(Run run) {
        return workspace == null ? List.of() : KeptFiles.faults(run, workspace.artifacts());
    }

    /** What a training wrote and its run no longer lists; empty when nothing is missed. */
    public Optional<String> lost(Run run) {
        return workspace == null ? Optional.empty() : KeptFiles.lost(run, workspace.artifacts());
    }

    /** The files of its runs and of logged models, for reading. */
    public FileTree tree() {
        return Objects.requireNonNull(workspace, "there is a run, so there are stores").files(InstantSource.system());
    }

    private Reproduction reproduction() {
        return new Reproduction(Objects.requireNonNull(workspace, "there is a run, so there are stores"));
    }

    /**
     * What a run's predictions of its test period would have earned.
     *
     * @throws KeelsonException RUN_NOT_FOUND; USAGE when stakes are asked of a model that holds what it ranks highest
     */
    public Backtest backtest(BacktestRequest request) {
        Workspace open = workspace;
        if (open == null) {
            throw new KeelsonException(
                    ErrorCode.RUN_NOT_FOUND,
                    "Nothing was trained yet, so there is no backtest of the model (%s).".formatted(request.model()),
                    "Maybe run `keelson run`.");
        }
        return open.catalog().read(tx -> Backtests.run(tx, open.artifacts(), request));
    }

    /** The features that mattered to a run, the most important first, each with its share. */
    public Map<String, Double> importance(Run run) {
        return workspace == null ? Map.of() : Importance.of(run, workspace.artifacts());
    }

    /**
     * Why models tell what they tell.
     *
     * @throws KeelsonException NOT_READY when there is no state yet
     */
    public Explanations explanations(InstantSource clock) {
        Workspace open = workspace;
        if (open == null) {
            throw new KeelsonException(ErrorCode.NOT_READY, "No model has been trained yet.", "Maybe run `keelson run`.");
        }
        return new ModelExplanations(open, clock, id -> {
            PredictionLog held = log();
            return held == null ? Optional.empty() : held.find(id);
        });
    }

    /**
     * The newest report of a benchmark, judged by the targets of the set as they are now.
     *
     * @param set as {@link dev.keelson.http.Benchmarks#start} takes it
     * @return empty when it never ran, or when one of its models or the data are others since
     * @throws KeelsonException NOT_FOUND; USAGE
     */
    public Optional<JsonNode> benchmarked(Project project, @Nullable String set) {
        BenchmarkDefinition wanted = ProjectBenchmarks.set(project, set);
        return reports(BenchmarkReport.KIND, wanted.name(), 1).stream().findFirst().flatMap(stored -> {
            ObjectNode report = (ObjectNode) RunPipeline.parsed(stored.document());
            boolean current = wanted.models().size() == report.path("benchmarks").size()
                    && wanted.models().stream().allMatch(model -> current(report, model))
                    && data(report);
            if (!current) {
                return Optional.empty();
            }
            BenchmarkReport.judge(report, wanted);
            return Optional.of(report);
        });
    }

    private boolean current(JsonNode report, String model) {
        JsonNode measured = BenchmarkReport.model(report, model);
        int version = alias(model, ModelVersion.CHAMPION).map(ModelVersion::version).orElse(0);
        return measured != null && measured.path("version").asInt() == version;
    }

    /** Whether the data are those of a report. */
    private boolean data(JsonNode report) {
        Workspace open = Objects.requireNonNull(workspace, "there is a report, so there are stores");
        return open.latest().entrySet().stream()
                .allMatch(each ->
                        report.path("dataset_versions").path(each.getKey()).asText().equals(each.getValue().id()));
    }

    /** Reports of benchmarks, newest first; of one set when it is not null. */
    public List<Benchmarks.Benchmark> benchmarks(@Nullable String set, int limit) {
        return reports(BenchmarkReport.KIND, set, limit).stream()
                .map(ProjectBenchmarks::of)
                .toList();
    }

    /**
     * The name of the set that is meant where none is named: the only one, or all models.
     *
     * @throws KeelsonException NOT_FOUND if there is no model; USAGE if there are several sets
     */
    public static String benchmarkSet(Project project) {
        return ProjectBenchmarks.set(project, null).name();
    }

    /** The report of a benchmark by its id, or the newest one of a set. */
    public Optional<Benchmarks.Benchmark> benchmark(String idOrSet) {
        return report(idOrSet)
                .filter(each -> each.kind().equals(BenchmarkReport.KIND))
                .map(ProjectBenchmarks::of)
                .or(() -> benchmarks(idOrSet, 1).stream().findFirst());
    }

    /**
     * Metrics of a run's test period with intervals, by segment, and its weak slices: as they were kept, or judged anew with
     * the segments and metrics of the project file as it is now. A training in a replay kept none and is judged now.
     *
     * @throws KeelsonException NOT_FOUND when it had no test period; NOT_READY when it is to be judged anew and its data or
     *     its model's definition are others now
     */
    public ObjectNode slices(Run run, boolean again) {
        Workspace open = Objects.requireNonNull(workspace, "there is a run, so there are stores");
        boolean full = "full".equals(run.params().get(BundleTrainer.MODE));
        if (full && (again || !RunSlices.has(run))) {
            return RunSlices.of(run, reproduction().judged(run).document());
        }
        return RunSlices.of(run, open.artifacts()::get);
    }

    /** Audit entries, newest first; of one model when it is not null. */
    public List<AuditEntry> audit(@Nullable String model, int limit) {
        return read(tx -> tx.audit(model, limit), List.of());
    }

    /** Reports of a kind, newest first; of one subject when it is not null. */
    public List<StoredReport> reports(String kind, @Nullable String subject, int limit) {
        return read(tx -> tx.reports(kind, subject, limit), List.of());
    }

    /** The report of that id. */
    public Optional<StoredReport> report(String id) {
        return read(tx -> tx.report(id), Optional.empty());
    }

    /** A demo or a replay that has not come to its end; the demo when it is both. */
    public Optional<UnfinishedWork> unfinished() {
        return read(
                tx -> UnfinishedWork.of(tx, UnfinishedWork.DEMO).or(() -> UnfinishedWork.of(tx, UnfinishedWork.REPLAY)),
                Optional.empty());
    }

    /** Whether the process that began some work is at it still. */
    public boolean running(UnfinishedWork work) {
        Long process = work.process();
        return workspace != null
                && process != null
                && ProjectOwner.live(workspace.state())
                        .filter(owner -> owner.pid() == process)
                        .isPresent();
    }

    /** The process that serves a project at a port of this machine, if one does. */
    public static OptionalLong server(Project project, int port) {
        StateFolder state = Workspace.stateFolder(project);
        return ProjectOwner.url(state).filter(url -> url.getPort() == port).isPresent()
                ? ProjectOwner.live(state).map(owner -> OptionalLong.of(owner.pid())).orElse(OptionalLong.empty())
                : OptionalLong.empty();
    }

    /** Logged predictions. */
    public List<LoggedPrediction> predictions(PredictionQuery query) {
        PredictionLog open = log();
        return open == null ? List.of() : open.find(query);
    }

    /** How many logged predictions match, without regard to the limit. */
    public long countPredictions(PredictionQuery query) {
        PredictionLog open = log();
        return open == null ? 0 : open.count(query);
    }

    /** One logged prediction. */
    public Optional<LoggedPrediction> prediction(UUID id) {
        PredictionLog open = log();
        return open == null ? Optional.empty() : open.find(id);
    }

    /** Logged trainings and evaluations, newest first. */
    public List<ModelEvent> events(ModelEventQuery query) {
        PredictionLog open = log();
        return open == null ? List.of() : open.events(query);
    }

    /**
     * Where things came from and what they led to.
     *
     * @throws KeelsonException DATASET_NOT_FOUND when there is no state yet
     */
    public Lineage lineage() {
        Workspace open = workspace;
        if (open == null) {
            throw new KeelsonException(
                    ErrorCode.DATASET_NOT_FOUND, "No data has been loaded yet.", "Maybe run `keelson run`.");
        }
        PredictionLog predictions = log();
        return new StoredLineage(
                open.project(),
                open.catalog(),
                open.datasets(),
                predictions == null ? LoggedPredictions.none() : LoggedPredictions.of(predictions));
    }

    /**
     * Follows logged predictions back to the rows of the sources.
     *
     * @throws KeelsonException NOT_READY when there is no state yet
     */
    public PredictionTraces traces() {
        Workspace open = workspace;
        if (open == null) {
            throw new KeelsonException(ErrorCode.NOT_READY, "No model has been trained yet.", "Maybe run `keelson run`.");
        }
        return Traces.of(open);
    }

    /**
     * What governance tells; it changes nothing here.
     *
     * @throws KeelsonException NOT_READY when there is no state yet
     */
    public Governance governance(InstantSource clock) {
        Workspace open = workspace;
        if (open == null) {
            throw new KeelsonException(ErrorCode.NOT_READY, "No model has been trained yet.", "Maybe run `keelson run`.");
        }
        return new Governance(
                open.catalog(), clock, new ProjectPromotion(
                        open::project,
                        open.catalog(),
                        () -> ProjectPromotion.in(log(), new SourcePrices(open, clock)),
                        false),
                model -> {});
    }

    /**
     * The card of a version.
     *
     * @throws KeelsonException MODEL_NOT_FOUND, VERSION_NOT_FOUND; NOT_READY when there is no state yet
     */
    public ModelCard card(Project project, InstantSource clock, String model, int version) {
        Governance governance = governance(clock);
        Workspace open = Objects.requireNonNull(workspace, "governance tells when there is none");
        return ModelCards.of(
                project, open.catalog(), governance, this::run, open.artifacts()::get, this::checklist, model, version);
    }

    /** Promotions that wait for a person, oldest first. */
    public List<Approval> pending(InstantSource clock) {
        return workspace == null ? List.of() : governance(clock).pending();
    }

    private <T> T read(Function<CatalogTransaction, T> work, T nothing) {
        return workspace == null ? nothing : workspace.catalog().read(work);
    }

    private @Nullable PredictionLog log() {
        PredictionLog open = log;
        if (open == null && Files.isRegularFile(state.predictions())) {
            open = JournaledPredictionLog.openReadOnly(state);
            log = open;
        }
        return open;
    }

    @Override
    public void close() {
        PredictionLog open = log;
        if (open != null) {
            open.close();
        }
        if (workspace != null) {
            workspace.close();
        }
    }
}

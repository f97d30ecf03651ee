package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Comparison;
import dev.keelson.control.DriftCounts;
import dev.keelson.control.LoopPolicy;
import dev.keelson.control.Replay;
import dev.keelson.control.StepRecord;
import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceRows;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.InMemoryOnlineStore;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.duckdb.ParquetDatasetStore;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.sqlite.SqliteCatalog;
import dev.keelson.train.ModelDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Replays the loop of a project over its history; the same call goes on where a killed one stopped. */
public final class ReplayJob {
    private ReplayJob() {}

    /**
     * What to replay.
     *
     * @param from first day predicted; null for the last third of the history
     * @param to last day, exclusive; null for the day after the last row
     * @param step length of a step
     * @param policies which; this policy is always among them
     * @param model the only model; null for all
     */
    public record Request(
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            Duration step,
            Set<LoopPolicy> policies,
            @Nullable String model) {
        public Request {
            Set<LoopPolicy> all = new TreeSet<>(policies);
            all.add(LoopPolicy.THIS_POLICY);
            policies = java.util.Collections.unmodifiableSet(all);
        }

        /** Of all models. */
        public Request(@Nullable LocalDate from, @Nullable LocalDate to, Duration step, Set<LoopPolicy> policies) {
            this(from, to, step, policies, null);
        }

        /** Weekly steps, all policies, the last third. */
        public static Request defaults() {
            return new Request(null, null, Duration.ofDays(7), Set.of(LoopPolicy.values()));
        }
    }

    /**
     * What one model went through.
     *
     * @param championVersion the champion at the end
     * @param modelSha256 hash of its bundle
     * @param timeline steps of this policy
     * @param comparison policies and baselines
     * @param verdict whether retraining paid, in one sentence
     * @param leakAlarm why a leak is suspected, or null
     */
    public record ModelSummary(
            int championVersion,
            String modelSha256,
            List<StepRecord> timeline,
            Map<String, Comparison.Row> comparison,
            String verdict,
            @Nullable String leakAlarm) {}

    /**
     * What a replay found.
     *
     * @param id names the replay
     * @param loads the last load of each source: every row of its file is accounted for
     * @param datasetVersion identity of the data of the first model's source at the end
     * @param models by name, in the order of the project file
     */
    public record Summary(
            String id, List<LoadReport> loads, String datasetVersion, Map<String, ModelSummary> models) {
        public Summary {
            loads = List.copyOf(loads);
        }

        /** Rows in the datasets. */
        public long rowsLoaded() {
            return loads.stream().mapToLong(Summary::rows).sum();
        }

        private static long rows(LoadReport load) {
            DatasetVersion version = load.version();
            return version == null ? 0 : version.rows();
        }

        /** Rows in quarantine. */
        public long rowsQuarantined() {
            return loads.stream().mapToLong(load -> load.quarantined().size()).sum();
        }

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("replay", id);
            node.put("rows_loaded", rowsLoaded());
            node.put("rows_quarantined", rowsQuarantined());
            node.put("dataset_version", datasetVersion);
            if (loads.size() > 1) {
                ArrayNode sources = node.putArray("sources");
                for (LoadReport load : loads) {
                    DatasetVersion version = load.version();
                    sources.addObject()
                            .put("name", load.source())
                            .put("rows_loaded", rows(load))
                            .put("rows_quarantined", load.quarantined().size())
                            .put("dataset_version", version == null ? null : version.id());
                }
            }
            ObjectNode all = node.putObject("models");
            models.forEach((name, summary) -> {
                ObjectNode model = all.putObject(name);
                model.put("champion_version", summary.championVersion());
                model.put("model_sha256", summary.modelSha256());
                var timeline = model.putArray("timeline");
                for (StepRecord step : summary.timeline()) {
                    ObjectNode entry = timeline.addObject();
                    entry.put("date", step.date().toString());
                    entry.put("drift", step.drift());
                    entry.put("decay", step.decay());
                    entry.set("label_shift", step.labelShift() == null ? JsonNodeFactory.instance.nullNode() : step.labelShift());
                    if (step.retrained() == null) {
                        entry.putNull("retrained");
                    } else {
                        entry.put("retrained", step.retrained());
                    }
                    entry.put("decision", step.decision());
                    entry.put("reason", step.decisionReason().isEmpty() ? step.retrainReason() : step.decisionReason());
                }
                model.set("drift_counts", DriftCounts.of(summary.timeline()).toJson());
                ObjectNode comparison = model.putObject("comparison");
                summary.comparison().forEach((policy, row) -> comparison.set(policy, row.toJson()));
                model.put("verdict", summary.verdict());
                model.put("leak_alarm", summary.leakAlarm());
            });
            return node;
        }
    }

    /**
     * Replays. Everything it makes lies in {@code .keelson/replays/<id>/<policy>}; data and trainings are shared with the
     * project.
     *
     * @throws KeelsonException BAD_VALUE when the period holds no row or no history lies before it
     */
    public static Summary run(Workspace workspace, Request request, Replay.Progress progress) {
        return run(workspace, workspace.readSources(), request, progress);
    }

    /** As {@link #run(Workspace, Request, Replay.Progress)}, over the rows of the project's sources that were read before. */
    static Summary run(Workspace workspace, List<SourceRows> sources, Request request, Replay.Progress progress) {
        return run(workspace, sources, request, progress, ReplayJob::summarise);
    }

    /** What is made of what every policy went through, before its state is closed. */
    @FunctionalInterface
    interface Made<T> {
        T of(Replay.Settings settings, World world, List<Replay.PolicyState> states, List<Replay.PolicyResult> results);
    }

    /** The same, and something else made of it. */
    static <T> T run(
            Workspace workspace, List<SourceRows> sources, Request request, Replay.Progress progress, Made<T> seen) {
        workspace.replaying().lock();
        try {
            return alone(workspace, sources, request, progress, seen);
        } finally {
            workspace.replaying().unlock();
        }
    }

    private static <T> T alone(
            Workspace workspace, List<SourceRows> sources, Request request, Replay.Progress progress, Made<T> seen) {
        String model = request.model();
        Project project = model == null ? workspace.project() : only(workspace.project(), model);
        Replay.Settings settings = settings(project, sources, request);
        World world = World.open(workspace, project, sources, settings);
        List<Replay.PolicyState> states = new ArrayList<>();
        try {
            for (LoopPolicy policy : request.policies()) {
                StateFolder folder = workspace
                        .state()
                        .replay(settings.id(), policy.word())
                        .create();
                states.add(new Replay.PolicyState(
                        policy, SqliteCatalog.open(folder.catalog()), JournaledPredictionLog.open(folder)));
            }
            Map<String, BundleTrainer> trainers = world.trainers(workspace, workspace.place());
            List<Replay.PolicyResult> results = Replay.run(
                    settings, world.feed(), world.models().loops(), new LinkedHashMap<>(trainers), states, progress);
            return seen.of(settings, world, states, results);
        } finally {
            states.forEach(state -> {
                state.log().close();
                state.catalog().close();
            });
        }
    }

    /** The project with one of its models. */
    static Project only(Project project, String model) {
        Projects.model(project, model);
        Set<String> others = new TreeSet<>();
        project.models().stream().filter(each -> !each.name().equals(model)).forEach(each -> others.add(each.name()));
        return project.of(everything(project), others);
    }

    private static Set<String> everything(Project project) {
        Set<String> all = new TreeSet<>();
        project.sources().forEach(source -> all.add(source.name()));
        project.sqlViews().forEach(view -> all.add(view.dataset()));
        return all;
    }

    /**
     * The history of a project, at its beginning.
     *
     * @param models compiled against it
     * @param feed hands it out
     * @param rows of each model, filled as the feed goes on
     */
    record World(ProjectModels models, ReplayFeed feed, Map<String, ModelRows> rows) {
        static World open(Workspace workspace, Project project, List<SourceRows> sources, Replay.Settings settings) {
            Map<String, Schema> schemas = new LinkedHashMap<>();
            sources.forEach(source ->
                    schemas.put(source.source().name(), source.frame().schema()));
            StateFolder shared = new StateFolder(workspace.state().replays().resolve(settings.id()));
            ParquetDatasetStore computed = workspace.datasets(shared.root().resolve("views"));
            Map<DatasetVersion, Frame> views = new LinkedHashMap<>();
            new SqlViewRows(project, computed, workspace.state().root().resolve("spill"))
                    .of(sources, settings.to())
                    .forEach((name, version) -> {
                        schemas.put(name, version.schema());
                        views.put(version, computed.read(version));
                    });
            ProjectModels models = ProjectModels.of(project, schemas);
            Map<String, ModelRows> rows = models.rows();
            DataLoad load = new DataLoad(workspace.datasets(shared.root().resolve("heads")));
            ReplayFeed feed = new ReplayFeed(
                    sources, views, load, models, OnlineFeatures.open(models.engine(), new InMemoryOnlineStore()), rows);
            return new World(models, feed, rows);
        }

        Map<String, BundleTrainer> trainers(Workspace workspace, TrainingPlace place) {
            return workspace.trainers(models, rows, feed::datasetVersions, TrainingPurpose.REPLAY, place);
        }
    }

    /** The name that a replay has: it is made of the data, the project file, the code and the period. */
    static String id(Project project, List<SourceRows> sources, Request request) {
        return settings(project, sources, request).id();
    }

    /** The folder of this policy's state after a replay. */
    public static StateFolder mainState(Workspace workspace, String replay) {
        return mainState(workspace.state(), replay);
    }

    static StateFolder mainState(StateFolder project, String replay) {
        return project.replay(replay, LoopPolicy.THIS_POLICY.word());
    }

    private static Summary summarise(
            Replay.Settings settings,
            World world,
            List<Replay.PolicyState> states,
            List<Replay.PolicyResult> results) {
        ProjectModels models = world.models();
        ReplayFeed feed = world.feed();
        Catalog own = states.stream()
                .filter(state -> state.policy() == LoopPolicy.THIS_POLICY)
                .findFirst()
                .orElseThrow()
                .catalog();
        Map<String, ModelSummary> summaries = new LinkedHashMap<>();
        for (ModelPlan plan : models.plans()) {
            String model = plan.name();
            Map<String, List<Replay.Scored>> scored = new LinkedHashMap<>();
            List<StepRecord> timeline = List.of();
            for (Replay.PolicyResult result : results) {
                scored.put(result.policy().word(), result.history().getOrDefault(model, List.of()));
                if (result.policy() == LoopPolicy.THIS_POLICY) {
                    timeline = result.timeline().getOrDefault(model, List.of());
                }
            }
            Map<String, Comparison.Row> comparison = Comparison.of(
                    plan.definition().classes().size(),
                    scored,
                    feed.truth(plan, settings));
            String verdict = Comparison.verdict(comparison);
            String leakAlarm = Comparison.leakAlarm(comparison).orElse(null);
            ModelVersion champion = own.read(tx -> tx.alias(model, ModelVersion.CHAMPION)).orElseThrow();
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            ObjectNode rowsNode = document.putObject("rows");
            comparison.forEach((policy, row) -> rowsNode.set(policy, row.toJson()));
            document.put("verdict", verdict);
            document.put("leak_alarm", leakAlarm);
            document.put("from", settings.from().toString());
            document.put("to", settings.to().toString());
            own.update(tx -> tx.putReport(new StoredReport(
                    "comparison-" + settings.id() + "-" + model,
                    "comparison",
                    model,
                    settings.to(),
                    "done",
                    document.toString())));
            summaries.put(
                    model,
                    new ModelSummary(champion.version(), champion.sha256(), timeline, comparison, verdict, leakAlarm));
        }
        return new Summary(settings.id(), feed.lastLoads(), feed.datasetVersion(), summaries);
    }

    /** When the earliest row happened. */
    static Instant firstEvent(Frame frame) {
        return Micros.toInstant(Arrays.stream(frame.longs(SystemColumns.EVENT_TIME).values())
                .min()
                .orElseThrow());
    }

    static Replay.Settings settings(Project project, List<SourceRows> sources, Request request) {
        if (project.models().isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE, "The project has no model to replay.", "Maybe declare one under `models`.");
        }
        Set<String> asked = new TreeSet<>();
        project.models().forEach(model -> asked.add(model.source()));
        long[] times = new long[0];
        for (SourceRows source : sources) {
            Frame frame = source.frame();
            String name = source.source().name();
            if (frame.rows() == 0) {
                throw new KeelsonException(
                        ErrorCode.NOT_ENOUGH_ROWS, "The source (%s) has no good row.".formatted(name), null);
            }
            if (asked.contains(name)) {
                long[] own = frame.longs(SystemColumns.EVENT_TIME).values();
                int before = times.length;
                times = Arrays.copyOf(times, before + own.length);
                System.arraycopy(own, 0, times, before, own.length);
            }
        }
        Arrays.sort(times);
        LocalDate first = Micros.toInstant(times[0]).atZone(project.zone()).toLocalDate();
        LocalDate last = Micros.toInstant(times[times.length - 1])
                .atZone(project.zone())
                .toLocalDate();
        LocalDate from = request.from();
        if (from == null) {
            from = Micros.toInstant(times[(int) ((long) times.length * 2 / 3)])
                    .atZone(project.zone())
                    .toLocalDate();
        }
        LocalDate to = request.to() == null ? last.plusDays(2) : request.to();
        if (!from.isAfter(first) || !from.isBefore(to) || from.isAfter(last)) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "History was asked for from %s to %s, but the data go from %s to %s; the period must begin within them, after enough history to train on, and end later."
                            .formatted(from, to, first, last),
                    "Maybe begin at %s.".formatted(first.plusDays((last.toEpochDay() - first.toEpochDay()) * 2 / 3)));
        }
        HistoryPeriod.steps(from, to, request.step());
        SourceRows leading = sources.getFirst();
        Sha256 sha = new Sha256().add("keelson-replay-2").add(leading.sha256()).add(Environment.codeVersion());
        leading.decisions().forEach(sha::add);
        for (SourceRows source : sources.subList(1, sources.size())) {
            sha.add(source.source().name()).add(source.sha256());
            source.decisions().forEach(sha::add);
        }
        try {
            sha.add(Files.readAllBytes(project.file()));
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_NOT_FOUND, "The project file (%s) cannot be read.".formatted(project.file()), null, e);
        }
        sha.add(from.toString()).add(to.toString()).add(request.step().toString());
        String only = request.model();
        if (only != null) {
            sha.add(only);
        }
        return new Replay.Settings(
                sha.hex().substring(0, 12),
                from.atStartOfDay(project.zone()).toInstant(),
                to.atStartOfDay(project.zone()).toInstant(),
                request.step(),
                project.zone());
    }
}

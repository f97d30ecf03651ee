package dev.keelson.wiring;

import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceRows;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.Materialization;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.PushLog;
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.frame.Frame;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.project.Project;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.ParquetDatasetStore;
import dev.keelson.store.files.FileArtifactStore;
import dev.keelson.store.files.FilePushLog;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.Adoption;
import dev.keelson.store.sqlite.SqliteCatalog;
import dev.keelson.train.Training;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stores of one project, opened when first asked for. Whoever makes it closes it. Safe for use by several threads.
 */
public final class Workspace implements AutoCloseable {
    /** The kind of the reports that are decisions of the review. */
    static final String REVIEW = "review";

    private final Project project;
    private final StateFolder state;
    private final boolean readOnly;
    private @Nullable SqliteCatalog catalog;
    private @Nullable DuckDb engine;
    private @Nullable ParquetDatasetStore datasets;
    private @Nullable OnlineStore online;
    private @Nullable PushLog pushes;

    /** Opens the stores of a project in {@code .keelson} beside its file. */
    public Workspace(Project project) {
        this(project, false);
    }

    private Workspace(Project project, boolean readOnly) {
        this.project = project;
        this.state = stateFolder(project);
        this.readOnly = readOnly;
    }

    /**
     * Opens the stores of a project for looking at them: writes nothing, so it also does in a folder that cannot be
     * written, on a full disk, and while another process owns the project. What is written to is refused.
     */
    static Workspace reading(Project project) {
        return new Workspace(project, true);
    }

    /** Where a project keeps its state. */
    public static StateFolder stateFolder(Project project) {
        return new StateFolder(project.folder().resolve(".keelson"));
    }

    /** Makes this process the owner of a project's state, until closed. */
    static ProjectOwner own(Project project) {
        return ProjectOwner.acquire(stateFolder(project).create(), UUID.randomUUID().toString());
    }

    /** The project. */
    public Project project() {
        return project;
    }

    /** Its folder of state. */
    public StateFolder state() {
        return state;
    }

    /** Whether there is a catalogue; opens it then. */
    boolean hasCatalog() {
        if (!Files.isRegularFile(state.catalog())) {
            return false;
        }
        try {
            sqlite();
            return true;
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.NOT_FOUND) { // its making had begun and could not be ended
                return false;
            }
            throw e;
        }
    }

    /** Its catalogue, made when it is not there; for reading it must be there. */
    public Catalog catalog() {
        return sqlite();
    }

    private synchronized SqliteCatalog sqlite() {
        SqliteCatalog open = catalog;
        if (open == null) {
            if (readOnly) {
                open = SqliteCatalog.openReadOnly(state.catalog());
            } else {
                state.create();
                open = SqliteCatalog.open(state.catalog());
            }
            catalog = open;
        }
        return open;
    }

    /**
     * Makes the final state of a replay the live one; once for each replay.
     *
     * @param replay the replay's id
     * @return false if that was done before
     */
    boolean adopt(String replay) {
        return Adoption.adopt(replay, ReplayJob.mainState(this, replay), state, sqlite());
    }

    /** Completes what a killed process had begun. For the owner alone, before the prediction log is opened. */
    void recover() {
        Adoption.finish(state, sqlite());
        datasets().sweep();
        artifactFiles().sweep();
    }

    /** Its artifacts. */
    public ArtifactStore artifacts() {
        return artifactFiles();
    }

    FileArtifactStore artifactFiles() {
        return new FileArtifactStore(state.artifacts());
    }

    synchronized DuckDb engine() {
        DuckDb open = engine;
        if (open == null) {
            open = new DuckDb(
                    new DuckDbSettings(256, 2, readOnly ? null : state.create().root().resolve("spill"))
                            .orAsToldBySystem());
            engine = open;
        }
        return open;
    }

    /** Its datasets. */
    public synchronized ParquetDatasetStore datasets() {
        ParquetDatasetStore open = datasets;
        if (open == null) {
            open = new ParquetDatasetStore(state.datasets(), engine());
            datasets = open;
        }
        return open;
    }

    /** Its datasets with latest versions of their own, for a replay. */
    ParquetDatasetStore datasets(Path heads) {
        return new ParquetDatasetStore(state.datasets(), heads, engine());
    }

    synchronized OnlineStore online() {
        OnlineStore open = online;
        if (open == null) {
            open = OnlineStores.open(project, state, readOnly);
            online = open;
        }
        return open;
    }

    /** Rows that were pushed: with a shared online store to any of its processes. For the owner alone. */
    synchronized PushLog pushes() {
        PushLog open = pushes;
        if (open == null) {
            state.create();
            open = OnlineStores.pushes(online(), state);
            pushes = open;
        }
        return open;
    }

    /** The rows that were pushed, to look at them. */
    PushLog lookAtPushes() {
        return online() instanceof SharedOnlineStore shared ? shared.pushes() : FilePushLog.look(state.pushes());
    }

    /**
     * Loads what was pushed for the dataset. It comes before the source's file, whose rows are then known later; where
     * the file continues does not change.
     *
     * @return what became of them; null when there are none
     */
    @Nullable LoadReport loadPushes(SourceDefinition source, Instant now) {
        DatasetVersion previous = datasets().latest(source.name()).orElse(null);
        List<PushLog.Push> entries = pushes().entries().stream()
                .filter(entry -> entry.offline() && entry.source().equals(source.name()))
                .toList();
        if (previous == null || entries.isEmpty()) {
            return null;
        }
        LoadReport report = dataLoad(blocked -> {})
                .loadBeside(PushedRows.read(source, previous, PushedRows.joined(source, entries)), now);
        pushes().loaded(entries.stream().map(PushLog.Push::number).toList());
        return report;
    }

    /**
     * A load with the decisions of the review that were laid over the source.
     *
     * @param decisions ids of the decisions
     */
    record Load(LoadReport report, List<String> decisions) {
        Load {
            decisions = List.copyOf(decisions);
        }
    }

    /**
     * Reads a source, lays the decisions of the review over it, and loads it.
     *
     * @param blocked told of a load that is blocked
     * @throws KeelsonException BAD_VALUE when the source tells the times of its rows otherwise than its dataset was made
     */
    Load load(SourceDefinition source, Instant now, Consumer<DataLoad.Blocked> blocked) {
        String step = "times-of-source " + source.name();
        requireTimesOf(source, step);
        Load done = loadRows(source, now, blocked);
        catalog().update(tx -> tx.putStep(step, "times", times(source)));
        return done;
    }

    /** Rows of which some are known by one rule and some by another would give features that no moment ever saw. */
    private void requireTimesOf(SourceDefinition source, String step) {
        Optional<String> made = catalog().read(tx -> tx.step(step));
        if (made.isEmpty()
                || made.get().equals(times(source))
                || datasets().latest(source.name()).isEmpty()) {
            return;
        }
        throw new KeelsonException(
                List.of(Problem.at(
                        ErrorCode.BAD_VALUE,
                        source.location(),
                        "The source (%s) tells the times of its rows by %s now, but its dataset was made by %s; features of both would be mixed."
                                .formatted(source.name(), times(source), made.get()),
                        "Maybe give the source another name: its dataset starts anew then.")),
                null);
    }

    /** What says when the rows of a source happened and became known. */
    private static String times(SourceDefinition source) {
        return "event_time %s, created %s, known_after %s, outcomes %s, zone %s"
                .formatted(
                        source.eventTime(),
                        source.created() == null ? "none" : source.created(),
                        source.knownAfter(),
                        source.outcomes(),
                        source.zone());
    }

    private Load loadRows(SourceDefinition source, Instant now, Consumer<DataLoad.Blocked> blocked) {
        DataLoad load = dataLoad(blocked);
        if (decisions(source.name()).isEmpty()) {
            return new Load(load.load(Projects.reader(project.folder(), engine()), source, now, now), List.of());
        }
        SourceRows rows = readSource(source, datasets().latest(source.name()).orElse(null));
        return new Load(load.load(rows, now, now), rows.decisions());
    }

    /** Reads every source that models and views read, from its beginning, with the decisions of the review laid over it. */
    List<SourceRows> readSources() {
        return ProjectModels.read(project).stream()
                .map(source -> readSource(source, null))
                .toList();
    }

    /** The latest version of each source of the project that has one, by source, in the order of the project file. */
    Map<String, DatasetVersion> latest() {
        Map<String, DatasetVersion> latest = new LinkedHashMap<>();
        for (SourceDefinition source : project.sources()) {
            datasets().latest(source.name()).ifPresent(version -> latest.put(source.name(), version));
        }
        return latest;
    }

    /**
     * The latest version of each source that has one, with the rows of SQL views by the names of their datasets: brought up to
     * date by an owner, as they are stored for those who only read.
     */
    Map<String, DatasetVersion> latestWithViews(Instant now) {
        return withViews(latest(), now);
    }

    /** Versions of sources with the rows of the SQL views over them, as {@link #latestWithViews} gives them. */
    Map<String, DatasetVersion> withViews(Map<String, DatasetVersion> sources, Instant now) {
        Map<String, DatasetVersion> all = new LinkedHashMap<>(sources);
        if (!project.sqlViews().isEmpty()) {
            all.putAll(readOnly ? SqlViewRows.stored(this) : SqlViewRows.refresh(this, sources, now));
        }
        return all;
    }

    /** Reads a source, with the decisions of the review laid over it. */
    SourceRows readSource(SourceDefinition source, @Nullable DatasetVersion previous) {
        return Review.apply(readAsIs(source, previous), decisions(source.name()));
    }

    /** Reads a source without the decisions of the review. */
    SourceRows readAsIs(SourceDefinition source, @Nullable DatasetVersion previous) {
        return Projects.reader(project.folder(), engine()).read(source, previous);
    }

    /** The decisions about rows of a source, oldest first. */
    List<ReviewDecision> decisions(String source) {
        if (!Files.isRegularFile(state.catalog())) {
            return List.of();
        }
        return catalog().read(tx -> tx.reports(REVIEW, source, Integer.MAX_VALUE)).reversed().stream()
                .map(report -> ReviewDecision.fromJson(RunPipeline.parsed(report.document())))
                .toList();
    }

    DataLoad dataLoad(Consumer<DataLoad.Blocked> blocked) {
        return new DataLoad(datasets(), blocked);
    }

    static Training training() {
        return new Training(Projects.learners(), 1);
    }

    /**
     * A trainer for each model, over rows that are filled by others.
     *
     * @param ids id of the version of each source that has one, by source
     */
    Map<String, BundleTrainer> trainers(
            ProjectModels models, Map<String, ModelRows> rows, Supplier<Map<String, String>> ids) {
        Training training = training();
        StoredTrainings cache = new StoredTrainings(catalog(), artifacts());
        Map<String, BundleTrainer> trainers = new LinkedHashMap<>();
        for (int i = 0; i < models.plans().size(); i++) {
            ModelPlan plan = models.plans().get(i);
            ModelRows mine = rows.get(plan.name());
            DecayMonitorDefinition decay = models.loops().get(i).decay();
            if (mine == null) {
                throw new IllegalArgumentException("There are no rows for the model (%s).".formatted(plan.name()));
            }
            trainers.put(
                    plan.name(),
                    new BundleTrainer(
                            plan,
                            mine,
                            training,
                            cache,
                            artifacts(),
                            () -> DataRead.of(plan, ids.get()).text(),
                            Environment.codeVersion(),
                            Environment.snapshot(),
                            ProjectDefinitions.pins(project, plan.definition()),
                            decay == null ? DecayMonitorDefinition.Metric.LOG_LOSS : decay.metric()));
        }
        return trainers;
    }

    /** The ids of versions, by source. */
    static Map<String, String> ids(Map<String, DatasetVersion> versions) {
        Map<String, String> ids = new LinkedHashMap<>();
        versions.forEach((source, version) -> ids.put(source, version.id()));
        return ids;
    }

    /** Reads the rows of versions that models are made of: their own and those of the views that they ask. */
    Map<String, Frame> read(ProjectModels models, Map<String, DatasetVersion> versions) {
        Map<String, Frame> frames = new LinkedHashMap<>();
        for (ModelPlan plan : models.plans()) {
            List<String> names = new ArrayList<>(plan.service().eventSources());
            names.add(plan.source().name());
            for (String name : names) {
                DatasetVersion version = versions.get(name);
                if (version == null) {
                    throw new IllegalArgumentException("The version of the source (%s) is missing.".formatted(name));
                }
                frames.computeIfAbsent(name, source -> datasets().read(version));
            }
        }
        return frames;
    }

    /**
     * Fills the rows of every model with the features they had when they happened.
     *
     * @param frames rows by source, with the system columns: all of each source that the models are made of
     */
    static void fill(ProjectModels models, Map<String, ModelRows> rows, Map<String, Frame> frames) {
        for (String source : models.sources().keySet()) {
            List<ModelPlan> plans = models.plansOf(source);
            if (plans.isEmpty()) {
                continue;
            }
            Frame frame = frames.get(source);
            if (frame == null) {
                throw new IllegalArgumentException("The rows of the source (%s) are missing.".formatted(source));
            }
            List<FeatureTable> history = models.engine()
                    .history(frames, frame, plans.stream().map(ModelPlan::service).toList());
            for (int m = 0; m < plans.size(); m++) {
                FeatureTable table = history.get(m);
                double[][] features = new double[frame.rows()][];
                for (int i = 0; i < features.length; i++) {
                    features[i] = table.row(i);
                }
                ModelRows mine = rows.get(plans.get(m).name());
                if (mine != null) {
                    mine.add(frame, features, plans.get(m).labels(frame));
                }
            }
        }
    }

    /** The online features, brought up to date with dataset versions by source, and stored. */
    OnlineFeatures materialize(ProjectModels models, Map<String, DatasetVersion> versions) {
        OnlineFeatures features = OnlineFeatures.open(models.engine(), online());
        new Materialization(datasets())
                .run(features, versions, Materialization.Request.INCREMENTAL, (source, rows, total) -> {});
        if (!(online() instanceof SharedOnlineStore)) { // servers with the project file of before may still read theirs
            features.removeOthers();
        }
        return features;
    }

    @Override
    public synchronized void close() {
        if (catalog != null) {
            catalog.close();
        }
        if (online != null) {
            online.close();
        }
        if (pushes != null) {
            pushes.close();
        }
        if (engine != null) {
            engine.close();
        }
    }
}

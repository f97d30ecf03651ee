package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetRecipe;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.LostRows;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.SourceReader;
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
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.project.Project;
import dev.keelson.project.RegistryDefinition;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.remote.QueueingCatalog;
import dev.keelson.store.catalog.ProjectCatalog;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.ParquetDatasetStore;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.FileArtifactStore;
import dev.keelson.store.files.FilePushLog;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.files.StoreErrors;
import dev.keelson.store.journal.Adoption;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stores of one project, opened when first asked for. Whoever makes it closes it. Safe for use by several threads.
 */
public final class Workspace implements AutoCloseable {
    /** The kind of the reports that are decisions of the review. */
    static final String REVIEW = "review";

    /** The steps that hold by which recipe the dataset of a source was made. */
    private static final String RECIPE = "recipe-of-dataset ";

    /** The steps that hold rows set aside which the source of a dataset does not have. */
    private static final String SET_ASIDE = "set-aside-of-dataset ";

    /** The steps that hold which decisions of the review a source's dataset knows. */
    private static final String DECISIONS = "decisions-of-dataset ";

    /** The steps in which the release before held its times alone. */
    private static final String TIMES = "times-of-source ";

    private static final Set<ErrorCode> UNREADABLE =
            Set.of(ErrorCode.SOURCE_NOT_FOUND, ErrorCode.SOURCE_UNREADABLE, ErrorCode.EMPTY_SOURCE, ErrorCode.MISSING_COLUMN);

    private final Project project;
    private final StateFolder state;
    private final boolean readOnly;
    private final Lock replaying = new ReentrantLock();
    private @Nullable ProjectCatalog catalog;
    private @Nullable Catalog queueing;
    private volatile Runnable queued = () -> {};
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

    /** Held while a replay goes on: two of the same period would write the same files. */
    Lock replaying() {
        return replaying;
    }

    /** Its folder of state. */
    public StateFolder state() {
        return state;
    }

    /** Whether there is a catalogue; opens it then. */
    boolean hasCatalog() {
        if (!Catalogs.mayBeThere(project, state)) {
            return false;
        }
        try {
            projectCatalog();
            return true;
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.NOT_FOUND) { // its making had begun and could not be ended
                return false;
            }
            throw e;
        }
    }

    /** Its catalogue, made when it is not there; for reading it must be there. */
    public synchronized Catalog catalog() {
        RegistryDefinition other = project.registry();
        Catalog own = projectCatalog();
        if (other == null || readOnly) {
            return own;
        }
        Catalog open = queueing;
        if (open == null) {
            open = new QueueingCatalog(own, InstantSource.system(), other.runs(), other.versions(), () -> queued.run());
            queueing = open;
        }
        return open;
    }

    /** Says whom to tell when something waits for another registry. */
    void whenQueued(Runnable told) {
        queued = told;
    }

    private synchronized ProjectCatalog projectCatalog() {
        ProjectCatalog open = catalog;
        if (open == null) {
            open = Catalogs.open(project, state, readOnly);
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
        return Adoption.adopt(replay, ReplayJob.mainState(this, replay), state, projectCatalog());
    }

    /** Completes what a killed process had begun. For the owner alone, before the prediction log is opened. */
    void recover() {
        Adoption.finish(state, projectCatalog());
        remove(aside());
        remove(trainingScratch());
        datasets().sweep();
        artifactFiles().sweep();
    }

    /** Its artifacts. */
    public ArtifactStore artifacts() {
        return artifactFiles();
    }

    /** The files of its runs and of logged models. */
    public FileTree files(InstantSource clock) {
        return new FileTree(
                catalog(), artifacts(), clock, () -> UUID.randomUUID().toString().replace("-", ""));
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
    private @Nullable LoadReport loadPushes(SourceDefinition source, Instant now) {
        DatasetVersion previous = datasets().latest(source.name()).orElse(null);
        List<PushLog.Push> entries = pushed(source);
        if (previous == null || entries.isEmpty()) {
            return null;
        }
        LoadReport report = dataLoad(blocked -> {})
                .loadBeside(PushedRows.read(source, previous, PushedRows.joined(source, entries)), now);
        pushes().loaded(entries.stream().map(PushLog.Push::number).toList());
        return report;
    }

    /** What a person sees as one load: what had been pushed was taken in, then what the source holds. */
    private LoadReport together(LoadReport pushes, LoadReport load) {
        List<QuarantinedRow> all = new ArrayList<>(pushes.quarantined());
        all.addAll(load.quarantined());
        return load.after(pushes, all.isEmpty() ? null : datasets().putQuarantine(load.source(), all));
    }

    private List<PushLog.Push> pushed(SourceDefinition source) {
        return pushes().entries().stream()
                .filter(entry -> entry.offline() && entry.source().equals(source.name()))
                .toList();
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
     * Loads what was pushed for a source and what its file or table has, with the decisions of the review laid over it. Where
     * the definition says otherwise which rows there are than the one that the dataset was made by, the dataset is made anew;
     * the version before stays, and stays the latest until the new one is complete.
     *
     * @param blocked told of a load that is blocked
     * @throws KeelsonException BAD_VALUE when the dataset is to be made anew and the source cannot be read
     */
    Load load(SourceDefinition source, Instant now, Consumer<DataLoad.Blocked> blocked) {
        Optional<DatasetRecipe> made = madeBy(source);
        DatasetRecipe recipe = DatasetRecipe.of(source);
        List<String> changes = made.map(each -> each.changesTo(recipe)).orElse(List.of());
        Load done;
        if (changes.isEmpty()) {
            LoadReport pushes = loadPushes(source, now);
            done = loadRows(dataLoad(blocked), source, now);
            if (pushes != null) {
                done = new Load(together(pushes, done.report()), done.decisions());
            }
        } else {
            done = loadAnew(source, made.orElseThrow(), changes, now, blocked);
        }
        if (done.report().version() != null) {
            keepStep(RECIPE + source.name(), "recipe", recipe.text());
            known(source).ended(decisions(source.name()));
        }
        return done;
    }

    private void keepStep(String key, String kind, String output) {
        if (!catalog().read(tx -> tx.step(key)).equals(Optional.of(output))) {
            catalog().update(tx -> tx.putStep(key, kind, output));
        }
    }

    /** The recipe by which the latest version of a source was made; empty when nothing was ever loaded. */
    private Optional<DatasetRecipe> madeBy(SourceDefinition source) {
        return datasets().latest(source.name()).map(version -> catalog().read(tx -> tx.step(RECIPE + source.name()))
                .map(DatasetRecipe::parse)
                .orElseGet(() -> DatasetRecipe.noted(
                        source,
                        version,
                        catalog().read(tx -> tx.step(TIMES + source.name())).orElse(null))));
    }

    /** Why the next load of a source makes its dataset anew; empty when it adds rows to what is there. */
    List<String> changes(SourceDefinition source) {
        return !hasCatalog()
                ? List.of()
                : madeBy(source)
                        .map(made -> made.changesTo(DatasetRecipe.of(source)))
                        .orElse(List.of());
    }

    private Load loadAnew(
            SourceDefinition source,
            DatasetRecipe made,
            List<String> changes,
            Instant now,
            Consumer<DataLoad.Blocked> blocked) {
        DatasetVersion before = datasets().latest(source.name()).orElseThrow();
        List<PushLog.Push> entries = pushed(source);
        DataLoad load = dataLoad(blocked);
        LoadReport report;
        List<String> applied = List.of();
        long kept = 0;
        try {
            LostRows lost = lostRows(source, before, made, now);
            List<LostRows.Text> besides = new ArrayList<>();
            if (!entries.isEmpty()) {
                besides.add(new LostRows.Text(PushedRows.PLACE, PushedRows.joined(source, entries), Set.of()));
            }
            if (besides.isEmpty()
                    && lost.isEmpty()
                    && setAside(source).isEmpty()
                    && decisions(source.name()).isEmpty()) {
                report = load.loadAnew(Projects.reader(project.folder(), engine()), source, now, now);
            } else {
                SourceRows own = readSource(source, null).before(now);
                if (!lost.isEmpty()) {
                    besides.add(lost.text(own));
                }
                besides.addAll(setAside(source));
                SourceRows rows = own;
                for (LostRows.Text beside : besides) {
                    rows = LostRows.beside(rows, beside);
                }
                kept = (long) rows.frame().rows() - own.frame().rows();
                applied = rows.decisions();
                known(source).laid(applied);
                report = keepingSetAside(source, besides, rows, load, now);
            }
        } catch (KeelsonException e) {
            throw UNREADABLE.contains(e.code()) ? cannotBeMadeAnew(source, changes, e) : e;
        }
        pushes().loaded(entries.stream().map(PushLog.Push::number).toList());
        return new Load(report.madeAnew(new LoadReport.Anew(changes, kept)), applied);
    }

    /** Rows that the source does not have and that were set aside when its dataset was made anew. */
    private List<LostRows.Text> setAside(SourceDefinition source) {
        List<LostRows.Text> texts = new ArrayList<>();
        catalog()
                .read(tx -> tx.step(SET_ASIDE + source.name()))
                .ifPresent(step -> RunPipeline.parsed(step).forEach(text -> texts.add(LostRows.Text.fromJson(text))));
        return texts;
    }

    /**
     * Makes the dataset anew of rows; those of them that the source does not have and that are set aside are kept before, for
     * the time when the rules let them in again.
     */
    private LoadReport keepingSetAside(
            SourceDefinition source, List<LostRows.Text> besides, SourceRows rows, DataLoad load, Instant now) {
        String step = SET_ASIDE + source.name();
        String before = catalog().read(tx -> tx.step(step)).orElse("[]");
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        Set<String> kept = new HashSet<>();
        for (LostRows.Text beside : besides) {
            String place = "%s (set aside %d)".formatted(source.name(), list.size() + 1);
            beside.setAside(rows, place, kept).ifPresent(text -> list.add(text.toJson()));
        }
        if (list.toString().equals(before)) {
            return load.loadAnew(rows, null, now);
        }
        keepStep(step, "set aside", list.toString());
        try {
            return load.loadAnew(rows, null, now); // what was pushed is loaded before it is known, too
        } catch (RuntimeException e) {
            keepStep(step, "set aside", before);
            throw e;
        }
    }

    /** The rows of a version that its source does not have; what is read to find them is kept aside meanwhile. */
    private LostRows lostRows(SourceDefinition source, DatasetVersion before, DatasetRecipe made, Instant now) {
        remove(aside());
        ParquetDatasetStore aside = new ParquetDatasetStore(aside(), engine());
        List<ReviewDecision> decisions = known(source).ofDataset(decisions(source.name())).stream()
                .filter(decision -> decision.action() != ReviewDecision.Action.REJECT) // a rejected row is one of the source
                .toList();
        try {
            return LostRows.of(
                    datasets(),
                    before,
                    made,
                    source,
                    was -> loadRows(new DataLoad(aside), was, decisions, null, now, applied -> {}).report().version(),
                    aside);
        } finally {
            remove(aside());
        }
    }

    private Path aside() {
        return state.root().resolve("anew");
    }

    private static void remove(Path folder) {
        try {
            DurableFiles.deleteAll(folder);
        } catch (IOException e) {
            throw StoreErrors.writing(folder, e);
        }
    }

    private static KeelsonException cannotBeMadeAnew(
            SourceDefinition source, List<String> changes, KeelsonException cause) {
        List<Problem> problems = new ArrayList<>();
        problems.add(Problem.at(
                ErrorCode.BAD_VALUE,
                source.location(),
                "The dataset of the source (%s) was made by another definition (%s). It has to be made anew, but the source cannot be read."
                        .formatted(source.name(), String.join("; ", changes)),
                "Nothing was changed. Maybe make the source readable again, take the change back, or give the source another"
                        + " name: its dataset starts anew then; views and models name it, too."));
        problems.addAll(cause.problems());
        return new KeelsonException(problems, cause);
    }

    private Load loadRows(DataLoad load, SourceDefinition source, Instant now) {
        List<ReviewDecision> decisions = decisions(source.name());
        KnownDecisions known = known(source);
        return loadRows(
                load,
                source,
                known.effective(decisions),
                source.origin() instanceof SourceOrigin.Files || known.knowsAll(decisions)
                        ? datasets().latest(source.name()).orElse(null)
                        : null, // all of a table: the rows decided about may be older than what is new
                now,
                known::laid);
    }

    private Load loadRows(
            DataLoad load,
            SourceDefinition source,
            List<ReviewDecision> decisions,
            @Nullable DatasetVersion previous,
            Instant now,
            Consumer<List<String>> laid) {
        SourceReader reader = Projects.reader(project.folder(), engine());
        if (decisions.isEmpty()) {
            return new Load(load.load(reader, source, now, now), List.of());
        }
        SourceRows rows = Review.apply(reader.read(source, previous), decisions);
        laid.accept(rows.decisions());
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
        return Review.apply(readAsIs(source, previous), known(source).effective(decisions(source.name())));
    }

    /** Reads a source without the decisions of the review. */
    SourceRows readAsIs(SourceDefinition source, @Nullable DatasetVersion previous) {
        return Projects.reader(project.folder(), engine()).read(source, previous);
    }

    /** The decisions about rows of a source, oldest first. */
    List<ReviewDecision> decisions(String source) {
        if (!hasCatalog()) {
            return List.of();
        }
        return catalog().read(tx -> tx.reports(REVIEW, source, Integer.MAX_VALUE)).reversed().stream()
                .map(report -> ReviewDecision.fromJson(RunPipeline.parsed(report.document())))
                .toList();
    }

    private KnownDecisions known(SourceDefinition source) {
        return new KnownDecisions(source.name());
    }

    /** Which decisions of the review a source's dataset knows; of a project of before, all there are. */
    private final class KnownDecisions {
        private final String step;

        KnownDecisions(String source) {
            step = DECISIONS + source;
        }

        private Optional<JsonNode> read() {
            return hasCatalog() ? catalog().read(tx -> tx.step(step)).map(RunPipeline::parsed) : Optional.empty();
        }

        private Optional<Set<String>> ids() {
            return read().map(known -> {
                Set<String> ids = new TreeSet<>();
                known.path("laid").forEach(id -> ids.add(id.asText()));
                return ids;
            });
        }

        private void keep(Set<String> laid, String last) {
            ObjectNode known = JsonNodeFactory.instance.objectNode().put("last", last);
            laid.forEach(known.putArray("laid")::add);
            keepStep(step, "decisions", known.toString());
        }

        private String last() {
            return read().map(known -> known.path("last").asText()).orElse("");
        }

        /** Before rows are loaded, so that a load that was killed is not forgotten. */
        void laid(List<String> decisions) {
            Set<String> laid = ids().orElseGet(TreeSet::new);
            if (laid.addAll(decisions)) {
                keep(laid, last());
            }
        }

        /** After a load. */
        void ended(List<ReviewDecision> all) {
            String last = all.isEmpty() ? "" : all.getLast().id();
            if (read().isEmpty() || !last().equals(last)) {
                keep(ids().orElseGet(TreeSet::new), last);
            }
        }

        /** Those that count: one that was reverted before any load is as if it had never been. */
        List<ReviewDecision> effective(List<ReviewDecision> all) {
            return ids().map(laid -> Review.effective(all, laid)).orElse(all);
        }

        /** Whether the last load knew them all. */
        boolean knowsAll(List<ReviewDecision> all) {
            return all.isEmpty() || all.getLast().id().equals(last());
        }

        /** Those that the last load knew. */
        List<ReviewDecision> ofDataset(List<ReviewDecision> all) {
            String last = last();
            if (last.isEmpty()) {
                return read().isEmpty() ? all : List.of();
            }
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i).id().equals(last)) {
                    return effective(all.subList(0, i + 1));
                }
            }
            return all;
        }
    }

    DataLoad dataLoad(Consumer<DataLoad.Blocked> blocked) {
        return new DataLoad(datasets(), blocked);
    }

    static Training training() {
        return new Training(Projects.learners(), 1);
    }

    /** Trainings in this process, kept with the project. */
    TrainingPlace place() {
        return new TrainingPlace(
                TrainingPlace.Worker.HERE, artifacts(), new StoredTrainings(catalog(), artifacts()));
    }

    /** Where processes that train find their rows, and leave what came of them. */
    Path trainingScratch() {
        return state.root().resolve("training");
    }

    /**
     * A trainer for each model, over rows that are filled by others.
     *
     * @param ids id of the version of each source that has one, by source
     */
    Map<String, BundleTrainer> trainers(
            ProjectModels models,
            Map<String, ModelRows> rows,
            Supplier<Map<String, String>> ids,
            TrainingPurpose purpose,
            TrainingPlace place) {
        return trainers(models, rows, ids, purpose, place, project, TrainingWatch.NONE);
    }

    /**
     * As {@link #trainers(ProjectModels, Map, Supplier, TrainingPurpose, TrainingPlace)}.
     *
     * @param file the project whose definitions the models are pinned to
     * @param watch follows the trainings
     */
    Map<String, BundleTrainer> trainers(
            ProjectModels models,
            Map<String, ModelRows> rows,
            Supplier<Map<String, String>> ids,
            TrainingPurpose purpose,
            TrainingPlace place,
            Project file,
            TrainingWatch watch) {
        Training training = new Training(Projects.learners(), 1, purpose.shuffles(), watch);
        Supplier<SortedMap<String, String>> environment = Once.of(() -> Environment.snapshot(project.folder()));
        Map<String, BundleTrainer> trainers = new LinkedHashMap<>();
        for (int i = 0; i < models.plans().size(); i++) {
            ModelPlan plan = models.plans().get(i);
            ModelRows mine = rows.get(plan.name());
            if (mine == null) {
                throw new IllegalArgumentException("There are no rows for the model (%s).".formatted(plan.name()));
            }
            trainers.put(
                    plan.name(),
                    new BundleTrainer(
                            plan,
                            mine,
                            training,
                            place,
                            () -> DataRead.of(plan, ids.get()).text(),
                            Environment.codeVersion(),
                            environment,
                            ProjectDefinitions.pins(file, plan.definition()),
                            models.loops().get(i).decayMetric(),
                            file.policy(plan.name()),
                            purpose,
                            purpose.looks() ? looker(plan, models.loops().get(i).drift(), file) : null));
        }
        return trainers;
    }

    private BundleTrainer.Looker looker(
            ModelPlan plan, @Nullable DriftMonitorDefinition monitor, Project file) {
        Set<String> sources = new LinkedHashSet<>(plan.service().eventSources());
        sources.add(plan.source().name());
        return BeforeTraining.looker(
                catalog(), plan.definition(), List.copyOf(sources), monitor, file.policy(plan.name()));
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

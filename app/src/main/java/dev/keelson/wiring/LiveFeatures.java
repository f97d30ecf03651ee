package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceRows;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.features.FeatureVector;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.Materialization;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.features.ViewReading;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.PushLog;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.http.FeatureChanges;
import dev.keelson.http.FeatureServing;
import dev.keelson.project.Project;
import dev.keelson.store.files.ProjectOwner;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The online features of a project over its real stores. */
public final class LiveFeatures implements FeatureServing, AutoCloseable {
    private static final int MONTHS_HELD = 2;

    private final Project project;
    private final Supplier<Project> current;
    private final InstantSource clock;
    private final Workspace workspace;
    private final ProjectModels models;
    private final OnlineFeatures online;
    private final PushLog pushes;
    private final EntityKeys entityKeys;
    private final ContainedKeys contained;
    private final Map<String, FeatureViewDefinition> views = new LinkedHashMap<>();
    /** Dataset version and month to its rows by key. The oldest is given up first. */
    private final LinkedHashMap<String, Map<List<@Nullable Object>, List<@Nullable Object>>> months =
            new LinkedHashMap<>();
    private final Map<String, Schema> schemas = new LinkedHashMap<>();
    private final boolean owns;

    private final Object laying = new Object();
    /** Number of the last push that was laid over the values. */
    private long lastLaid;
    private @Nullable AutoCloseable owned;

    LiveFeatures(
            Project project,
            Supplier<Project> current,
            InstantSource clock,
            Workspace workspace,
            ProjectModels models,
            Map<String, DatasetVersion> versions) {
        this(project, current, clock, workspace, models, versions, workspace.pushes(), true);
    }

    private LiveFeatures(
            Project project,
            Supplier<Project> current,
            InstantSource clock,
            Workspace workspace,
            ProjectModels models,
            Map<String, DatasetVersion> versions,
            PushLog pushes,
            boolean owns) {
        this.project = project;
        this.current = current;
        this.clock = clock;
        this.workspace = workspace;
        this.models = models;
        versions.forEach((source, version) -> schemas.put(source, version.schema()));
        this.online = OnlineFeatures.open(models.engine(), workspace.online());
        this.pushes = pushes;
        this.entityKeys = new EntityKeys(project);
        this.contained = new ContainedKeys(workspace.datasets());
        models.views().stream()
                .filter(view -> models.engine().viewNames().contains(view.name()))
                .forEach(view -> views.put(view.name(), view));
        this.owns = owns;
        layPushes();
        online.pushedElsewhere(this::lay);
    }

    /**
     * Changes the features of a project: this process owns it meanwhile, or asks the one that serves it.
     *
     * @throws KeelsonException NOT_READY before any data was loaded; PROJECT_IN_USE when another process owns it without
     *     serving it
     */
    public static <T> T change(Project project, InstantSource clock, Function<FeatureChanges, T> work) {
        Optional<OwnerClient> served = OwnerClient.of(project);
        if (served.isPresent()) {
            try (OwnerClient client = served.get()) {
                return work.apply(new ServedFeatures(client));
            }
        }
        try (LiveFeatures features = open(project, clock)) {
            return work.apply(features);
        }
    }

    /**
     * Opens the features of a project; this process owns it until closed.
     *
     * @throws KeelsonException NOT_READY before any data was loaded; PROJECT_IN_USE when another process owns it
     */
    public static LiveFeatures open(Project project, InstantSource clock) {
        ProjectOwner owner = Workspace.own(project);
        Workspace workspace = new Workspace(project);
        try {
            workspace.recover();
            Map<String, DatasetVersion> versions = loaded(workspace, clock);
            LiveFeatures features = new LiveFeatures(
                    project,
                    () -> project,
                    clock,
                    workspace,
                    ProjectModels.ofVersions(project, versions),
                    versions);
            features.owned = () -> {
                workspace.close();
                owner.close();
            };
            return features;
        } catch (RuntimeException e) {
            workspace.close();
            owner.close();
            throw e;
        }
    }

    /**
     * Opens the features of a project to read them, beside a process that owns it.
     *
     * @throws KeelsonException NOT_READY before any data was loaded
     */
    public static LiveFeatures look(Project project, InstantSource clock) {
        Workspace workspace = Workspace.reading(project);
        try {
            Map<String, DatasetVersion> versions = loaded(workspace, clock);
            LiveFeatures features = new LiveFeatures(
                    project,
                    () -> project,
                    clock,
                    workspace,
                    ProjectModels.ofVersions(project, versions),
                    versions,
                    workspace.lookAtPushes(),
                    false);
            features.owned = workspace;
            return features;
        } catch (RuntimeException e) {
            workspace.close();
            throw e;
        }
    }

    private static KeelsonException noData() {
        return new KeelsonException(
                ErrorCode.NOT_READY, "No data has been loaded yet.", "Maybe run `keelson data load`.");
    }

    OnlineFeatures online() {
        return online;
    }

    private static Map<String, DatasetVersion> loaded(Workspace workspace, InstantSource clock) {
        Map<String, DatasetVersion> versions = workspace.latestWithViews(clock.instant());
        if (versions.isEmpty()) {
            throw noData();
        }
        return versions;
    }

    /** The latest version of each source that models and views read. */
    private Map<String, DatasetVersion> versions() {
        Map<String, DatasetVersion> versions = new LinkedHashMap<>();
        models.sources().keySet().forEach(source -> versions.put(source, version(source)));
        return versions;
    }

    private DatasetVersion version(String source) {
        return workspace.datasets().latest(source).orElseThrow(LiveFeatures::noData);
    }

    /** Lays what was pushed and is not materialised yet over the values, and forgets the rest. */
    private void layPushes() {
        List<Long> done = lay(0, true);
        if (owns) {
            pushes.done(done);
        }
    }

    private static Frame without(Frame rows, int[] left) {
        return left.length == 0
                ? rows
                : rows.take(IntStream.range(0, rows.rows())
                        .filter(row -> Arrays.binarySearch(left, row) < 0)
                        .toArray());
    }

    private void lay(boolean all) {
        synchronized (laying) {
            List<Long> unused = lay(all ? 0 : lastLaid, all);
        }
    }

    /**
     * Lays pushes over the values.
     *
     * @param after those with a greater number
     * @param instead whether they take the place of all that were laid before
     * @return numbers of those that are contained and meant for nothing else
     */
    private List<Long> lay(long after, boolean instead) {
        synchronized (laying) {
            List<PushLog.Push> entries = new ArrayList<>();
            List<OnlineFeatures.Pushed> rows = new ArrayList<>();
            Map<String, DatasetVersion> read = new HashMap<>();
            for (PushLog.Push entry : pushes.entries(after)) {
                lastLaid = Math.max(lastLaid, entry.number());
                SourceDefinition source = models.sources().get(entry.source());
                if (source == null || !entry.online()) {
                    continue;
                }
                DatasetVersion version = read.computeIfAbsent(entry.source(), this::version);
                Frame pushed = PushedRows.knownFrom(
                        PushedRows.read(source, version, entry.rows()).frame(), entry.knownFrom());
                // a change of an event that was counted meanwhile waits for the load
                int[] counted = contained.among(version, source, pushed, materializedUntil(source.name()));
                entries.add(entry);
                rows.add(new OnlineFeatures.Pushed(source.name(), without(pushed, counted)));
            }
            List<Long> done = new ArrayList<>();
            if (!rows.isEmpty() || instead) {
                int[] still = online.lay(rows, instead, clock.instant());
                for (int i = 0; i < still.length; i++) {
                    if (still[i] == 0 && !entries.get(i).offline()) {
                        done.add(entries.get(i).number());
                    }
                }
            }
            return done;
        }
    }

    // ---- reading

    @Override
    public Answer get(
            List<String> features, Map<String, ? extends List<? extends @Nullable Object>> entities) {
        Map<String, List<String>> wanted = new LinkedHashMap<>();
        List<String[]> order = new ArrayList<>();
        if (features.isEmpty()) {
            throw bad("features", "There are no features; expected at least one such as view:feature.", null);
        }
        for (String address : features) {
            int colon = address.indexOf(':');
            if (colon <= 0 || colon == address.length() - 1) {
                throw bad("features", "The feature (%s) is no address; expected view:feature.".formatted(address), null);
            }
            FeatureViewDefinition view = view(address.substring(0, colon));
            String name = address.substring(colon + 1);
            List<String> names = online.featureNames(view.name());
            if (!name.equals("*") && !names.contains(name)) {
                throw bad(
                        "features",
                        "The view (%s) has no feature (%s).".formatted(view.name(), name),
                        Suggestion.sentence(name, names).orElse(null));
            }
            for (String each : name.equals("*") ? names : List.of(name)) {
                wanted.computeIfAbsent(view.name(), key -> new ArrayList<>()).add(each);
                order.add(new String[] {view.name(), each});
            }
        }
        int rows = rows(entities);
        Instant now = clock.instant();
        Map<String, FeatureValues> found = new HashMap<>();
        Map<String, List<@Nullable Object>> keys = new LinkedHashMap<>();
        Instant asOf = now;
        List<OnlineFeatures.Wanted> asked = new ArrayList<>();
        for (Map.Entry<String, List<String>> each : wanted.entrySet()) {
            FeatureViewDefinition view = view(each.getKey());
            EntityKeys.Found key = entityKeys.find(view, entities);
            key.given().forEach((column, values) -> keys.put(column, new ArrayList<>(values)));
            asked.add(new OnlineFeatures.Wanted(view.name(), each.getValue(), key.keys()));
        }
        List<List<ViewReading>> answers = online.read(asked, now);
        for (int v = 0; v < asked.size(); v++) {
            String view = asked.get(v).view();
            List<String> names = asked.get(v).features();
            List<ViewReading> readings = answers.get(v);
            asOf = readings.isEmpty() ? now : Micros.toInstant(readings.getFirst().asOfMicros());
            long[] events = readings.stream().mapToLong(ViewReading::newestEventMicros).toArray();
            for (int f = 0; f < names.size(); f++) {
                double[] values = new double[rows];
                byte[] statuses = new byte[rows];
                for (int row = 0; row < rows; row++) {
                    values[row] = readings.get(row).values()[f];
                    statuses[row] = readings.get(row).statuses()[f];
                }
                found.put(
                        view + ":" + names.get(f),
                        new FeatureValues(view, names.get(f), values, statuses, events));
            }
        }
        return new Answer(
                rows,
                keys,
                order.stream()
                        .map(name -> Objects.requireNonNull(found.get(name[0] + ":" + name[1])))
                        .toList(),
                asOf);
    }

    private FeatureViewDefinition view(String name) {
        FeatureViewDefinition view = views.get(name);
        if (view == null) {
            throw bad(
                    "features",
                    "There is no feature view (%s); the views are %s.".formatted(name, views.keySet()),
                    Suggestion.sentence(name, views.keySet()).orElse(null));
        }
        return view;
    }

    private static int rows(Map<String, ? extends List<? extends @Nullable Object>> entities) {
        int rows = -1;
        for (Map.Entry<String, ? extends List<? extends @Nullable Object>> entity : entities.entrySet()) {
            int size = entity.getValue().size();
            if (rows >= 0 && size != rows) {
                throw bad(
                        "entities." + entity.getKey(),
                        "The entity key (%s) has %d values, another one %d; expected as many of each."
                                .formatted(entity.getKey(), size, rows),
                        null);
            }
            rows = size;
        }
        if (rows < 1 || rows > MAX_ROWS) {
            throw bad(
                    "entities",
                    "There are %d entities; expected 1 to %d.".formatted(Math.max(0, rows), MAX_ROWS),
                    "Maybe send them in several requests.");
        }
        return rows;
    }

    @Override
    public Answer service(String service, List<Map<String, @Nullable Object>> rows) {
        Projects.model(project, service);
        ModelPlan plan = models.plans().stream()
                .filter(each -> each.name().equals(service))
                .findFirst()
                .orElseThrow(LiveFeatures::noData);
        if (rows.isEmpty() || rows.size() > MAX_ROWS) {
            throw bad("rows", "There are %d rows; expected 1 to %d.".formatted(rows.size(), MAX_ROWS), null);
        }
        List<Problem> problems = new ArrayList<>();
        RequestReader reader = new RequestReader(plan, entityKeys);
        List<RequestRow> parsed = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            parsed.add(reader.read(rows.get(i), i, problems));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        List<FeatureVector> vectors = online.latest(
                plan.service(), parsed.stream().map(RequestRow::row).toList(), clock.instant());
        List<FeatureValues> columns = new ArrayList<>();
        List<String> names = plan.service().names();
        for (int f = 0; f < names.size(); f++) {
            double[] values = new double[rows.size()];
            byte[] statuses = new byte[rows.size()];
            long[] events = new long[rows.size()];
            Map<Double, String> texts = new HashMap<>();
            for (int row = 0; row < events.length; row++) {
                FeatureVector vector = vectors.get(row);
                values[row] = vector.values()[f];
                statuses[row] = vector.statuses()[f];
                String text = plan.service().columns().get(f).category() ? plan.service().text(values[row]) : null;
                if (text != null) {
                    texts.put(values[row], text);
                }
                long age = vector.ageMicros()[f];
                events[row] = age == FeatureVector.NO_AGE ? ViewReading.NO_EVENT : Micros.of(vector.asOf()) - age;
            }
            columns.add(new FeatureValues(null, names.get(f), values, statuses, events, texts));
        }
        Map<String, List<@Nullable Object>> entities = new LinkedHashMap<>();
        Set<String> given = new TreeSet<>();
        rows.forEach(row -> given.addAll(row.keySet()));
        for (String column : given) {
            List<@Nullable Object> cells = new ArrayList<>();
            rows.forEach(row -> cells.add(row.get(column)));
            entities.put(column, cells);
        }
        return new Answer(rows.size(), entities, columns, vectors.getFirst().asOf());
    }

    // ---- pushing

    @Override
    public synchronized PushOutcome push(String source, List<Map<String, @Nullable Object>> rows, Destination to) {
        SourceDefinition definition = models.sources().get(source);
        if (definition == null) {
            refuseQuery(source);
            throw bad(
                    "source",
                    "There is no source (%s) that features are made of; there is %s."
                            .formatted(source, String.join(", ", models.sources().keySet())),
                    Suggestion.sentence(source, models.sources().keySet()).orElse(null));
        }
        if (rows.isEmpty() || rows.size() > MAX_ROWS) {
            throw bad("rows", "There are %d rows; expected 1 to %d.".formatted(rows.size(), MAX_ROWS), null);
        }
        DatasetVersion version = version(source);
        PushedRows.Csv csv = PushedRows.csv(definition, version, rows, entityKeys.columns(definition));
        SourceRows read = PushedRows.read(definition, version, csv.text());
        PushedRows.requireGood(read, csv);
        long knownFrom = Micros.of(version.watermark()) + 1; // as the load will say of what comes after it
        Frame good = PushedRows.knownFrom(read.frame(), knownFrom);
        int[] fresh = notContained(version, definition, good);
        int contained = good.rows() - fresh.length;
        if (fresh.length == 0) {
            return new PushOutcome(rows.size(), contained, 0);
        }
        if (to.online()) {
            refuseCorrections(version, definition, good.take(fresh), source);
        }
        Instant now = clock.instant();
        int[] lines = Arrays.stream(fresh).map(row -> csv.rowAt(read.line(row))).sorted().toArray();
        pushes.append(source, to.online(), to.offline(), now, knownFrom, csv.text(lines));
        int visible = 0;
        if (to.online()) {
            lay(false);
            for (long known : good.take(fresh).longs(SystemColumns.KNOWN_AT).values()) {
                visible += known < Micros.of(now) ? 1 : 0;
            }
        }
        return new PushOutcome(rows.size(), contained, visible);
    }

    /** Values are folded once: an event that a view contains is taken back only by filling the view anew. */
    private void refuseCorrections(DatasetVersion version, SourceDefinition source, Frame fresh, String name) {
        int[] corrections = contained.among(version, source, fresh, materializedUntil(name));
        if (corrections.length > 0) {
            List<String> key = source.key().stream()
                    .map(column -> column + " = " + fresh.vector(column).get(corrections[0]))
                    .toList();
            throw bad(
                    "rows",
                    "%d of the rows change an event that is loaded and counted already, the first %s; only a load can take it back."
                            .formatted(corrections.length, String.join(", ", key)),
                    "Maybe push them with `to: offline`, or correct the source: the next load and materialisation count them instead.");
        }
    }

    /** What is known before it is contained in some view of a source. */
    private long materializedUntil(String source) {
        long until = Long.MIN_VALUE;
        for (FeatureViewDefinition view : views.values()) {
            Instant watermark = online.status(view.name()).watermark();
            if (view.source().equals(source) && watermark != null) {
                until = Math.max(until, Micros.of(watermark));
            }
        }
        return until;
    }

    /** The rows that the dataset does not hold with the very same cells. */
    private int[] notContained(DatasetVersion version, SourceDefinition source, Frame rows) {
        List<String> cells = version.schema().names().stream()
                .filter(name -> !SystemColumns.NAMES.contains(name) && rows.schema().contains(name))
                .toList();
        long[] events = rows.longs(SystemColumns.EVENT_TIME).values();
        TreeMap<YearMonth, List<Integer>> byMonth = new TreeMap<>();
        for (int row = 0; row < rows.rows(); row++) {
            YearMonth month = YearMonth.from(Micros.toInstant(events[row]).atOffset(ZoneOffset.UTC));
            byMonth.computeIfAbsent(month, key -> new ArrayList<>()).add(row);
        }
        List<Integer> fresh = new ArrayList<>();
        byMonth.forEach((month, numbers) -> {
            Map<List<@Nullable Object>, List<@Nullable Object>> held = month(version, source, month, cells);
            for (int row : numbers) {
                if (!values(rows, cells, row).equals(held.get(values(rows, source.key(), row)))) {
                    fresh.add(row);
                }
            }
        });
        return fresh.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private Map<List<@Nullable Object>, List<@Nullable Object>> month(
            DatasetVersion version, SourceDefinition source, YearMonth month, List<String> cells) {
        String name = version.id() + " " + month;
        Map<List<@Nullable Object>, List<@Nullable Object>> held = months.get(name);
        if (held == null) {
            Map<List<@Nullable Object>, List<@Nullable Object>> read = new HashMap<>();
            version.partitions().stream()
                    .filter(partition -> partition.month().equals(month))
                    .forEach(partition -> {
                        Frame frame = workspace.datasets().read(version, List.of(partition), cells);
                        for (int row = 0; row < frame.rows(); row++) {
                            read.put(values(frame, source.key(), row), values(frame, cells, row));
                        }
                    });
            while (months.size() >= MONTHS_HELD) {
                months.remove(months.firstEntry().getKey());
            }
            months.put(name, read);
            held = read;
        }
        return held;
    }

    private static List<@Nullable Object> values(Frame frame, List<String> columns, int row) {
        List<@Nullable Object> values = new ArrayList<>(columns.size());
        for (String column : columns) {
            values.add(frame.vector(column).get(row));
        }
        return values;
    }

    @Override
    public List<ServedView> views() {
        return models.views().stream()
                .map(view -> new ServedView(view, models.engine().featureTypes(view.name())))
                .toList();
    }

    @Override
    public String sourceOf(String view) {
        refuseQuery(view);
        return view(view).source();
    }

    /** Says of a view of a query where its rows come from. */
    private void refuseQuery(String view) {
        for (SqlViewDefinition query : project.sqlViews()) {
            if (query.name().equals(view)) {
                throw bad(
                        "view",
                        "The view (%s) is computed by a query, and rows can be pushed to a source alone.".formatted(view),
                        "Maybe push to its source (%s); the view follows when features are materialised."
                                .formatted(String.join(", ", query.sources())));
            }
        }
    }

    // ---- keeping up

    @Override
    public synchronized List<Materialization.Outcome> materialize(
            Materialization.Request request, Materialization.Progress progress) {
        request.views().forEach(this::view);
        Set<String> filled = request.views().isEmpty() ? views.keySet() : Set.copyOf(request.views());
        ProjectDefinitions.requireApplied(workspace, current.get(), project, filled, clock.instant());
        Map<String, DatasetVersion> versions = workspace.withViews(versions(), clock.instant());
        for (DatasetVersion version : versions.values()) {
            Schema before = schemas.get(version.source());
            if (before == null || !version.schema().equals(before)) {
                throw new KeelsonException(
                        ErrorCode.NOT_READY,
                        "The dataset has other columns or types since this process started.",
                        "Maybe restart it.");
            }
        }
        List<Materialization.Outcome> outcomes = new Materialization(workspace.datasets())
                .run(online, versions, request, progress);
        layPushes();
        return outcomes;
    }

    @Override
    public String store() {
        return OnlineStores.name(workspace.online());
    }

    @Override
    public List<ViewStatus> status() {
        online.refresh();
        Instant now = clock.instant();
        List<ViewStatus> list = new ArrayList<>();
        for (FeatureViewDefinition view : views.values()) {
            OnlineFeatures.Status status = online.status(view.name());
            OnlineStore.Size size = online.size(view.name());
            list.add(new ViewStatus(
                    status,
                    view.entity(),
                    online.featureNames(view.name()).size(),
                    status.freshnessSeconds(now),
                    size.keys(),
                    size.bytes()));
        }
        return list;
    }

    @Override
    public double freshnessSeconds(String view) {
        if (!views.containsKey(view)) {
            return Double.NaN;
        }
        try {
            online.refresh();
        } catch (KeelsonException e) {
            return Double.NaN; // nobody knows how fresh it is, which readers are told themselves
        }
        return online.status(view).freshnessSeconds(clock.instant());
    }

    private static KeelsonException bad(String field, String message, @Nullable String hint) {
        return new KeelsonException(
                Problem.at(ErrorCode.BAD_REQUEST, new Location(field, 0, 0), message, hint));
    }

    @Override
    public void close() {
        AutoCloseable closing = owned;
        if (closing != null) {
            try {
                closing.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("The stores could not be closed.", e);
            }
        }
    }
}

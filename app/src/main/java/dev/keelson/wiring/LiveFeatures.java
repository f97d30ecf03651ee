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
import dev.keelson.features.ViewReading;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.http.FeatureServing;
import dev.keelson.project.Project;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.PushLog;
import java.math.BigDecimal;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The online features of a project over its real stores. */
public final class LiveFeatures implements FeatureServing, AutoCloseable {
    private static final int MONTHS_HELD = 2;

    private final Project project;
    private final InstantSource clock;
    private final Workspace workspace;
    private final ProjectModels models;
    private final OnlineFeatures online;
    private final PushLog pushes;
    private final Map<String, FeatureViewDefinition> views = new LinkedHashMap<>();
    /** Dataset version and month to its rows by key. The oldest is given up first. */
    private final LinkedHashMap<String, Map<List<@Nullable Object>, List<@Nullable Object>>> months =
            new LinkedHashMap<>();
    private final Map<String, Schema> schemas = new LinkedHashMap<>();
    private final boolean owns;

    private @Nullable AutoCloseable owned;

    LiveFeatures(
            Project project,
            InstantSource clock,
            Workspace workspace,
            ProjectModels models,
            Map<String, DatasetVersion> versions) {
        this(project, clock, workspace, models, versions, workspace.pushes());
    }

    private LiveFeatures(
            Project project,
            InstantSource clock,
            Workspace workspace,
            ProjectModels models,
            Map<String, DatasetVersion> versions,
            PushLog pushes) {
        this.project = project;
        this.clock = clock;
        this.workspace = workspace;
        this.models = models;
        versions.forEach((source, version) -> schemas.put(source, version.schema()));
        this.online = OnlineFeatures.open(models.engine(), workspace.online());
        this.pushes = pushes;
        project.views().stream()
                .filter(view -> models.engine().viewNames().contains(view.name()))
                .forEach(view -> views.put(view.name(), view));
        this.owns = pushes == workspace.openPushes();
        layPushes(versions);
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
            Map<String, DatasetVersion> versions = loaded(workspace);
            LiveFeatures features = new LiveFeatures(
                    project, clock, workspace, ProjectModels.ofVersions(project, versions), versions);
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
            Map<String, DatasetVersion> versions = loaded(workspace);
            LiveFeatures features = new LiveFeatures(
                    project,
                    clock,
                    workspace,
                    ProjectModels.ofVersions(project, versions),
                    versions,
                    PushLog.look(workspace.state().pushes()));
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

    private static Map<String, DatasetVersion> loaded(Workspace workspace) {
        Map<String, DatasetVersion> versions = workspace.latest();
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
    private void layPushes(Map<String, DatasetVersion> versions) {
        online.clearPushed();
        List<Long> done = new ArrayList<>();
        for (PushLog.Entry entry : pushes.entries()) {
            SourceDefinition source = models.sources().get(entry.source());
            DatasetVersion version = versions.get(entry.source());
            if (source == null || version == null || !entry.online()) {
                continue;
            }
            Frame rows = PushedRows.knownFrom(
                    PushedRows.read(source, version, entry.rows()).frame(), entry.knownFrom());
            int still = online.push(source.name(), rows, clock.instant());
            if (still == 0 && !entry.offline()) {
                done.add(entry.number());
            }
        }
        if (owns) {
            pushes.done(done);
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
        for (Map.Entry<String, List<String>> each : wanted.entrySet()) {
            FeatureViewDefinition view = view(each.getKey());
            List<String> names = each.getValue();
            String key = project.entities().getOrDefault(view.entity(), view.entity());
            List<? extends @Nullable Object> given = entities.get(key);
            if (given == null) {
                given = entities.get(view.entity());
            }
            if (given == null) {
                throw bad(
                        "entities",
                        "The view (%s) needs the entity key (%s), which is missing.".formatted(view.name(), key),
                        "Maybe give it as `\"%s\": [...]`; it was given %s.".formatted(key, entities.keySet()));
            }
            keys.put(key, new ArrayList<>(given));
            List<ViewReading> readings = online.read(view.name(), names, keys(given), now);
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
                        view.name() + ":" + names.get(f),
                        new FeatureValues(view.name(), names.get(f), values, statuses, events));
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

    private static List<@Nullable String> keys(List<? extends @Nullable Object> values) {
        List<@Nullable String> keys = new ArrayList<>(values.size());
        for (Object value : values) {
            keys.add(
                    switch (value) {
                        case null -> null;
                        case String text -> text;
                        case Double number when Double.isFinite(number) && number == Math.rint(number) ->
                            new BigDecimal(number).toBigInteger().toString();
                        default -> value.toString();
                    });
        }
        return keys;
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
        RequestReader reader = new RequestReader(plan);
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
            for (int row = 0; row < events.length; row++) {
                FeatureVector vector = vectors.get(row);
                values[row] = vector.values()[f];
                statuses[row] = vector.statuses()[f];
                long age = vector.ageMicros()[f];
                events[row] = age == FeatureVector.NO_AGE ? ViewReading.NO_EVENT : Micros.of(vector.asOf()) - age;
            }
            columns.add(new FeatureValues(null, names.get(f), values, statuses, events));
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
        PushedRows.Csv csv = PushedRows.csv(definition, version, rows);
        SourceRows read = PushedRows.read(definition, version, csv.text());
        PushedRows.requireGood(read, csv);
        long knownFrom = Micros.of(version.watermark()) + 1; // as the load will say of what comes after it
        Frame good = PushedRows.knownFrom(read.frame(), knownFrom);
        int[] fresh = notContained(version, definition, good);
        int contained = good.rows() - fresh.length;
        if (fresh.length == 0) {
            return new PushOutcome(rows.size(), contained, 0);
        }
        Instant now = clock.instant();
        int[] lines = Arrays.stream(fresh).map(row -> csv.rowAt(read.line(row))).sorted().toArray();
        pushes.append(source, to.online(), to.offline(), now, knownFrom, csv.text(lines));
        int visible = 0;
        if (to.online()) {
            Frame pushed = good.take(fresh);
            online.push(source, pushed, now);
            for (long known : pushed.longs(SystemColumns.KNOWN_AT).values()) {
                visible += known < Micros.of(now) ? 1 : 0;
            }
        }
        return new PushOutcome(rows.size(), contained, visible);
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
    public String sourceOf(String view) {
        return view(view).source();
    }

    // ---- keeping up

    @Override
    public List<Materialization.Outcome> materialize(Materialization.Request request) {
        return materialize(request, (source, rows, total) -> {});
    }

    /** As {@link #materialize(Materialization.Request)}, told of its progress. */
    public synchronized List<Materialization.Outcome> materialize(
            Materialization.Request request, Materialization.Progress progress) {
        request.views().forEach(this::view);
        Map<String, DatasetVersion> versions = versions();
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
        layPushes(versions);
        return outcomes;
    }

    @Override
    public List<ViewStatus> status() {
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

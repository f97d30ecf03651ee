package dev.keelson.store.catalog;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.TrackingTransaction;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.MetricSummary;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.TrackedRun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Experiments and runs. */
final class TrackingStatements implements TrackingTransaction {
    static final String NAME_TAG = "mlflow.runName";
    static final String CONTEXT_TAG = "mlflow.data.context";
    static final String ARTIFACTS = "/artifacts";
    private static final String PARENT_TAG = "mlflow.parentRunId";
    private static final String USER_TAG = "mlflow.user";
    private static final String OWN_USER = "keelson";
    private static final String SCHEME = "mlflow-artifacts:/";
    private static final String RUN = "r.seq, r.id, r.experiment, r.name, r.user_name, r.status, r.started_at, r.ended_at,"
            + " r.deleted, r.artifact_uri";
    static final String POINT = "p.value, p.is_nan, p.at, p.step, s.model_id, s.dataset_name, s.dataset_digest";
    /** Points of a metric in each block of a run. */
    private static final String IN_BLOCKS = " where b.run = ? and p.run = b.run and p.block = b.block and p.metric = ?";
    private static final String POINTS = " from run_blocks b cross join metric_points p left join metric_subjects s"
            + " on s.id = p.subject" + IN_BLOCKS;
    private static final String PUT_TAG = "insert into run_tags (run, name, value) values (?, ?, ?)"
            + " on conflict (run, name) do update set value = excluded.value";

    private final CatalogStatements open;
    private final Experiments experiments;
    private final LoggedModels models;

    TrackingStatements(CatalogStatements open) {
        this.open = open;
        this.experiments = new Experiments(open);
        this.models = new LoggedModels(open, this);
    }

    /** A run with its number. */
    record Found(long seq, RunInfo info) {}

    private CatalogSession session() {
        return open.session();
    }

    // ---- experiments

    @Override
    public Experiment createExperiment(
            String name, @Nullable String artifactLocation, Map<String, String> tags, Instant at) {
        return experiments.create(name, artifactLocation, tags, at);
    }

    @Override
    public Optional<Experiment> experiment(String id) {
        return experiments.byId(id);
    }

    @Override
    public Optional<Experiment> experimentNamed(String name) {
        return experiments.named(name);
    }

    @Override
    public Page<Experiment> searchExperiments(Search search) {
        return experiments.search(search);
    }

    @Override
    public void renameExperiment(String id, String name, Instant at) {
        experiments.rename(id, name, at);
    }

    @Override
    public void setExperimentLifecycle(String id, Lifecycle lifecycle, Instant at) {
        experiments.setLifecycle(id, lifecycle, at);
    }

    @Override
    public void setExperimentTag(String id, String key, @Nullable String value, Instant at) {
        experiments.setTag(id, key, value, at);
    }

    // ---- runs

    @Override
    public RunInfo createRun(
            String id, String experimentId, String name, String user, Instant startedAt, Map<String, String> tags) {
        Experiment experiment = experiments.required(experimentId);
        if (experiment.lifecycle() == Lifecycle.DELETED) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The experiment (%s) is deleted; no run can be made in it.".formatted(experimentId),
                    "Maybe restore it first.");
        }
        if (session().number("select seq from runs where id = ?", id) != null) {
            throw new KeelsonException(
                    ErrorCode.ALREADY_EXISTS, "There is a run (%s) already.".formatted(id), "Maybe give it another id.");
        }
        String location = experiment.artifactLocation();
        String uri = (location.endsWith("/") ? location : location + "/") + id + ARTIFACTS;
        long seq = session().first(
                        "insert into runs (id, experiment, name, named, user_name, status, started_at, artifact_uri,"
                                + " provenance) values (?, ?, ?, 1, ?, 'RUNNING', ?, ?, '{}') returning seq",
                        row -> row.getLong(1),
                        id,
                        Long.valueOf(experiment.id()),
                        name,
                        user,
                        Micros.of(startedAt),
                        uri)
                .orElseThrow();
        tags.forEach((key, value) -> session().update(PUT_TAG, seq, key, key.equals(NAME_TAG) ? name : value));
        if (!tags.containsKey(NAME_TAG)) {
            session().update(PUT_TAG, seq, NAME_TAG, name);
        }
        return new RunInfo(
                id,
                experiment.id(),
                name,
                user,
                Run.Status.RUNNING,
                Rows.millis(Micros.of(startedAt)),
                null,
                Lifecycle.ACTIVE,
                uri);
    }

    @Override
    public Optional<RunInfo> runInfo(String id) {
        return find(id).map(Found::info);
    }

    private Optional<Found> find(String id) {
        return session().first("select " + RUN + " from runs r where r.id = ?", TrackingStatements::run, id);
    }

    private static Found run(ResultSet row) throws SQLException {
        return new Found(
                row.getLong(1),
                new RunInfo(
                        Rows.text(row, 2),
                        Long.toString(row.getLong(3)),
                        Rows.text(row, 4),
                        Rows.text(row, 5),
                        Run.Status.valueOf(Rows.text(row, 6)),
                        Rows.millis(row.getLong(7)),
                        Rows.nullableMillis(row, 8),
                        row.getInt(9) == 0 ? Lifecycle.ACTIVE : Lifecycle.DELETED,
                        Rows.text(row, 10)));
    }

    private Found required(String id) {
        return find(id).orElseThrow(() -> notFound(id));
    }

    private static KeelsonException notFound(String id) {
        return new KeelsonException(
                ErrorCode.RUN_NOT_FOUND,
                "There is no run (%s).".formatted(id),
                "Maybe list them with `keelson runs list`.");
    }

    /** The number of a run that can be written. */
    private long writable(String id) {
        long[] found = session().first(
                        "select seq, deleted from runs where id = ?", row -> new long[] {row.getLong(1), row.getLong(2)}, id)
                .orElseThrow(() -> notFound(id));
        if (found[1] != 0) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The run (%s) is deleted and cannot be changed.".formatted(id),
                    "Maybe restore it first.");
        }
        return found[0];
    }

    @Override
    public List<TrackedRun> runs(Collection<String> ids, Detail detail) {
        Map<String, Found> found = new HashMap<>();
        session().eachOf(ids, "select " + RUN + " from runs r where r.id in ", "", row -> {
            Found run = run(row);
            found.put(run.info().id(), run);
        });
        List<Found> ordered = new ArrayList<>();
        for (String id : ids) {
            Found run = found.get(id);
            if (run != null) {
                ordered.add(run);
            }
        }
        return new RunDetails(session(), ordered).read(detail);
    }

    @Override
    public Page<TrackedRun> searchRuns(@Nullable Collection<String> experimentIds, Search search, Detail detail) {
        List<Found> found = new RunSearch(session(), Experiments.numbers(experimentIds), search)
                .find(RUN, TrackingStatements::run);
        Page<Found> page = CatalogStatements.page(found, search.limit());
        return new Page<>(new RunDetails(session(), page.items()).read(detail), page.more());
    }

    @Override
    public long countRuns(@Nullable Collection<String> experimentIds, Search search) {
        return new RunSearch(session(), Experiments.numbers(experimentIds), search).count();
    }

    @Override
    public SortedSet<String> keys(@Nullable Collection<String> experimentIds, Entity entity) {
        List<Long> within = Experiments.numbers(experimentIds);
        if (within != null && within.isEmpty()) {
            return new TreeSet<>();
        }
        String run = within == null
                ? "r.deleted = 0)"
                : "r.deleted = 0 and r.experiment in " + CatalogSession.marks(within.size()) + ")";
        @Nullable Object[] values = within == null ? new Object[0] : within.toArray();
        return new TreeSet<>(
                switch (entity) {
                    case METRIC -> session().list(
                                    "select k.name from metric_keys k where exists (select 1 from run_metrics m"
                                            + " join runs r on r.seq = m.run where m.metric = k.id and " + run,
                                    row -> row.getString(1),
                                    values);
                    case PARAM -> names("run_params", run, values);
                    case TAG -> names("run_tags", run, values);
                    case ATTRIBUTE, DATASET -> throw new IllegalArgumentException(
                            "Names are kept of metrics, params and tags, not of %s.".formatted(entity));
                });
    }

    /** From one name to the next through the index, however many runs have it. */
    private List<String> names(String table, String run, @Nullable Object[] values) {
        return session().list(
                        "with recursive names (name) as (select min(name) from " + table
                                + " union all select (select min(t.name) from " + table + " t where t.name > names.name)"
                                + " from names where names.name is not null)"
                                + " select n.name from names n where n.name is not null and exists (select 1 from " + table
                                + " t join runs r on r.seq = t.run where t.name = n.name and " + run,
                        row -> row.getString(1),
                        values);
    }

    @Override
    public RunInfo updateRun(String id, Run.@Nullable Status status, @Nullable Instant endedAt, @Nullable String name) {
        long seq = writable(id);
        if (status != null) {
            session().update("update runs set status = ? where seq = ?", status.name(), seq);
        }
        if (endedAt != null) {
            session().update("update runs set ended_at = ? where seq = ?", Micros.of(endedAt), seq);
        }
        if (name != null) {
            session().update(PUT_TAG, seq, NAME_TAG, name);
            named(seq, name);
        }
        return required(id).info();
    }

    private void named(long seq, String name) {
        session().update("update runs set name = ?, named = 1 where seq = ?", name, seq);
    }

    @Override
    public void setRunLifecycle(String id, Lifecycle lifecycle, Instant at) {
        boolean deleted = lifecycle == Lifecycle.DELETED;
        if (session().update(
                        "update runs set deleted_at = case when deleted = ? then deleted_at else ? end, deleted = ?"
                                + " where id = ?",
                        deleted,
                        deleted ? Micros.of(at) : null,
                        deleted,
                        id)
                == 0) {
            throw notFound(id);
        }
    }

    @Override
    public void log(String runId, List<MetricPoint> points, Map<String, String> params, Map<String, String> tags) {
        long run = writable(runId);
        params.forEach((name, value) -> logParam(run, runId, name, value));
        tags.forEach((name, value) -> {
            session().update(PUT_TAG, run, name, value);
            if (name.equals(NAME_TAG)) {
                named(run, value);
            }
        });
        if (!points.isEmpty()) {
            new PointWriter(session(), run).write(points);
        }
    }

    private void logParam(long run, String runId, String name, String value) {
        if (session().update(
                        "insert into run_params (run, name, value) values (?, ?, ?) on conflict do nothing", run, name, value)
                > 0) {
            return;
        }
        String known = session().first(
                        "select value from run_params where run = ? and name = ?", row -> row.getString(1), run, name)
                .orElse("");
        if (!known.equals(value)) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The param (%s) of the run (%s) is (%s) and cannot become (%s).".formatted(name, runId, known, value),
                    "Maybe log it under another name, or as a tag, which can change.");
        }
    }

    @Override
    public void deleteRunTag(String runId, String key) {
        long run = writable(runId);
        if (session().update("delete from run_tags where run = ? and name = ?", run, key) == 0) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "The run (%s) has no tag (%s).".formatted(runId, key),
                    "Maybe it was removed before.");
        }
    }

    @Override
    public void addInputs(String runId, List<DatasetInput> inputs, List<String> modelIds) {
        long run = writable(runId);
        long experiment =
                session().first("select experiment from runs where seq = ?", row -> row.getLong(1), run).orElseThrow();
        for (DatasetInput input : inputs) {
            session().update(
                            "insert into datasets (experiment, name, digest, source_type, source, schema, profile)"
                                    + " values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                            experiment,
                            input.name(),
                            input.digest(),
                            input.sourceType(),
                            input.source(),
                            input.schema(),
                            input.profile());
            long dataset = session().first(
                            "select id from datasets where experiment = ? and name = ? and digest = ?",
                            row -> row.getLong(1),
                            experiment,
                            input.name(),
                            input.digest())
                    .orElseThrow();
            if (session().update(
                            "insert into run_inputs (run, dataset) values (?, ?) on conflict do nothing", run, dataset)
                    > 0) {
                input.tags().forEach((name, value) -> session().update(
                                "insert into run_input_tags (run, dataset, name, value) values (?, ?, ?, ?)",
                                run,
                                dataset,
                                name,
                                value));
            }
        }
        for (String model : modelIds) {
            session().update(
                            "insert into run_model_inputs (run, model_id) values (?, ?) on conflict do nothing", run, model);
        }
    }

    @Override
    public void addOutputs(String runId, Map<String, Long> modelIds) {
        long run = writable(runId);
        modelIds.forEach((model, step) -> session().update(
                        "insert into run_model_outputs (run, model_id, step) values (?, ?, ?)"
                                + " on conflict (run, model_id) do update set step = excluded.step",
                        run,
                        model,
                        step));
    }

    // ---- history

    @Override
    public Page<MetricPoint> history(String runId, String key, long offset, int limit) {
        CatalogStatements.requireLimit(limit);
        long run = required(runId).seq();
        Long metric = metric(key);
        if (metric == null) {
            return new Page<>(List.of(), false);
        }
        List<MetricPoint> points = session().list(
                        "select " + POINT + POINTS + " order by p.step, p.at, p.value, p.is_nan limit ? offset ?",
                        row -> point(key, row),
                        run,
                        metric,
                        limit + 1L,
                        offset);
        return CatalogStatements.page(points, limit);
    }

    @Override
    public List<MetricPoint> history(String runId, String key, long fromStep, long toStep, int limit) {
        CatalogStatements.requireLimit(limit);
        long run = required(runId).seq();
        Long metric = metric(key);
        if (metric == null) {
            return List.of();
        }
        Long counted = session().number(
                        "select count(*) from run_blocks b cross join metric_points p" + IN_BLOCKS
                                + " and p.step between ? and ?" + PointBlocks.WITH_STEPS,
                        run,
                        metric,
                        fromStep,
                        toStep,
                        toStep,
                        fromStep);
        long count = counted == null ? 0 : counted;
        long stride = Math.max(1, Math.ceilDiv(count, limit));
        return session().list(
                        "select " + POINT + " from (select p.value, p.is_nan, p.at, p.step, p.subject,"
                                + " row_number() over (order by p.step, p.at, p.value, p.is_nan) - 1 as place"
                                + " from run_blocks b cross join metric_points p" + IN_BLOCKS
                                + " and p.step between ? and ?" + PointBlocks.WITH_STEPS + ") p"
                                + " left join metric_subjects s on s.id = p.subject"
                                + " where p.place % ? = 0 or p.place = ? order by p.place",
                        row -> point(key, row),
                        run,
                        metric,
                        fromStep,
                        toStep,
                        toStep,
                        fromStep,
                        stride,
                        count - 1);
    }

    @Override
    public Map<String, List<MetricPoint>> histories(Collection<String> runIds, String key, int limit) {
        CatalogStatements.requireLimit(limit);
        Map<String, List<MetricPoint>> histories = new LinkedHashMap<>();
        Long metric = metric(key);
        if (metric == null) {
            return histories;
        }
        session().eachOf(
                        runIds,
                        "select " + POINT + ", p.id from (select r.id, p.value, p.is_nan, p.at, p.step, p.subject, m.points,"
                                + " row_number() over (partition by p.run order by p.step, p.at, p.value, p.is_nan) - 1 as place"
                                + " from runs r cross join run_metrics m cross join run_blocks b cross join metric_points p"
                                + " where m.run = r.seq and b.run = r.seq and p.run = r.seq and p.block = b.block"
                                + " and p.metric = m.metric and r.id in ",
                        " and m.metric = ?) p left join metric_subjects s on s.id = p.subject"
                                + " where p.place % ((p.points + ?) / ?) = 0 or p.place = p.points - 1 order by p.id, p.place",
                        row -> histories.computeIfAbsent(row.getString(8), run -> new ArrayList<>()).add(point(key, row)),
                        metric,
                        limit - 1L,
                        (long) limit);
        return histories;
    }

    @Override
    public Map<String, MetricPoint> at(Collection<String> runIds, String key, long step) {
        Map<String, MetricPoint> points = new HashMap<>();
        Long metric = metric(key);
        if (metric == null) {
            return points;
        }
        session().eachOf(
                        runIds,
                        "select " + POINT + ", r.id from runs r cross join run_blocks b cross join metric_points p"
                                + " left join metric_subjects s on s.id = p.subject where b.run = r.seq and p.run = r.seq"
                                + " and p.block = b.block and r.id in ",
                        " and p.metric = ? and p.step = ?" + PointBlocks.WITH_STEPS + " order by p.at, p.value, p.is_nan",
                        row -> points.put(row.getString(8), point(key, row)),
                        metric,
                        step,
                        step,
                        step);
        return points;
    }

    @Override
    public Map<String, Long> children(Collection<String> runIds) {
        Map<String, Long> children = new HashMap<>();
        session().eachOf(
                        runIds,
                        "select t.value, count(*) from run_tags t cross join runs r where r.seq = t.run and r.deleted = 0"
                                + " and t.name = '" + PARENT_TAG + "' and substr(t.value, 1, 128) in ",
                        " group by t.value",
                        row -> children.put(row.getString(1), row.getLong(2)));
        return children;
    }

    /** Of {@link #POINT}. */
    static MetricPoint point(String key, ResultSet row) throws SQLException {
        String model = Rows.nullableText(row, 5);
        double value = row.getInt(2) != 0 ? Double.NaN : Rows.finite(row.getDouble(1));
        return model == null
                ? new MetricPoint(key, value, row.getLong(3), row.getLong(4))
                : new MetricPoint(
                        key,
                        value,
                        row.getLong(3),
                        row.getLong(4),
                        Rows.orNull(model),
                        Rows.orNull(Rows.text(row, 6)),
                        Rows.orNull(Rows.text(row, 7)));
    }

    private @Nullable Long metric(String name) {
        return session().number("select id from metric_keys where name = ?", name);
    }

    @Override
    public List<DatasetSummary> datasets(Collection<String> experimentIds, int limit) {
        CatalogStatements.requireLimit(limit);
        List<Long> within = Experiments.numbers(experimentIds);
        if (within == null || within.isEmpty()) {
            return List.of();
        }
        Sql sql = new Sql(
                        "select distinct d.experiment, d.name, d.digest, t.value from datasets d"
                                + " join run_inputs i on i.dataset = d.id left join run_input_tags t on t.run = i.run"
                                + " and t.dataset = i.dataset and t.name = ? where d.experiment in "
                                + CatalogSession.marks(within.size()),
                        CONTEXT_TAG)
                .add("", within.toArray())
                .add(" order by 1, 2, 3, 4 limit ?", limit);
        return session().list(
                        sql,
                        row -> new DatasetSummary(
                                Long.toString(row.getLong(1)), row.getString(2), row.getString(3), row.getString(4)));
    }

    // ---- logged models

    @Override
    public void putLoggedModel(LoggedModel model) {
        models.put(model);
    }

    @Override
    public Optional<LoggedModel> loggedModel(String id) {
        return models.byId(id);
    }

    @Override
    public Page<LoggedModel> searchLoggedModels(Collection<String> experimentIds, Search search) {
        return models.search(experimentIds, search);
    }

    // ---- runs of the project

    /** Stores a run of the project as a whole. */
    void put(Run run, FilesStatements files) {
        long experiment = experiments.ofModel(run.experiment(), run.startedAt());
        String given = run.tags().get(NAME_TAG);
        String name = given != null
                ? given
                : run.experiment() + "-" + run.id().substring(0, Math.min(8, run.id().length()));
        String user = run.tags().getOrDefault(USER_TAG, "");
        String root = experiment + "/" + run.id() + ARTIFACTS;
        long seq = session().first(
                        "insert into runs (id, experiment, model, name, named, user_name, status, started_at, ended_at,"
                                + " artifact_uri, provenance) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                + " on conflict (id) do update set experiment = excluded.experiment,"
                                + " model = excluded.model, name = excluded.name, named = excluded.named,"
                                + " user_name = excluded.user_name, status = excluded.status,"
                                + " started_at = excluded.started_at, ended_at = excluded.ended_at,"
                                + " artifact_uri = excluded.artifact_uri, provenance = excluded.provenance"
                                + " returning seq",
                        row -> row.getLong(1),
                        run.id(),
                        experiment,
                        run.experiment(),
                        name,
                        given != null,
                        user.isEmpty() ? OWN_USER : user,
                        run.status().name(),
                        Micros.of(run.startedAt()),
                        Rows.micros(run.endedAt()),
                        SCHEME + root,
                        run.provenance())
                .orElseThrow();
        Map<String, String> tags = new TreeMap<>(run.tags());
        tags.put(NAME_TAG, name);
        replace("run_params", seq, run.params());
        replace("run_tags", seq, tags);
        session().update("delete from model_points where run = ?", seq);
        session().update("delete from metric_points where run = ?", seq);
        session().update("delete from run_metrics where run = ?", seq);
        if (!run.metrics().isEmpty()) {
            Instant end = run.endedAt();
            long at = (end == null ? run.startedAt() : end).toEpochMilli();
            List<MetricPoint> points = new ArrayList<>();
            run.metrics().forEach((key, value) -> points.add(new MetricPoint(key, value, at, 0)));
            new PointWriter(session(), seq).writeAsGiven(points);
        }
        Instant ended = run.endedAt();
        files.replace(seq, root, run.artifacts(), ended == null ? run.startedAt() : ended);
    }

    private void replace(String table, long run, Map<String, String> values) {
        session().update("delete from " + table + " where run = ?", run);
        values.forEach((name, value) -> session().update(
                        "insert into " + table + " (run, name, value) values (?, ?, ?)", run, name, value));
    }

    /** What of runs is read beside the runs. */
    private static final class RunDetails {
        private final CatalogSession session;
        private final List<Found> runs;
        private final List<Long> seqs;

        private RunDetails(CatalogSession session, List<Found> runs) {
            this.session = session;
            this.runs = runs;
            this.seqs = runs.stream().map(Found::seq).toList();
        }

        private List<TrackedRun> read(Detail detail) {
            Map<Long, SortedMap<String, MetricSummary>> metrics = metrics(detail.metrics());
            Map<Long, SortedMap<String, String>> params = texts("run_params", detail.params());
            Map<Long, SortedMap<String, String>> tags = texts("run_tags", detail.tags());
            Map<Long, List<DatasetInput>> inputs = detail.inputs() ? inputs() : Map.of();
            Map<Long, List<String>> modelInputs = new HashMap<>();
            Map<Long, Map<String, Long>> modelOutputs = new HashMap<>();
            if (detail.inputs()) {
                session.eachOf(
                        seqs,
                        "select run, model_id from run_model_inputs where run in ",
                        " order by run, model_id",
                        row -> modelInputs.computeIfAbsent(row.getLong(1), run -> new ArrayList<>())
                                .add(row.getString(2)));
                session.eachOf(
                        seqs,
                        "select run, model_id, step from run_model_outputs where run in ",
                        "",
                        row -> modelOutputs.computeIfAbsent(row.getLong(1), run -> new HashMap<>())
                                .put(row.getString(2), row.getLong(3)));
            }
            return runs.stream()
                    .map(run -> new TrackedRun(
                            run.info(),
                            metrics.getOrDefault(run.seq(), new TreeMap<>()),
                            params.getOrDefault(run.seq(), new TreeMap<>()),
                            tags.getOrDefault(run.seq(), new TreeMap<>()),
                            inputs.getOrDefault(run.seq(), List.of()),
                            modelInputs.getOrDefault(run.seq(), List.of()),
                            modelOutputs.getOrDefault(run.seq(), Map.of())))
                    .toList();
        }

        private Map<Long, SortedMap<String, MetricSummary>> metrics(@Nullable Set<String> names) {
            Map<Long, SortedMap<String, MetricSummary>> byRun = new HashMap<>();
            if (names != null && names.isEmpty()) {
                return byRun;
            }
            session.eachOf(
                    seqs,
                    "select m.run, k.name, m.value, m.step, m.at, m.min_value, m.max_value, m.points, s.model_id,"
                            + " s.dataset_name, s.dataset_digest from run_metrics m join metric_keys k on k.id = m.metric"
                            + " left join metric_subjects s on s.id = m.subject where m.run in ",
                    among("k.name", names),
                    row -> {
                        String model = Rows.nullableText(row, 9);
                        String key = Rows.text(row, 2);
                        double value = Rows.finite(Rows.number(row, 3));
                        MetricPoint last = new MetricPoint(
                                key,
                                value,
                                row.getLong(5),
                                row.getLong(4),
                                model == null ? null : Rows.orNull(model),
                                model == null ? null : Rows.orNull(Rows.text(row, 10)),
                                model == null ? null : Rows.orNull(Rows.text(row, 11)));
                        byRun.computeIfAbsent(row.getLong(1), run -> new TreeMap<>())
                                .put(
                                        key,
                                        new MetricSummary(
                                                last,
                                                Rows.finite(Rows.number(row, 6)),
                                                Rows.finite(Rows.number(row, 7)),
                                                row.getLong(8)));
                    },
                    values(names));
            return byRun;
        }

        private Map<Long, SortedMap<String, String>> texts(String table, @Nullable Set<String> names) {
            Map<Long, SortedMap<String, String>> byRun = new HashMap<>();
            if (names != null && names.isEmpty()) {
                return byRun;
            }
            session.eachOf(
                    seqs,
                    "select run, name, value from " + table + " where run in ",
                    among("name", names),
                    row -> byRun.computeIfAbsent(row.getLong(1), run -> new TreeMap<>())
                            .put(Rows.text(row, 2), Rows.text(row, 3)),
                    values(names));
            return byRun;
        }

        private static String among(String column, @Nullable Set<String> names) {
            return names == null ? "" : " and " + column + " in " + CatalogSession.marks(names.size());
        }

        private static @Nullable Object[] values(@Nullable Set<String> names) {
            return names == null ? new Object[0] : names.toArray();
        }

        private Map<Long, List<DatasetInput>> inputs() {
            Map<Long, Map<Long, DatasetInput>> byRun = new HashMap<>();
            session.eachOf(
                    seqs,
                    "select i.run, d.id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
                            + " from run_inputs i join datasets d on d.id = i.dataset where i.run in ",
                    " order by i.run, d.id",
                    row -> byRun.computeIfAbsent(row.getLong(1), run -> new LinkedHashMap<>())
                            .put(
                                    row.getLong(2),
                                    new DatasetInput(
                                            row.getString(3),
                                            row.getString(4),
                                            row.getString(5),
                                            row.getString(6),
                                            row.getString(7),
                                            row.getString(8),
                                            Map.of())));
            if (byRun.isEmpty()) {
                return Map.of();
            }
            Map<Long, Map<Long, Map<String, String>>> tags = new HashMap<>();
            session.eachOf(
                    byRun.keySet(),
                    "select run, dataset, name, value from run_input_tags where run in ",
                    "",
                    row -> tags.computeIfAbsent(row.getLong(1), run -> new HashMap<>())
                            .computeIfAbsent(row.getLong(2), dataset -> new HashMap<>())
                            .put(row.getString(3), row.getString(4)));
            Map<Long, List<DatasetInput>> inputs = new HashMap<>();
            byRun.forEach((run, datasets) -> {
                List<DatasetInput> list = new ArrayList<>();
                datasets.forEach((id, input) -> list.add(new DatasetInput(
                        input.name(),
                        input.digest(),
                        input.sourceType(),
                        input.source(),
                        input.schema(),
                        input.profile(),
                        tags.getOrDefault(run, Map.of()).getOrDefault(id, Map.of()))));
                inputs.put(run, list);
            });
            return inputs;
        }
    }
}

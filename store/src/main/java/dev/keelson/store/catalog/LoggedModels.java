package dev.keelson.store.catalog;

import dev.keelson.frame.Micros;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Dataset;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.store.catalog.Conditions.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The statements about logged models. */
final class LoggedModels {
    private static final String SELECT = "select l.id, l.experiment, l.name, l.artifact_uri, l.status, l.model_type,"
            + " l.source_run, l.deleted, l.created_at, l.updated_at from logged_models l";
    private static final Map<String, Column> ATTRIBUTES = Map.of(
            "name", Column.text("l.name"),
            "model_id", Column.text("l.id"),
            "model_type", Column.text("l.model_type"),
            "status", Column.text("l.status"),
            "source_run_id", Column.text("l.source_run"),
            "creation_timestamp", Column.millis("l.created_at"),
            "last_updated_timestamp", Column.millis("l.updated_at"));

    private final CatalogStatements open;
    private final TrackingStatements tracking;

    LoggedModels(CatalogStatements open, TrackingStatements tracking) {
        this.open = open;
        this.tracking = tracking;
    }

    private CatalogSession session() {
        return open.session();
    }

    void put(LoggedModel model) {
        Long experiment = Experiments.number(model.experimentId());
        if (experiment == null || tracking.experiment(model.experimentId()).isEmpty()) {
            throw Experiments.unknown(model.experimentId());
        }
        session().update(
                        "insert into logged_models (id, experiment, name, artifact_uri, status, model_type, source_run,"
                                + " deleted, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                + " on conflict (id) do update set experiment = excluded.experiment,"
                                + " name = excluded.name, artifact_uri = excluded.artifact_uri, status = excluded.status,"
                                + " model_type = excluded.model_type, source_run = excluded.source_run,"
                                + " deleted = excluded.deleted, created_at = excluded.created_at,"
                                + " updated_at = excluded.updated_at",
                        model.id(),
                        experiment,
                        model.name(),
                        model.artifactUri(),
                        model.status().name(),
                        model.modelType(),
                        model.sourceRunId(),
                        model.lifecycle() == Lifecycle.DELETED,
                        Micros.of(model.createdAt()),
                        Micros.of(model.updatedAt()));
        replace("logged_model_params", model.id(), model.params());
        replace("logged_model_tags", model.id(), model.tags());
    }

    private void replace(String table, String id, Map<String, String> values) {
        session().update("delete from " + table + " where model = ?", id);
        values.forEach((name, value) -> session().update(
                        "insert into " + table + " (model, name, value) values (?, ?, ?)", id, name, value));
    }

    Optional<LoggedModel> byId(String id) {
        List<LoggedModel> found = session().list(SELECT + " where l.id = ?", LoggedModels::bare, id);
        return whole(found).stream().findFirst();
    }

    Page<LoggedModel> search(Collection<String> experimentIds, Search search) {
        List<Long> within = Experiments.numbers(experimentIds);
        if (within == null || within.isEmpty()) {
            return new Page<>(List.of(), false);
        }
        Conditions conditions = new Conditions(session().dialect());
        Sql sql = new Sql(
                SELECT + " where l.experiment in " + CatalogSession.marks(within.size()), within.toArray());
        if (search.view() != Lifecycle.View.ALL) {
            sql.add(" and l.deleted = ?", search.view() == Lifecycle.View.DELETED_ONLY ? 1 : 0);
        }
        for (Clause clause : search.clauses()) {
            switch (clause.entity()) {
                case ATTRIBUTE -> sql.add(" and ")
                        .add(conditions.attribute(Conditions.column(ATTRIBUTES, clause.key()), clause));
                case PARAM, TAG -> sql.add(
                                " and exists (select 1 from " + table(clause.entity())
                                        + " t where t.model = l.id and t.name = ? and ",
                                clause.key())
                        .add(conditions.text("t.value", clause))
                        .add(")");
                case METRIC -> sql.add(" and exists (select 1 from (")
                        .add(last(
                                "case when p.is_nan = 0 then p.value end as value", clause.key(), clause.dataset()))
                        .add(") m where ")
                        .add(conditions.metric("m.value", clause))
                        .add(")");
                case DATASET -> throw Conditions.wrong(clause);
            }
        }
        sql.add(" order by ");
        for (SortKey key : search.order()) {
            String direction = Conditions.direction(key);
            switch (key.entity()) {
                case ATTRIBUTE -> {
                    String column = Conditions.column(ATTRIBUTES, key.key()).expression();
                    sql.add("case when " + column + " is null then 1 else 0 end, " + column + direction + ", ");
                }
                case PARAM, TAG -> {
                    String value = "(select t.value from " + table(key.entity())
                            + " t where t.model = l.id and t.name = ?)";
                    sql.add("case when " + value + " is null then 1 else 0 end, ", key.key());
                    sql.add(value + direction + ", ", key.key());
                }
                case METRIC -> {
                    sql.add("coalesce((")
                            .add(last("p.is_nan", key.key(), key.dataset()))
                            .add("), 2), (")
                            .add(last("p.value", key.key(), key.dataset()))
                            .add(")" + direction + ", ");
                }
                case DATASET -> throw Conditions.wrong((@Nullable Object) key);
            }
        }
        sql.add("l.created_at desc, l.id limit ? offset ?", search.limit() + 1L, search.offset());
        Page<LoggedModel> page = CatalogStatements.page(session().list(sql, LoggedModels::bare), search.limit());
        return new Page<>(whole(page.items()), page.more());
    }

    private static String table(Search.Entity entity) {
        return entity == Search.Entity.PARAM ? "logged_model_params" : "logged_model_tags";
    }

    /** A column of the last point of a metric of the model {@code l}. */
    private static Sql last(String column, String metric, @Nullable Dataset dataset) {
        Sql sql = new Sql(
                "select " + column + " from model_points p join metric_keys k on k.id = p.metric"
                        + " where p.model = l.id and k.name = ?",
                metric);
        if (dataset != null) {
            sql.add(" and p.dataset_name = ?", dataset.name());
            if (dataset.digest() != null) {
                sql.add(" and p.dataset_digest = ?", dataset.digest());
            }
        }
        return sql.add(" order by p.step desc, p.at desc, p.value desc, p.is_nan desc limit 1");
    }

    private static LoggedModel bare(ResultSet row) throws SQLException {
        return new LoggedModel(
                row.getString(1),
                Long.toString(row.getLong(2)),
                row.getString(3),
                row.getString(4),
                LoggedModel.Status.valueOf(row.getString(5)),
                row.getString(6),
                row.getString(7),
                row.getInt(8) == 0 ? Lifecycle.ACTIVE : Lifecycle.DELETED,
                Rows.millis(row.getLong(9)),
                Rows.millis(row.getLong(10)),
                new TreeMap<>(),
                new TreeMap<>(),
                List.of(),
                List.of());
    }

    private List<LoggedModel> whole(List<LoggedModel> bare) {
        List<String> ids = bare.stream().map(LoggedModel::id).toList();
        Map<String, SortedMap<String, String>> params = texts("logged_model_params", ids);
        Map<String, SortedMap<String, String>> tags = texts("logged_model_tags", ids);
        Map<String, List<LoggedModel.Metric>> metrics = new HashMap<>();
        session().eachOf(
                        ids,
                        "select p.value, p.is_nan, p.at, p.step, p.model, p.dataset_name, p.dataset_digest, k.name, r.id"
                                + " from model_points p join metric_keys k on k.id = p.metric"
                                + " join runs r on r.seq = p.run where p.model in ",
                        " order by p.model, k.name, p.step, p.at, p.value, r.id",
                        row -> metrics.computeIfAbsent(row.getString(5), id -> new ArrayList<>())
                                .add(new LoggedModel.Metric(
                                        TrackingStatements.point(row.getString(8), row), row.getString(9))));
        Map<String, List<LoggedModel.Registration>> registrations = new HashMap<>();
        session().eachOf(
                        ids,
                        "select model_id, model, version from model_versions where model_id in ",
                        " order by model_id, model, version",
                        row -> registrations
                                .computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                                .add(new LoggedModel.Registration(row.getString(2), row.getInt(3))));
        return bare.stream()
                .map(model -> new LoggedModel(
                        model.id(),
                        model.experimentId(),
                        model.name(),
                        model.artifactUri(),
                        model.status(),
                        model.modelType(),
                        model.sourceRunId(),
                        model.lifecycle(),
                        model.createdAt(),
                        model.updatedAt(),
                        params.getOrDefault(model.id(), new TreeMap<>()),
                        tags.getOrDefault(model.id(), new TreeMap<>()),
                        metrics.getOrDefault(model.id(), List.of()),
                        registrations.getOrDefault(model.id(), List.of())))
                .toList();
    }

    private Map<String, SortedMap<String, String>> texts(String table, List<String> ids) {
        Map<String, SortedMap<String, String>> byModel = new HashMap<>();
        session().eachOf(
                        ids,
                        "select model, name, value from " + table + " where model in ",
                        "",
                        row -> byModel.computeIfAbsent(row.getString(1), id -> new TreeMap<>())
                                .put(row.getString(2), row.getString(3)));
        return byModel;
    }
}

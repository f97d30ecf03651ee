package dev.keelson.store.catalog;

import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.store.catalog.Conditions.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A search of runs as a query. Each clause on a metric, param or tag is a join by name; a database that joins in the order of
 * the query is told to begin with whichever leaves the least to look at: a clause that few runs satisfy, else the index of the
 * metric by which they are ordered, else the runs in the order of their start.
 */
final class RunSearch {
    private static final Map<String, Column> ATTRIBUTES = Map.of(
            "run_id", Column.text("r.id"),
            "run_name", Column.text("r.name"),
            "user_id", Column.text("r.user_name"),
            "status", Column.text("r.status"),
            "artifact_uri", Column.text("r.artifact_uri"),
            "start_time", Column.millis("r.started_at"),
            "end_time", Column.millis("r.ended_at"));
    /** So many runs are looked at one by one without a second thought. */
    private static final long FEW = 4_000;

    private final CatalogSession session;
    private final @Nullable List<Long> experiments;
    private final Search search;
    private final Conditions conditions;
    private final List<Part> parts = new ArrayList<>();
    private final Sql where = new Sql();
    private boolean nothing;

    RunSearch(CatalogSession session, @Nullable List<Long> experiments, Search search) {
        this.session = session;
        this.experiments = experiments;
        this.search = search;
        this.conditions = new Conditions(session.dialect());
        build();
    }

    /**
     * A table that is joined because of a clause.
     *
     * @param table with its alias
     * @param join what ties it to the run
     * @param condition what it must satisfy
     * @param metric the metric it is about, or null
     * @param numbers whether only values that are numbers satisfy it
     * @param indexed whether an index finds what satisfies the condition
     */
    private record Part(
            String table, String alias, Sql condition, @Nullable Long metric, boolean numbers, boolean indexed) {
        String join() {
            return alias + ".run = r.seq";
        }

        String first() {
            return table + " " + alias;
        }
    }

    private void build() {
        if (experiments != null) {
            if (experiments.isEmpty()) {
                nothing = true;
                return;
            }
            where.add(
                    experiments.size() == 1
                            ? " and r.experiment = ?"
                            : " and +r.experiment in " + CatalogSession.marks(experiments.size()),
                    experiments.toArray());
        }
        if (search.view() != Lifecycle.View.ALL) {
            where.add(" and r.deleted = ?", search.view() == Lifecycle.View.DELETED_ONLY ? 1 : 0);
        }
        for (Clause clause : search.clauses()) {
            String alias = "c" + parts.size();
            switch (clause.entity()) {
                case ATTRIBUTE -> where.add(" and ")
                        .add(conditions.attribute(Conditions.column(ATTRIBUTES, clause.key()), clause));
                case METRIC -> {
                    Long metric = metric(clause.key());
                    if (metric == null) {
                        nothing = true;
                        return;
                    }
                    parts.add(new Part(
                            "run_metrics",
                            alias,
                            new Sql(alias + ".metric = ? and ", metric).add(conditions.metric(alias + ".value", clause)),
                            metric,
                            !Conditions.matchesNan(clause),
                            !Conditions.matchesNan(clause)));
                }
                case PARAM -> parts.add(texts("run_params", alias, clause));
                case TAG -> parts.add(texts("run_tags", alias, clause));
                case DATASET -> where.add(" and ").add(conditions.dataset("r.seq", clause));
            }
        }
    }

    private Part texts(String table, String alias, Clause clause) {
        return new Part(
                table,
                alias,
                new Sql(alias + ".name = ? and ", clause.key()).add(conditions.value(alias, clause)),
                null,
                false,
                clause.comparison() == Search.Comparison.EQUAL);
    }

    private @Nullable Long metric(String name) {
        return session.number("select id from metric_keys where name = ?", name);
    }

    /** One more than the page has, if there is one. */
    <T> List<T> find(String columns, CatalogSession.Mapper<T> mapper) {
        if (nothing) {
            return List.of();
        }
        Part few = few();
        SortKey first = search.order().isEmpty() ? null : search.order().getFirst();
        Long metric = first != null && first.entity() == Entity.METRIC ? metric(first.key()) : null;
        if (few != null || metric == null || !session.dialect().ordersJoins()) {
            return session.list(query(columns, few, null), mapper);
        }
        for (Part part : parts) {
            if (metric.equals(part.metric()) && part.numbers()) {
                return session.list(query(columns, part, null), mapper);
            }
        }
        // Runs that have a number come first: if they fill the page, the others need not be looked at.
        Part ordering = new Part(
                "run_metrics",
                "o",
                new Sql("o.metric = ? and o.value is not null", metric),
                metric,
                true,
                true);
        List<T> found = session.list(query(columns, ordering, ordering), mapper);
        return found.size() > search.limit() ? found : session.list(query(columns, null, null), mapper);
    }

    long count() {
        if (nothing) {
            return 0;
        }
        Sql sql = new Sql("select count(*)");
        from(sql, few());
        Long count = session.number(sql.add(conditions(null)).text(), sql.values());
        return count == null ? 0 : count;
    }

    /** The clause that the fewest runs satisfy, if they are few. */
    private @Nullable Part few() {
        if (!session.dialect().ordersJoins()) {
            return null;
        }
        Part best = null;
        long fewest = FEW;
        for (Part part : parts) {
            if (!part.indexed()) {
                continue;
            }
            Sql probe = new Sql("select count(*) from (select 1 from " + part.first() + " where ")
                    .add(part.condition())
                    .add(" limit ?)", fewest + 1);
            Long count = session.number(probe.text(), probe.values());
            if (count != null && count <= fewest) {
                fewest = count;
                best = part;
            }
        }
        return best;
    }

    private void from(Sql sql, @Nullable Part first) {
        sql.add(" from ");
        if (first != null) {
            sql.add(first.first() + " cross join ");
        }
        sql.add("runs r");
        for (Part part : parts) {
            if (part != first) {
                sql.add(" cross join " + part.first());
            }
        }
    }

    private Sql conditions(@Nullable Part added) {
        Sql sql = new Sql(" where 1 = 1");
        if (added != null) {
            sql.add(" and r.seq = " + added.alias() + ".run and ").add(added.condition());
        }
        for (Part part : parts) {
            sql.add(" and " + part.join() + " and ").add(part.condition());
        }
        return sql.add(where);
    }

    private Sql query(String columns, @Nullable Part first, @Nullable Part ordering) {
        Sql sql = new Sql("select " + columns);
        from(sql, first);
        Sql order = new Sql(" order by ");
        boolean byStart = false;
        int number = 0;
        for (SortKey key : search.order()) {
            String direction = Conditions.direction(key);
            String alias = "s" + number++;
            switch (key.entity()) {
                case ATTRIBUTE -> {
                    byStart |= key.key().equals("start_time");
                    Column column = Conditions.column(ATTRIBUTES, key.key());
                    order.add(
                            key.key().equals("end_time")
                                    ? "case when r.ended_at is null then 1 else 0 end, r.ended_at" + direction + ", "
                                    : column.expression() + direction + ", ");
                }
                case METRIC -> {
                    Long metric = metric(key.key());
                    if (metric == null) {
                        continue;
                    }
                    Part known = known(metric, ordering);
                    if (known != null) {
                        order.add((known.numbers()
                                        ? ""
                                        : "case when " + known.alias() + ".value is null then 1 else 0 end, ")
                                + known.alias() + ".value" + direction + ", ");
                    } else {
                        sql.add(
                                " left join run_metrics %s on %s.run = r.seq and %s.metric = ?"
                                        .formatted(alias, alias, alias),
                                metric);
                        order.add("case when %s.run is null then 2 when %s.value is null then 1 else 0 end, %s.value%s, "
                                .formatted(alias, alias, alias, direction));
                    }
                }
                case PARAM, TAG -> {
                    sql.add(
                            " left join %s %s on %s.run = r.seq and %s.name = ?"
                                    .formatted(
                                            key.entity() == Entity.PARAM ? "run_params" : "run_tags", alias, alias, alias),
                            key.key());
                    order.add("case when %s.run is null then 1 else 0 end, %s.value%s, ".formatted(alias, alias, direction));
                }
                case DATASET -> throw Conditions.wrong(key);
            }
        }
        order.add(byStart ? "r.id" : "r.started_at desc, r.id");
        return sql.add(conditions(ordering))
                .add(order)
                .add(" limit ? offset ?", search.limit() + 1L, search.offset());
    }

    private @Nullable Part known(Long metric, @Nullable Part ordering) {
        if (ordering != null && metric.equals(ordering.metric())) {
            return ordering;
        }
        for (Part part : parts) {
            if (metric.equals(part.metric())) {
                return part;
            }
        }
        return null;
    }
}

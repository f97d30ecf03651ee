package dev.keelson.store.catalog;

import dev.keelson.registry.tracking.MetricPoint;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds points to a run, many to a statement, and keeps what is known of its metrics in short. What is already there is counted
 * once. Only points that are not after the last one of their metric can be there: they are looked for in the blocks before the
 * one that is written, and in that one no insertion gives them back.
 */
final class PointWriter {
    private static final int[] CHUNKS = {256, 32, 4, 1};

    /** The order of the table: what is next to each other there is written one after the other. */
    private static final Comparator<Row> BY_PLACE =
            Comparator.comparingLong(Row::metric).thenComparingLong(Row::step).thenComparingLong(Row::at);

    private final CatalogSession session;
    private final long run;

    PointWriter(CatalogSession session, long run) {
        this.session = session;
        this.run = run;
    }

    /** A point as it is stored. */
    private record Row(long metric, long step, long at, double value, boolean nan, @Nullable Long subject) {
        /** As points are compared: what one is about is not part of it. */
        Row withoutSubject() {
            return subject == null ? this : new Row(metric, step, at, value, nan, null);
        }

        /** By step, time and value, as the points are in the database. */
        boolean isAfter(Row other) {
            if (step != other.step) {
                return step > other.step;
            }
            if (at != other.at) {
                return at > other.at;
            }
            return value != other.value ? value > other.value : nan && !other.nan;
        }
    }

    /** All points of a metric in short. */
    private record InShort(Row last, double min, double max, long count) {
        InShort with(Row row) {
            double number = row.nan() ? Double.NaN : row.value();
            return new InShort(row.isAfter(last) ? row : last, lower(min, number), upper(max, number), count);
        }

        InShort counted(long more) {
            return new InShort(last, min, max, count + more);
        }

        private static double lower(double a, double b) {
            return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
        }

        private static double upper(double a, double b) {
            return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
        }
    }

    /** Points of a client: what is infinite becomes the largest number of its sign. */
    void write(List<MetricPoint> points) {
        insert(points, true);
    }

    /** Points of the project, infinite ones included. */
    void writeAsGiven(List<MetricPoint> points) {
        insert(points, false);
    }

    private void insert(List<MetricPoint> points, boolean finite) {
        Map<String, Long> metrics = metrics(points);
        List<Row> rows = new ArrayList<>(points.size());
        for (MetricPoint point : points) {
            long metric = metrics.getOrDefault(point.key(), 0L);
            boolean nan = Double.isNaN(point.value());
            double value = nan ? 0 : (finite ? Rows.finite(point.value()) : point.value()) + 0.0; // no negative zero
            Row row = new Row(metric, point.step(), point.timestamp(), value, nan, subject(point));
            rows.add(row);
            if (point.modelId() != null) {
                ofModel(point, row);
            }
        }
        rows.sort(BY_PLACE);
        try {
            Map<Long, InShort> known = known(rows);
            int block = session.blocks().forPoints(run, rows.size());
            Map<Long, List<Row>> doubtful = doubtful(rows, known);
            List<Row> unseen = unseen(rows, doubtful, block);
            Map<Long, Long> added = insert(unseen, block, doubtful.isEmpty() && !hasTwins(unseen));
            if (!added.isEmpty()) {
                shorten(unseen, known, added);
            }
        } catch (SQLException e) {
            throw new SqlFailure(e);
        }
    }

    private Map<String, Long> metrics(List<MetricPoint> points) {
        Map<String, Long> ids = session.metrics();
        Set<String> names = new LinkedHashSet<>();
        for (MetricPoint point : points) {
            if (!ids.containsKey(point.key())) {
                names.add(point.key());
            }
        }
        session.eachOf(
                names,
                "select name, id from metric_keys where name in ",
                "",
                row -> ids.put(row.getString(1), row.getLong(2)));
        for (String name : names) {
            if (!ids.containsKey(name)) {
                ids.put(
                        name,
                        session.first(
                                        "insert into metric_keys (name) values (?) returning id",
                                        row -> row.getLong(1),
                                        name)
                                .orElseThrow());
            }
        }
        return ids;
    }

    private @Nullable Long subject(MetricPoint point) {
        if (point.modelId() == null && point.datasetName() == null && point.datasetDigest() == null) {
            return null;
        }
        String model = Rows.orEmpty(point.modelId());
        String dataset = Rows.orEmpty(point.datasetName());
        String digest = Rows.orEmpty(point.datasetDigest());
        Long known = session.number(
                "select id from metric_subjects where model_id = ? and dataset_name = ? and dataset_digest = ?",
                model,
                dataset,
                digest);
        return known != null
                ? known
                : session.first(
                                "insert into metric_subjects (model_id, dataset_name, dataset_digest) values (?, ?, ?)"
                                        + " returning id",
                                row -> row.getLong(1),
                                model,
                                dataset,
                                digest)
                        .orElseThrow();
    }

    private void ofModel(MetricPoint point, Row row) {
        session.update(
                "insert into model_points (model, metric, run, step, at, value, is_nan, dataset_name, dataset_digest)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                point.modelId(),
                row.metric(),
                run,
                row.step(),
                row.at(),
                row.value(),
                row.nan(),
                Rows.orEmpty(point.datasetName()),
                Rows.orEmpty(point.datasetDigest()));
    }

    /** The points of each metric that may be there already: they are not after the last one. */
    private static Map<Long, List<Row>> doubtful(List<Row> rows, Map<Long, InShort> known) {
        Map<Long, List<Row>> doubtful = new TreeMap<>();
        for (Row row : rows) {
            InShort summary = known.get(row.metric());
            if (summary != null && !row.isAfter(summary.last())) {
                doubtful.computeIfAbsent(row.metric(), metric -> new ArrayList<>()).add(row);
            }
        }
        return doubtful;
    }

    /** Without the points that a block before this one has. */
    private List<Row> unseen(List<Row> rows, Map<Long, List<Row>> doubtful, int block) {
        if (block == 0) {
            return rows;
        }
        Set<Row> seen = new HashSet<>();
        doubtful.forEach((metric, some) -> session.each(
                "select p.step, p.at, p.value, p.is_nan from run_blocks b cross join metric_points p where b.run = ?"
                        + " and b.block < ?" + PointBlocks.WITH_STEPS + " and p.run = b.run and p.block = b.block"
                        + " and p.metric = ? and p.step between ? and ?",
                row -> seen.add(new Row(
                        metric, row.getLong(1), row.getLong(2), row.getDouble(3), row.getInt(4) != 0, null)),
                run,
                block,
                some.getLast().step(),
                some.getFirst().step(),
                metric,
                some.getFirst().step(),
                some.getLast().step()));
        return seen.isEmpty()
                ? rows
                : rows.stream().filter(row -> !seen.contains(row.withoutSubject())).toList();
    }

    /** How many points of each metric were not there yet. */
    private Map<Long, Long> insert(List<Row> rows, int block, boolean allNew) throws SQLException {
        Map<Long, Long> added = new HashMap<>();
        int from = 0;
        for (int size : CHUNKS) {
            for (; rows.size() - from >= size; from += size) {
                List<Row> chunk = rows.subList(from, from + size);
                PreparedStatement insert = session.statement(
                        "insert into metric_points (run, block, metric, step, at, value, is_nan, subject) values "
                                + "(?,?,?,?,?,?,?,?),".repeat(size - 1)
                                + "(?,?,?,?,?,?,?,?)" + (allNew ? "" : " on conflict do nothing returning metric"));
                bind(insert, chunk, block);
                if (allNew) {
                    insert.executeUpdate();
                    chunk.forEach(row -> added.merge(row.metric(), 1L, Long::sum));
                } else {
                    try (ResultSet inserted = insert.executeQuery()) {
                        while (inserted.next()) {
                            added.merge(inserted.getLong(1), 1L, Long::sum);
                        }
                    }
                }
            }
        }
        return added;
    }

    private void bind(PreparedStatement insert, List<Row> rows, int block) throws SQLException {
        int index = 1;
        for (Row row : rows) {
            insert.setLong(index++, run);
            insert.setInt(index++, block);
            insert.setLong(index++, row.metric());
            insert.setLong(index++, row.step());
            insert.setLong(index++, row.at());
            insert.setDouble(index++, row.value());
            insert.setInt(index++, row.nan() ? 1 : 0);
            setSubject(insert, index++, row.subject());
        }
    }

    /** Whether two points that follow one another by place may be equal. */
    private static boolean hasTwins(List<Row> rows) {
        for (int i = 1; i < rows.size(); i++) {
            if (BY_PLACE.compare(rows.get(i - 1), rows.get(i)) == 0) {
                return true;
            }
        }
        return false;
    }

    private static void setSubject(PreparedStatement statement, int index, @Nullable Long subject) throws SQLException {
        if (subject == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, subject);
        }
    }

    /** What is known of the metrics of some points. */
    private Map<Long, InShort> known(List<Row> rows) {
        Set<Long> metrics = new LinkedHashSet<>();
        rows.forEach(row -> metrics.add(row.metric()));
        Map<Long, InShort> known = new HashMap<>();
        session.eachOf(
                metrics,
                "select metric, value, step, at, min_value, max_value, points, subject from run_metrics where metric in ",
                " and run = ?",
                row -> {
                    double value = Rows.number(row, 2);
                    boolean nan = Double.isNaN(value);
                    known.put(
                            row.getLong(1),
                            new InShort(
                                    new Row(
                                            row.getLong(1),
                                            row.getLong(3),
                                            row.getLong(4),
                                            nan ? 0 : value,
                                            nan,
                                            Rows.nullableLong(row, 8)),
                                    Rows.number(row, 5),
                                    Rows.number(row, 6),
                                    row.getLong(7)));
                },
                run);
        return known;
    }

    private void shorten(List<Row> rows, Map<Long, InShort> known, Map<Long, Long> added) throws SQLException {
        for (Row row : rows) {
            if (added.containsKey(row.metric())) {
                InShort before = known.get(row.metric());
                double number = row.nan() ? Double.NaN : row.value();
                known.put(row.metric(), before == null ? new InShort(row, number, number, 0) : before.with(row));
            }
        }
        List<InShort> all = new ArrayList<>(known.size());
        known.forEach((metric, summary) -> {
            Long more = added.get(metric);
            if (more != null) {
                all.add(summary.counted(more));
            }
        });
        put(all);
    }

    private void put(List<InShort> all) throws SQLException {
        int from = 0;
        for (int size : CHUNKS) {
            for (; all.size() - from >= size; from += size) {
                PreparedStatement put = session.statement(
                        "insert into run_metrics (run, metric, value, step, at, min_value, max_value, points, subject) values "
                                + "(?,?,?,?,?,?,?,?,?),".repeat(size - 1)
                                + "(?,?,?,?,?,?,?,?,?) on conflict (run, metric) do update set value = excluded.value,"
                                + " step = excluded.step, at = excluded.at, min_value = excluded.min_value,"
                                + " max_value = excluded.max_value, points = excluded.points, subject = excluded.subject");
                int index = 1;
                for (InShort each : all.subList(from, from + size)) {
                    Row last = each.last();
                    put.setLong(index++, run);
                    put.setLong(index++, last.metric());
                    setNumber(put, index++, last.nan() ? Double.NaN : last.value());
                    put.setLong(index++, last.step());
                    put.setLong(index++, last.at());
                    setNumber(put, index++, each.min());
                    setNumber(put, index++, each.max());
                    put.setLong(index++, each.count());
                    setSubject(put, index++, last.subject());
                }
                put.executeUpdate();
            }
        }
    }

    private static void setNumber(PreparedStatement statement, int index, double value) throws SQLException {
        if (Double.isNaN(value)) {
            statement.setNull(index, Types.DOUBLE);
        } else {
            statement.setDouble(index, value);
        }
    }
}

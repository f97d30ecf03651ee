package dev.keelson.store.catalog;

import dev.keelson.registry.tracking.MetricPoint;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds points to a run, many to a statement, and keeps what is known of its metrics in short. What is already there comes back
 * from no insertion, so that it is counted once.
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
            Map<Long, Long> added = insert(rows);
            if (!added.isEmpty()) {
                shorten(rows, added);
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

    /** How many points of each metric were not there yet. */
    private Map<Long, Long> insert(List<Row> rows) throws SQLException {
        Map<Long, Long> added = new HashMap<>();
        int from = 0;
        for (int size : CHUNKS) {
            for (; rows.size() - from >= size; from += size) {
                PreparedStatement insert = session.statement(
                        "insert into metric_points (run, metric, step, at, value, is_nan, subject) values "
                                + "(?,?,?,?,?,?,?),".repeat(size - 1)
                                + "(?,?,?,?,?,?,?) on conflict do nothing returning metric");
                int index = 1;
                for (Row row : rows.subList(from, from + size)) {
                    insert.setLong(index++, run);
                    insert.setLong(index++, row.metric());
                    insert.setLong(index++, row.step());
                    insert.setLong(index++, row.at());
                    insert.setDouble(index++, row.value());
                    insert.setInt(index++, row.nan() ? 1 : 0);
                    setSubject(insert, index++, row.subject());
                }
                try (ResultSet inserted = insert.executeQuery()) {
                    while (inserted.next()) {
                        added.merge(inserted.getLong(1), 1L, Long::sum);
                    }
                }
            }
        }
        return added;
    }

    private static void setSubject(PreparedStatement statement, int index, @Nullable Long subject) throws SQLException {
        if (subject == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, subject);
        }
    }

    private void shorten(List<Row> rows, Map<Long, Long> added) throws SQLException {
        Map<Long, InShort> known = new HashMap<>();
        session.eachOf(
                added.keySet(),
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
        for (Row row : rows) {
            if (added.containsKey(row.metric())) {
                InShort before = known.get(row.metric());
                double number = row.nan() ? Double.NaN : row.value();
                known.put(row.metric(), before == null ? new InShort(row, number, number, 0) : before.with(row));
            }
        }
        List<InShort> all = new ArrayList<>(known.size());
        known.forEach((metric, summary) -> all.add(summary.counted(added.getOrDefault(metric, 0L))));
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

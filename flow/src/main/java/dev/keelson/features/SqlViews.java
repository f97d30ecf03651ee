package dev.keelson.features;

import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.spi.SqlEngine;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Materialises SQL views as dataset versions of their own: the same query over the same rows gives the same version. */
public final class SqlViews {
    private final SqlEngine engine;
    private final DatasetStore datasets;

    public SqlViews(SqlEngine engine, DatasetStore datasets) {
        this.engine = engine;
        this.datasets = datasets;
    }

    /**
     * Runs a view and keeps its rows as the latest version of {@link SqlViewDefinition#dataset}.
     *
     * @param sources for each source of the view, the version to read
     * @param key columns that hold the entity's key
     * @param knownAfter how long after its event a row is known when the query gives no {@code known_at}; null when it
     *     must give one
     * @param now becomes the version's creation time when it is new
     * @throws KeelsonException as {@link SqlEngine#rows} and {@link DatasetStore#put} do; EMPTY_SOURCE when there is no row
     */
    public DatasetVersion materialize(
            SqlViewDefinition view,
            Map<String, DatasetVersion> sources,
            List<String> key,
            @Nullable Duration knownAfter,
            Instant now) {
        Frame rows = engine.rows(view, sources, key, knownAfter);
        if (rows.rows() == 0) {
            throw new KeelsonException(
                    ErrorCode.EMPTY_SOURCE,
                    "The query of the feature view (%s) gives no rows.".formatted(view.name()),
                    "Maybe a condition in it is never true.");
        }
        Map<YearMonth, List<Integer>> months = new TreeMap<>();
        long[] events = rows.longs(SystemColumns.EVENT_TIME).values();
        long latest = Long.MIN_VALUE;
        for (int row = 0; row < events.length; row++) {
            YearMonth month = YearMonth.from(Micros.toInstant(events[row]).atOffset(ZoneOffset.UTC));
            months.computeIfAbsent(month, unknown -> new ArrayList<>()).add(row);
            latest = Math.max(latest, events[row]);
        }
        List<PartitionRows> partitions = new ArrayList<>();
        months.forEach((month, positions) -> partitions.add(PartitionRows.of(
                month, rows.take(positions.stream().mapToInt(Integer::intValue).toArray()), key)));
        Optional<DatasetVersion> before = datasets.latest(view.dataset());
        return datasets.put(new DatasetDraft(
                view.dataset(),
                rows.schema(),
                key,
                List.of(),
                partitions,
                nulls(rows),
                Micros.toInstant(latest),
                before.map(DatasetVersion::id).orElse(null),
                now));
    }

    private static Map<String, Long> nulls(Frame rows) {
        Map<String, Long> nulls = new LinkedHashMap<>();
        for (String column : rows.schema().names()) {
            Vector vector = rows.vector(column);
            long count = 0;
            for (int row = 0; row < rows.rows(); row++) {
                count += vector.isNull(row) ? 1 : 0;
            }
            nulls.put(column, count);
        }
        return nulls;
    }
}

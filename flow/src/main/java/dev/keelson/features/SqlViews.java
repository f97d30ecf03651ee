package dev.keelson.features;

import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.spi.SqlEngine;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.time.Instant;
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
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Materialises SQL views as dataset versions of their own: the same query over the same rows gives the same version.
 *
 * <p>A query that looks ahead is refused. It is run again over what was known at some moments, and each row that it says was known
 * by then must come out as it does from all rows.
 */
public final class SqlViews {
    /** At which shares of the rows, in the order in which they become known, a query is run again. */
    private static final double[] MOMENTS = {0.5, 0.9};

    /** Sums over windows are added up in another order when there are fewer rows. */
    private static final double TOLERANCE = 1e-9;

    private final SqlEngine engine;
    private final DatasetStore datasets;

    public SqlViews(SqlEngine engine, DatasetStore datasets) {
        this.engine = engine;
        this.datasets = datasets;
    }

    /**
     * What a query has given.
     *
     * @param rows those that are known
     * @param nextKnown when the first of the others becomes known; null when there are no others
     */
    public record Computed(Frame rows, @Nullable Instant nextKnown) {}

    /**
     * Runs a view.
     *
     * @param sources for each source of the view, the version to read
     * @param key columns that hold the entity's key
     * @param knownAfter how long after its event a row is known when the query gives no {@code known_at}; null when it
     *     must give one
     * @param now rows known from it on are left out
     * @throws KeelsonException as {@link SqlEngine#rows} does; BAD_VALUE when a row says it was known before what it is made of
     */
    public Computed compute(
            SqlViewDefinition view,
            Map<String, DatasetVersion> sources,
            List<String> key,
            @Nullable Duration knownAfter,
            Instant now) {
        Frame rows = engine.rows(view, sources, key, knownAfter, null);
        long[] known = rows.longs(SystemColumns.KNOWN_AT).values();
        long[] ordered = known.clone();
        Arrays.sort(ordered);
        for (double moment : rows.rows() == 0 ? new double[0] : MOMENTS) {
            long before = ordered[(int) (ordered.length * moment)] + 1;
            refuseOther(view, key, rows, engine.rows(view, sources, key, knownAfter, Micros.toInstant(before)), before);
        }
        long until = Micros.of(now);
        int[] visible = IntStream.range(0, known.length)
                .filter(row -> known[row] < until)
                .toArray();
        return visible.length == known.length
                ? new Computed(rows, null)
                : new Computed(
                        rows.take(visible), Micros.toInstant(ordered[visible.length]));
    }

    /**
     * Keeps rows as the latest version of {@link SqlViewDefinition#dataset}.
     *
     * @param rows as {@link #compute} gives them
     * @param now becomes the version's creation time when it is new
     * @throws KeelsonException as {@link DatasetStore#put} does; EMPTY_SOURCE when there is no row
     */
    public DatasetVersion store(SqlViewDefinition view, Frame rows, List<String> key, Instant now) {
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

    /** Runs a view and keeps its rows: {@link #compute}, then {@link #store}. */
    public DatasetVersion materialize(
            SqlViewDefinition view,
            Map<String, DatasetVersion> sources,
            List<String> key,
            @Nullable Duration knownAfter,
            Instant now) {
        return store(view, compute(view, sources, key, knownAfter, now).rows(), key, now);
    }

    // ---- looking ahead

    /** A row by its key and times. */
    private record RowId(List<@Nullable Object> key, long event, long known) {
        static RowId of(Frame rows, List<String> key, int row) {
            List<@Nullable Object> values = new ArrayList<>(key.size());
            for (String column : key) {
                values.add(rows.vector(column).get(row));
            }
            return new RowId(
                    values,
                    rows.longs(SystemColumns.EVENT_TIME).values()[row],
                    rows.longs(SystemColumns.KNOWN_AT).values()[row]);
        }
    }

    private static void refuseOther(SqlViewDefinition view, List<String> key, Frame all, Frame early, long before) {
        Map<RowId, List<Integer>> there = new HashMap<>();
        for (int row = 0; row < early.rows(); row++) {
            there.computeIfAbsent(RowId.of(early, key, row), unknown -> new ArrayList<>(1)).add(row);
        }
        List<Column> features = all.schema().columns().stream()
                .filter(column -> !key.contains(column.name()) && !SystemColumns.NAMES.contains(column.name()))
                .toList();
        long[] known = all.longs(SystemColumns.KNOWN_AT).values();
        for (int row = 0; row < known.length; row++) {
            if (known[row] < before) {
                RowId id = RowId.of(all, key, row);
                List<Integer> candidates = there.getOrDefault(id, List.of());
                int at = row;
                boolean same = candidates.stream()
                        .anyMatch(other -> features.stream().allMatch(feature -> isSame(
                                all.vector(feature.name()).get(at), early.vector(feature.name()).get(other))));
                if (!same) {
                    throw looksAhead(view, id, features, all, row, early, candidates);
                }
            }
        }
    }

    private static boolean isSame(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Double left && b instanceof Double right) {
            return left.equals(right)
                    || Math.abs(left - right) <= TOLERANCE * Math.max(1, Math.max(Math.abs(left), Math.abs(right)));
        }
        return Objects.equals(a, b);
    }

    private static KeelsonException looksAhead(
            SqlViewDefinition view,
            RowId id,
            List<Column> features,
            Frame all,
            int row,
            Frame early,
            List<Integer> candidates) {
        String difference = "there is no such row";
        if (!candidates.isEmpty()) {
            int other = candidates.getFirst();
            difference = features.stream()
                    .map(Column::name)
                    .filter(name -> !isSame(all.vector(name).get(row), early.vector(name).get(other)))
                    .findFirst()
                    .map(name -> "%s is %s instead of %s"
                            .formatted(name, early.vector(name).get(other), all.vector(name).get(row)))
                    .orElse(difference);
        }
        return new KeelsonException(Problem.at(
                ErrorCode.BAD_VALUE,
                view.sql().location(),
                "The query of the view (%s) looks ahead: its row of %s with the event time %s says it was known at %s, but from what was known then %s."
                        .formatted(
                                view.name(), id.key(), Micros.toInstant(id.event()), Micros.toInstant(id.known()), difference),
                "Maybe end the window at the current row (`ORDER BY _event_time`), or give `known_at`: the greatest `_known_at` of the rows that a row is made of."));
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

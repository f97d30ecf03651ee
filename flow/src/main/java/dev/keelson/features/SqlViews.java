package dev.keelson.features;

import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.Frames;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.spi.SqlEngine;
import dev.keelson.frame.ColumnType;
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
 * <p>Where rows came in late, the query is run over what was known before them as well: its rows stay as they were until the late
 * ones were known. A query that looks ahead is refused. It is run again over what was known at some moments, and each row that it
 * says was known by then must come out as it does from all rows.
 */
public final class SqlViews {
    /** At most so many moments at which rows came in late are told apart. */
    private static final int MOST_MOMENTS = 48;

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
        Frame rows = new Timeline(view, sources, key, knownAfter).rows();
        long[] known = rows.longs(SystemColumns.KNOWN_AT).values();
        long[] ordered = known.clone();
        Arrays.sort(ordered);
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

    // ---- what was known when

    /** A row by its key and event. */
    private record RowId(List<@Nullable Object> key, long event) {
        static RowId of(Frame rows, List<String> key, int row) {
            List<@Nullable Object> values = new ArrayList<>(key.size());
            for (String column : key) {
                values.add(rows.vector(column).get(row));
            }
            return new RowId(values, rows.longs(SystemColumns.EVENT_TIME).values()[row]);
        }
    }

    /** The rows of one run, by key and event. */
    private record Run(Frame rows, List<String> key, List<String> features, Map<RowId, List<Integer>> byId) {
        static Run of(Frame rows, List<String> key) {
            Map<RowId, List<Integer>> byId = new HashMap<>();
            for (int row = 0; row < rows.rows(); row++) {
                byId.computeIfAbsent(RowId.of(rows, key, row), unknown -> new ArrayList<>(1)).add(row);
            }
            List<String> features = rows.schema().names().stream()
                    .filter(name -> !key.contains(name) && !SystemColumns.NAMES.contains(name))
                    .toList();
            return new Run(rows, key, features, byId);
        }

        List<Integer> find(Frame others, int row) {
            return byId.getOrDefault(RowId.of(others, key, row), List.of());
        }

        /** Whether a row of another run is here as well. */
        boolean contains(Frame others, int row) {
            return find(others, row).stream().anyMatch(mine -> differing(mine, others, row).isEmpty());
        }

        Optional<String> differing(int mine, Frame others, int row) {
            return features.stream()
                    .filter(name -> !isSame(rows.vector(name).get(mine), others.vector(name).get(row)))
                    .findFirst();
        }
    }

    /**
     * What a query gave as time went by. It is run over what was known before each moment at which rows came in late; what is new
     * or has changed after such a moment is known from then on, beside what was known before. A query that says itself when its
     * rows are known is run once.
     */
    private final class Timeline {
        private final SqlViewDefinition view;
        private final Map<String, DatasetVersion> sources;
        private final List<String> key;
        private final @Nullable Duration knownAfter;
        /** The run with the most rows that became known in their order, and when these did. */
        private @Nullable Frame most;

        private long[] mostKnown = new long[0];

        Timeline(
                SqlViewDefinition view,
                Map<String, DatasetVersion> sources,
                List<String> key,
                @Nullable Duration knownAfter) {
            this.view = view;
            this.sources = sources;
            this.key = key;
            this.knownAfter = knownAfter;
        }

        private SqlEngine.Rows run(@Nullable Long before) {
            return engine.rows(view, sources, key, knownAfter, before == null ? null : Micros.toInstant(before));
        }

        Frame rows() {
            SqlEngine.Rows all = run(null);
            List<Instant> late = all.ownKnownAt() || knownAfter == null
                    ? List.of()
                    : engine.lateMoments(view, sources, knownAfter);
            int groups = Math.min(late.size(), MOST_MOMENTS);
            List<Frame> emitted = new ArrayList<>();
            Run before = null;
            long from = Long.MIN_VALUE;
            for (int group = 0; group < groups; group++) {
                // where there are too many, what becomes known between the first and the last of a group counts from the last on
                int first = Math.toIntExact((long) late.size() * group / groups);
                int end = Math.toIntExact((long) late.size() * (group + 1) / groups);
                long until = Micros.of(late.get(first));
                Frame rows = run(until).frame();
                before = emit(before, rows, from, until, emitted);
                from = Micros.of(late.get(end - 1));
            }
            emit(before, all.frame(), from, Long.MAX_VALUE, emitted);
            refuseLookingAhead();
            return Frames.concat(emitted);
        }

        private Run emit(@Nullable Run before, Frame rows, long from, long until, List<Frame> emitted) {
            long[] known = Arrays.stream(rows.longs(SystemColumns.KNOWN_AT).values())
                    .filter(each -> each >= from && each < until)
                    .sorted()
                    .toArray();
            if (known.length > mostKnown.length) {
                most = rows;
                mostKnown = known;
            }
            emitted.add(before == null ? rows : changed(before, rows, from));
            return Run.of(rows, key);
        }

        private Frame changed(Run before, Frame rows, long from) {
            int[] fresh = IntStream.range(0, rows.rows())
                    .filter(row -> !before.contains(rows, row))
                    .toArray();
            Frame changed = rows.take(fresh);
            long[] known = changed.longs(SystemColumns.KNOWN_AT).values().clone();
            for (int row = 0; row < known.length; row++) {
                known[row] = Math.max(known[row], from);
            }
            List<String> others = new ArrayList<>(changed.schema().names());
            others.remove(SystemColumns.KNOWN_AT); // the last one
            return changed.select(others).with(SystemColumns.KNOWN_AT, new Vector.Longs(ColumnType.TIMESTAMP, known, null));
        }

        /** Runs the query again over what was known at some moments of the longest time in which no row came in late. */
        private void refuseLookingAhead() {
            if (most == null) {
                return;
            }
            Frame rows = most;
            long[] known = rows.longs(SystemColumns.KNOWN_AT).values();
            for (double moment : MOMENTS) {
                long before = mostKnown[(int) (mostKnown.length * moment)] + 1;
                Run early = Run.of(run(before).frame(), key);
                for (int row = 0; row < known.length; row++) {
                    if (known[row] < before && !early.contains(rows, row)) {
                        throw looksAhead(rows, row, early);
                    }
                }
            }
        }

        private KeelsonException looksAhead(Frame rows, int row, Run early) {
            List<Integer> candidates = early.find(rows, row);
            String difference = candidates.stream()
                    .findFirst()
                    .flatMap(other -> early.differing(other, rows, row)
                            .map(name -> "%s is %s instead of %s"
                                    .formatted(
                                            name,
                                            early.rows().vector(name).get(other),
                                            rows.vector(name).get(row))))
                    .orElse("there is no such row");
            RowId id = RowId.of(rows, key, row);
            return new KeelsonException(Problem.at(
                    ErrorCode.BAD_VALUE,
                    view.sql().location(),
                    "The query of the view (%s) looks ahead: its row of %s with the event time %s says it was known at %s, but from what was known then %s."
                            .formatted(
                                    view.name(),
                                    id.key(),
                                    Micros.toInstant(id.event()),
                                    Micros.toInstant(
                                            rows.longs(SystemColumns.KNOWN_AT).values()[row]),
                                    difference),
                    "Maybe end the window at the current row (`ORDER BY _event_time`), or give `known_at`: the greatest `_known_at` of the rows that a row is made of."));
        }
    }

    private static boolean isSame(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Double left && b instanceof Double right) {
            return left.equals(right)
                    || Math.abs(left - right) <= TOLERANCE * Math.max(1, Math.max(Math.abs(left), Math.abs(right)));
        }
        return Objects.equals(a, b);
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

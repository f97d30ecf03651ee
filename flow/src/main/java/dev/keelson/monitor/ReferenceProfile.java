package dev.keelson.monitor;

import dev.keelson.frame.Micros;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a drift check knows of the reference period: each column sorted once, its unit, its own history in windows. Made
 * once for a champion and used for every check. Safe for use by several threads.
 */
public final class ReferenceProfile {
    /** Windows of equal rows into which the period is cut to measure how much less its rows tell than independent ones. */
    public static final int WINDOWS = 12;

    private final List<String> names;
    private final double[] importance;
    private final List<ColumnProfile> columns;
    private final int rows;
    private final @Nullable BaselineRows source;
    private final Map<String, DoubleFunction<@Nullable String>> categories;
    private volatile @Nullable Trimmed trimmed;
    private final Map<PresetRule.Key, Double> falseAlarms = new ConcurrentHashMap<>();

    /** What is left of it before a window: the first rows, null when they are too few. */
    private record Trimmed(int rows, @Nullable ReferenceProfile profile) {}

    private ReferenceProfile(
            List<String> names,
            double[] importance,
            List<ColumnProfile> columns,
            int rows,
            @Nullable BaselineRows source,
            Map<String, DoubleFunction<@Nullable String>> categories) {
        this.names = names;
        this.importance = importance;
        this.columns = columns;
        this.rows = rows;
        this.source = source;
        this.categories = Map.copyOf(categories);
    }

    /**
     * Makes a profile of the rows of a baseline, which know when they happened: {@link #before} leaves out those that a window has.
     *
     * @see #of(List, double[][], double[], Map)
     */
    public static ReferenceProfile of(
            BaselineRows rows, double[] importance, Map<String, DoubleFunction<@Nullable String>> categories) {
        return make(rows.names(), rows.values(), importance, categories, rows);
    }

    /**
     * What happened before a moment: a baseline never overlaps the window that is judged by it.
     *
     * @return this where all of it did, or where rows do not know when they happened; null when fewer than {@link #WINDOWS} rows
     *     are left
     */
    @Nullable ReferenceProfile before(Instant moment) {
        BaselineRows all = source;
        if (all == null) {
            return this;
        }
        long limit = Micros.of(moment);
        long[] times = all.times();
        int left = 0;
        int high = times.length;
        while (left < high) {
            int middle = (left + high) >>> 1;
            if (times[middle] < limit) {
                left = middle + 1;
            } else {
                high = middle;
            }
        }
        if (left == times.length) {
            return this;
        }
        Trimmed last = trimmed;
        if (last == null || last.rows != left) {
            last = new Trimmed(left, left < WINDOWS ? null : first(all, left));
            trimmed = last;
        }
        return last.profile;
    }

    private ReferenceProfile first(BaselineRows all, int left) {
        double[][] values = new double[names.size()][];
        for (int c = 0; c < values.length; c++) {
            values[c] = Arrays.copyOf(all.values()[c], left);
        }
        return make(names, values, importance, categories, null);
    }

    /**
     * Makes a profile of quantities.
     *
     * @see #of(List, double[][], double[], Map)
     */
    public static ReferenceProfile of(List<String> names, double[][] values, double[] importance) {
        return of(names, values, importance, Map.of());
    }

    /**
     * Makes a profile.
     *
     * @param names column names
     * @param values one array for each column, rows in time order; what is not finite is missing; handed over
     * @param importance share of the model's importance for each column, summing to at most 1; zeros when unknown
     * @param categories the columns whose numbers stand for categories: what a number stands for, null where that is not known
     * @throws IllegalArgumentException if lengths differ or there are fewer rows than {@link #WINDOWS}
     */
    public static ReferenceProfile of(
            List<String> names,
            double[][] values,
            double[] importance,
            Map<String, DoubleFunction<@Nullable String>> categories) {
        return make(names, values, importance, categories, null);
    }

    private static ReferenceProfile make(
            List<String> names,
            double[][] values,
            double[] importance,
            Map<String, DoubleFunction<@Nullable String>> categories,
            @Nullable BaselineRows source) {
        if (values.length != names.size() || importance.length != names.size()) {
            throw new IllegalArgumentException("There are %d names, %d columns and %d importances; they must be equal."
                    .formatted(names.size(), values.length, importance.length));
        }
        int rows = values.length == 0 ? 0 : values[0].length;
        if (rows < WINDOWS) {
            throw new IllegalArgumentException(
                    "The reference has %d rows; at least %d are needed.".formatted(rows, WINDOWS));
        }
        List<ColumnProfile> columns = new ArrayList<>(values.length);
        for (int c = 0; c < values.length; c++) {
            if (values[c].length != rows) {
                throw new IllegalArgumentException("The column (%s) has %d rows, the first one %d; they must be equal."
                        .formatted(names.get(c), values[c].length, rows));
            }
            double[] sorted = source == null || source.exact()
                    ? ColumnProfile.sortedFinite(values[c], 0, rows)
                    : spread(source.tallies().get(c), rows);
            columns.add(new ColumnProfile(values[c], sorted, categories.get(names.get(c))));
        }
        return new ReferenceProfile(List.copyOf(names), importance.clone(), columns, rows, source, categories);
    }

    /** As many values as are kept, spread as all rows are. */
    private static double[] spread(ColumnTally tally, int rows) {
        double[] all = tally.expand(rows);
        return ColumnProfile.sortedFinite(all, 0, all.length);
    }

    /** Column names, in order. */
    public List<String> names() {
        return names;
    }

    /** Event time of the first row; null where rows do not know when they happened. */
    @Nullable Instant from() {
        return source == null || source.times().length == 0 ? null : Micros.toInstant(source.times()[0]);
    }

    /** Event time of the last row; null where rows do not know when they happened. */
    @Nullable Instant to() {
        return source == null || source.times().length == 0 ? null : Micros.toInstant(source.times()[source.times().length - 1]);
    }

    /** Number of reference rows. */
    public int rows() {
        return rows;
    }

    double importance(int column) {
        return importance[column];
    }

    ColumnProfile column(int column) {
        return columns.get(column);
    }

    /** How often a rule alarms on this reference's own windows; measured once for each rule and size. */
    double falseAlarmShare(PresetRule.Key key) {
        return falseAlarms.computeIfAbsent(key, rule -> PresetRule.falseAlarmShare(
                columns.stream()
                        .map(each -> PresetRule.quietWindows(each, rule.policy(), rule.rows()))
                        .toList(),
                columns.stream().map(each -> each.cells() != null).toList(),
                rule.policy(),
                rule.share()));
    }
}

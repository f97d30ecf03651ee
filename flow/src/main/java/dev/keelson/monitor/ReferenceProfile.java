package dev.keelson.monitor;

import java.util.ArrayList;
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
    private final Map<PresetRule.Key, Double> falseAlarms = new ConcurrentHashMap<>();

    private ReferenceProfile(List<String> names, double[] importance, List<ColumnProfile> columns, int rows) {
        this.names = names;
        this.importance = importance;
        this.columns = columns;
        this.rows = rows;
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
            columns.add(new ColumnProfile(values[c], categories.get(names.get(c))));
        }
        return new ReferenceProfile(List.copyOf(names), importance.clone(), columns, rows);
    }

    /** Column names, in order. */
    public List<String> names() {
        return names;
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

package dev.keelson.train;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.split.EventTimes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows with known labels, in any order. The arrays are not copied and must not change.
 *
 * @param features as the model reads them; at least one row
 * @param labels class of each row, a position in the definition's classes; empty where values are predicted
 * @param values value of each row, finite; empty where classes are predicted
 * @param eventTime when it happened, microseconds since 1970
 * @param knownAt when its label became known, microseconds since 1970
 * @param day cluster of rows whose outcomes move together, such as the day of a match as epoch day; not falling with
 *     event time
 * @param segment what metrics are split by, such as the league; null for none, a null element for a row outside every
 *     segment
 * @param odds source column to decimal odds of each row, {@code NaN} where there are none; the columns that the
 *     definition's backtest (its closing odds, profits and prices among them), market baseline and threshold name
 * @param rowIds identity of each row, distinct
 * @param weights how much each row counts in training, from the definition's column; null where none is named
 * @param groups group of each row within which sets and intervals keep their coverage, from the definition's column;
 *     null where none is named, a null element for a row outside every group
 * @param assets what each row is about apart from its moment, for a backtest of holdings; null where it is not needed
 */
public record TrainingTable(
        FeatureMatrix features,
        int[] labels,
        double[] values,
        long[] eventTime,
        long[] knownAt,
        int[] day,
        @Nullable String @Nullable [] segment,
        Map<String, double[]> odds,
        List<String> rowIds,
        double @Nullable [] weights,
        @Nullable String @Nullable [] groups,
        String @Nullable [] assets) {

    /** Checks that everything has as many rows. */
    public TrainingTable(
            FeatureMatrix features,
            int[] labels,
            double[] values,
            long[] eventTime,
            long[] knownAt,
            int[] day,
            @Nullable String @Nullable [] segment,
            Map<String, double[]> odds,
            List<String> rowIds,
            double @Nullable [] weights,
            @Nullable String @Nullable [] groups,
            String @Nullable [] assets) {
        int rows = features.rows();
        if (labels.length > 0 && values.length > 0) {
            throw new IllegalArgumentException("The rows have labels and values; one of both is needed.");
        }
        requireRows("labels", labels.length + values.length, rows);
        requireRows("event times", eventTime.length, rows);
        requireRows("known-at times", knownAt.length, rows);
        requireRows("days", day.length, rows);
        requireRows("row ids", rowIds.size(), rows);
        if (segment != null) {
            requireRows("segments", segment.length, rows);
        }
        odds.forEach((name, prices) -> requireRows("odds " + name, prices.length, rows));
        this.features = features;
        this.labels = labels;
        this.values = values;
        this.eventTime = eventTime;
        this.knownAt = knownAt;
        this.day = day;
        this.segment = segment;
        this.odds = Collections.unmodifiableMap(new LinkedHashMap<>(odds));
        this.rowIds = List.copyOf(rowIds);
        if (weights != null) {
            requireRows("weights", weights.length, rows);
        }
        this.weights = weights;
        if (groups != null) {
            requireRows("groups", groups.length, rows);
        }
        this.groups = groups;
        if (assets != null) {
            requireRows("assets", assets.length, rows);
        }
        this.assets = assets;
    }

    /** The same rows with what they are about apart from their moment. */
    public TrainingTable withAssets(String[] named) {
        return new TrainingTable(
                features, labels, values, eventTime, knownAt, day, segment, odds, rowIds, weights, groups, named);
    }

    /** Rows with classes that all count the same. */
    public TrainingTable(
            FeatureMatrix features,
            int[] labels,
            long[] eventTime,
            long[] knownAt,
            int[] day,
            @Nullable String @Nullable [] segment,
            Map<String, double[]> odds,
            List<String> rowIds) {
        this(features, labels, new double[0], eventTime, knownAt, day, segment, odds, rowIds, null, null, null);
    }

    private static void requireRows(String what, int found, int rows) {
        if (found != rows) {
            throw new IllegalArgumentException("There are %d %s for %d rows.".formatted(found, what, rows));
        }
    }

    /** Number of rows. */
    public int rows() {
        return rowIds.size();
    }

    /** Whether the rows have values instead of classes. */
    public boolean hasValues() {
        return values.length > 0;
    }

    /** The times, for splitting. */
    EventTimes times() {
        return new EventTimes(eventTime, knownAt, day);
    }

    /** Odds of some rows, {@code rows * columns}, row by row; null when a column is absent. */
    public double @Nullable [] odds(List<String> columns, int[] rows) {
        double[] values = new double[rows.length * columns.size()];
        for (int c = 0; c < columns.size(); c++) {
            double[] column = odds.get(columns.get(c));
            if (column == null) {
                return null;
            }
            for (int i = 0; i < rows.length; i++) {
                values[i * columns.size() + c] = column[rows[i]];
            }
        }
        return values;
    }
}

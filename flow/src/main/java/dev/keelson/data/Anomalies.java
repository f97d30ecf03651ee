package dev.keelson.data;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import dev.keelson.stats.SortedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds the values of a column that an {@link AnomalyRule} calls unlikely. */
final class Anomalies {
    /** Groups with fewer values say nothing about what is likely. */
    private static final int LEAST = 8;

    /** A value comes back when it is nearer to the one before by this factor than a jump is. */
    private static final double BACK = 4;

    private static final double MAD_TO_STD = 1.482602218505602; // 1 / the third quartile of the normal distribution
    private static final double MEAN_DEVIATION_TO_STD = 1.2533141373155003; // sqrt(pi / 2)

    private Anomalies() {}

    /**
     * A marked row.
     *
     * @param row position in the frame
     * @param reason why
     */
    record Mark(int row, String reason) {}

    /** The columns that a rule needs. */
    static List<String> columns(AnomalyRule rule) {
        List<String> names = new ArrayList<>(rule.by());
        names.add(rule.column());
        names.add(SystemColumns.EVENT_TIME);
        return names.stream().distinct().toList();
    }

    /** The marked rows in the order of the frame. */
    static List<Mark> find(AnomalyRule rule, Frame frame) {
        double[] values = ColumnStatistics.asDoubles(frame.vector(rule.column()));
        long[] events = frame.longs(SystemColumns.EVENT_TIME).values();
        List<Mark> marks = new ArrayList<>();
        groups(rule.by(), frame).forEach((name, rows) -> {
            int[] order = rows.stream()
                    .filter(row -> !Double.isNaN(values[row]))
                    .sorted(Comparator.<Integer>comparingLong(row -> events[row]).thenComparing(Comparator.naturalOrder()))
                    .mapToInt(Integer::intValue)
                    .toArray();
            String of = rule.by().isEmpty() ? "" : " of " + name;
            if (rule.method() == AnomalyRule.Method.JUMP) {
                jumps(rule, of, values, order, marks);
            } else {
                outliers(rule, of, values, order, marks);
            }
        });
        marks.sort(Comparator.comparingInt(Mark::row));
        return marks;
    }

    private static Map<String, List<Integer>> groups(List<String> by, Frame frame) {
        Vector[] keys = by.stream().map(frame::vector).toArray(Vector[]::new);
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        StringBuilder name = new StringBuilder();
        for (int row = 0; row < frame.rows(); row++) {
            name.setLength(0);
            for (Vector key : keys) {
                name.append(name.isEmpty() ? "" : ", ").append(RowDifference.show(key.get(row)));
            }
            groups.computeIfAbsent(name.toString(), group -> new ArrayList<>()).add(row);
        }
        return groups;
    }

    private static void jumps(AnomalyRule rule, String of, double[] values, int[] order, List<Mark> marks) {
        for (int i = 1, base = 0; i < order.length; i++) {
            double before = values[order[base]];
            double now = values[order[i]];
            if (!jumped(before, now, rule.limit())) {
                base = i;
                continue;
            }
            boolean last = i + 1 == order.length;
            boolean back = !last && !jumped(before, values[order[i + 1]], rule.limit() / BACK);
            marks.add(new Mark(
                    order[i],
                    "The value (%s) of the column (%s)%s is %s from the row before (%s)%s."
                            .formatted(
                                    CellRule.plain(now),
                                    rule.column(),
                                    of,
                                    change(before, now),
                                    CellRule.plain(before),
                                    last
                                            ? " and the last one"
                                            : back
                                                    ? " and comes back with the next one: one wrong row, it seems"
                                                    : " and stays there: a split, a spin-off or another unit, it seems")));
            base = back ? base : i;
        }
    }

    private static boolean jumped(double before, double now, double limit) {
        if (before == 0 || now == 0) {
            return before != now;
        }
        double ratio = now / before;
        return ratio < 0 || ratio > 1 + limit || ratio < 1 / (1 + limit);
    }

    private static String change(double before, double now) {
        return before == 0
                ? "changed"
                : String.format(Locale.ROOT, "%+.1f %%", 100 * (now / before - 1));
    }

    private static void outliers(AnomalyRule rule, String of, double[] values, int[] order, List<Mark> marks) {
        double[] judged = new double[order.length];
        for (int i = 0; i < order.length; i++) {
            judged[i] = values[order[i]];
            if (rule.of() == AnomalyRule.Of.CHANGE) {
                double before = i == 0 ? Double.NaN : values[order[i - 1]];
                judged[i] = before == 0 ? Double.NaN : judged[i] / before - 1;
            }
        }
        double[] sorted = SortedSample.of(judged);
        if (sorted.length < LEAST) {
            return;
        }
        Judge judge = Judge.of(rule.method(), sorted);
        for (int i = 0; i < order.length; i++) {
            double off = Math.abs(judged[i] - judge.centre()) - judge.margin();
            if (judge.scale() > 0 && off / judge.scale() > rule.limit()) {
                marks.add(new Mark(
                        order[i],
                        String.format(
                                Locale.ROOT,
                                "The %s (%s) of the column (%s)%s is unlikely: %.1f %s %s (limit %s).",
                                rule.of() == AnomalyRule.Of.CHANGE ? "change to the value" : "value",
                                CellRule.plain(values[order[i]]),
                                rule.column(),
                                of,
                                off / judge.scale(),
                                judge.what(),
                                short4(judge.centre()),
                                CellRule.plain(rule.limit()))));
            }
        }
    }

    private static String short4(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    /**
     * How far off a value is: {@code (|x - centre| - margin) / scale}.
     *
     * @param what what the distance is counted in, for the reason
     */
    private record Judge(double centre, double margin, double scale, String what) {
        static Judge of(AnomalyRule.Method method, double[] sorted) {
            return switch (method) {
                case MAD -> {
                    double median = ColumnStatistics.quantile(sorted, 0.5);
                    double[] deviations =
                            Arrays.stream(sorted).map(x -> Math.abs(x - median)).sorted().toArray();
                    double mad = MAD_TO_STD * ColumnStatistics.quantile(deviations, 0.5);
                    double scale = mad > 0 ? mad : MEAN_DEVIATION_TO_STD * ColumnStatistics.mean(deviations);
                    yield new Judge(median, 0, scale, "robust deviations from the median");
                }
                case IQR -> {
                    double low = ColumnStatistics.quantile(sorted, 0.25);
                    double high = ColumnStatistics.quantile(sorted, 0.75);
                    yield new Judge(
                            (low + high) / 2,
                            (high - low) / 2,
                            high - low,
                            "quartile distances outside the quartiles around");
                }
                case ZSCORE ->
                    new Judge(
                            ColumnStatistics.mean(sorted),
                            0,
                            ColumnStatistics.std(sorted),
                            "standard deviations from the mean");
                case JUMP -> throw new IllegalArgumentException("A jump is judged row by row.");
            };
        }
    }
}

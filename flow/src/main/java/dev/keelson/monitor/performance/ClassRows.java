package dev.keelson.monitor.performance;

import dev.keelson.metrics.LogLoss;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of predicted classes when only the chances of what happened are known: counts become sums of chances. With chances
 * of 0 and 1 they are the metrics of what did happen, so both are computed here. Keeps the order of the scores, which every
 * area needs. Not safe for use by several threads.
 *
 * <p>Source: NannyML's confidence-based performance estimation, in its documentation.
 */
final class ClassRows {
    private final PerformanceRows rows;
    private final int n;
    private final int classes;
    private final int[] decided;
    private final int[] @Nullable [] orders;

    ClassRows(PerformanceRows rows) {
        this.rows = rows;
        this.n = rows.count();
        this.classes = rows.classes();
        this.decided = new int[n];
        Arrays.setAll(decided, rows::decided);
        this.orders = new int[classes][];
    }

    /**
     * A metric to be expected, and what each class of each row moves it by when it happens, to first order.
     *
     * @param value NaN where it is not defined
     * @param effect {@code rows * classes}; weighted by the chances they sum to 0
     */
    record Expected(double value, double[] effect) {
        /** Variance of the realised metric if outcomes of different rows have nothing to do with each other. */
        double variance(double[] chances, int classes) {
            double variance = 0;
            for (int at = 0; at < effect.length; at += classes) {
                double mean = 0;
                double squares = 0;
                for (int c = at; c < at + classes; c++) {
                    mean += chances[c] * effect[c];
                    squares += chances[c] * effect[c] * effect[c];
                }
                variance += Math.max(0, squares - mean * mean);
            }
            return variance;
        }
    }

    /** The metric of what happened; every row has an outcome. */
    Figure certain(PerformanceMetric metric) {
        double[] chances = new double[n * classes];
        int[] labels = rows.labels();
        for (int i = 0; i < n; i++) {
            chances[i * classes + labels[i]] = 1;
        }
        Expected expected = expected(metric, chances);
        double[] influence = new double[n];
        Arrays.setAll(influence, i -> expected.effect()[i * classes + labels[i]]);
        return new Figure(expected.value(), influence);
    }

    /**
     * The metric to be expected.
     *
     * @param chances of each class of each row, {@code rows * classes}, those of a row summing to 1
     */
    Expected expected(PerformanceMetric metric, double[] chances) {
        return switch (metric) {
            case ACCURACY, LOG_LOSS, BRIER, RPS -> mean(metric, chances);
            case F1 -> f1(chances);
            case ROC_AUC -> rocAuc(chances);
            case MAE, RMSE -> throw new IllegalArgumentException(metric + " judges numbers.");
        };
    }

    private Expected mean(PerformanceMetric metric, double[] chances) {
        double[] effect = new double[n * classes];
        double mean = 0;
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < classes; c++) {
                double loss = loss(metric, i, c);
                effect[i * classes + c] = loss;
                mean += chances[i * classes + c] > 0 ? chances[i * classes + c] * loss / n : 0;
            }
        }
        double value = mean;
        Arrays.setAll(effect, at -> (effect[at] - value) / n);
        return new Expected(value, effect);
    }

    /** Hit or loss of a row if a class happens. */
    private double loss(PerformanceMetric metric, int row, int happened) {
        int at = row * classes;
        double[] p = rows.told();
        return switch (metric) {
            case ACCURACY -> decided[row] == happened ? 1 : 0;
            case LOG_LOSS -> LogLoss.of(p[at + happened]);
            case BRIER -> {
                double sum = 0;
                for (int c = 0; c < classes; c++) {
                    double off = p[at + c] - (c == happened ? 1 : 0);
                    sum += off * off;
                }
                yield sum;
            }
            case RPS -> {
                double sum = 0;
                double cumulated = 0;
                for (int c = 0; c < classes - 1; c++) {
                    cumulated += p[at + c];
                    double off = cumulated - (happened <= c ? 1 : 0);
                    sum += off * off;
                }
                yield sum / (classes - 1);
            }
            case F1, ROC_AUC, MAE, RMSE -> throw new IllegalArgumentException(metric + " is no mean of classified rows.");
        };
    }

    /** The classes that are looked at one by one: the second of two, else all. */
    private int[] judged() {
        return classes == 2 ? new int[] {1} : IntStream.range(0, classes).toArray();
    }

    private Expected f1(double[] chances) {
        double[] effect = new double[n * classes];
        double value = 0;
        int[] judged = judged();
        for (int k : judged) {
            double hits = 0;
            double named = 0; // twice the hits, and what was missed or named in vain
            for (int i = 0; i < n; i++) {
                double own = decided[i] == k ? 1 : 0;
                hits += own * chances[i * classes + k];
                named += own + chances[i * classes + k];
            }
            double f1 = named == 0 ? 0 : 2 * hits / named;
            value += f1 / judged.length;
            for (int i = 0; i < n && named > 0; i++) {
                double own = decided[i] == k ? 1 : 0;
                for (int c = 0; c < classes; c++) {
                    double happens = c == k ? 1 : 0;
                    effect[i * classes + c] += (2 * own * happens - f1 * (own + happens)) / named / judged.length;
                }
            }
        }
        return new Expected(value, effect);
    }

    private Expected rocAuc(double[] chances) {
        double[] effect = new double[n * classes];
        double value = 0;
        int used = 0;
        for (int k : judged()) {
            double area = area(k, chances, effect);
            if (!Double.isNaN(area)) {
                used++;
                value += area;
            }
        }
        double parts = used;
        Arrays.setAll(effect, at -> parts == 0 ? 0 : effect[at] / parts);
        return new Expected(used == 0 ? Double.NaN : value / used, effect);
    }

    /** The area of a class against the rest, its effects added; NaN when all rows are of the class or none is. */
    private double area(int k, double[] chances, double[] effect) {
        double positives = 0;
        for (int i = 0; i < n; i++) {
            positives += chances[i * classes + k];
        }
        double negatives = n - positives;
        if (!(positives > 1e-9 && negatives > 1e-9)) {
            return Double.NaN;
        }
        int[] order = order(k);
        double[] ahead = new double[n]; // share of the others that a row of the class is placed above, ties half
        double[] behind = new double[n]; // share of the class that is placed above a row of the others
        double area = 0;
        double positivesBelow = 0;
        double negativesBelow = 0;
        for (int i = 0; i < n; ) {
            int end = i;
            double ties = 0;
            while (end < n && score(order[end], k) == score(order[i], k)) {
                ties += chances[order[end] * classes + k];
                end++;
            }
            double others = end - i - ties;
            for (int at = i; at < end; at++) {
                ahead[order[at]] = (negativesBelow + others / 2) / negatives;
                behind[order[at]] = (positives - positivesBelow - ties / 2) / positives;
            }
            area += ties * (negativesBelow + others / 2);
            positivesBelow += ties;
            negativesBelow += others;
            i = end;
        }
        double auc = area / (positives * negatives);
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < classes; c++) {
                effect[i * classes + c] += c == k ? (ahead[i] - auc) / positives : (behind[i] - auc) / negatives;
            }
        }
        return auc;
    }

    private double score(int row, int k) {
        return rows.told()[row * classes + k];
    }

    private int[] order(int k) {
        int[] order = orders[k];
        if (order == null) {
            order = IntStream.range(0, n)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer row) -> score(row, k)))
                    .mapToInt(Integer::intValue)
                    .toArray();
            orders[k] = order;
        }
        return order;
    }
}

package dev.keelson.metrics;

import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.Clusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The metrics of probabilities of classes that are functions of sums over rows, for resampling whole clusters: log loss,
 * Brier score, ranked probability score, accuracy, expected calibration error, and what a confusion matrix gives. The
 * formulas are those of {@link LogLoss}, {@link Brier}, {@link Rps}, {@link Accuracy}, {@link Ece} (equal width) and
 * {@link ConfusionMatrix}; calibration in the large is the mean probability of a class less its share of the rows.
 *
 * <p>Names: those of all rows, then {@code class/<position>/<name>} of each class; of two classes {@code precision},
 * {@code recall}, {@code f1} and {@code calibration_in_the_large} stand also for themselves, of the second class. Immutable.
 */
public final class ClassFigures implements BcaBootstrap.Figures {
    /** The names of the figures of all rows, in order. */
    public static final List<String> OVERALL = List.of(
            "log_loss",
            "brier",
            "rps",
            "accuracy",
            "ece",
            "mcc",
            "balanced_accuracy",
            "macro_precision",
            "macro_recall",
            "macro_f1",
            "weighted_f1");
    /** The names of the figures of one class, in order. */
    public static final List<String> OF_CLASS = List.of("precision", "recall", "f1", "calibration_in_the_large");

    private static final int BINS = ReliabilityBins.DEFAULT_COUNT;
    private static final int LOSSES = 4;

    private final int classes;
    private final int width;
    private final int clusters;
    private final double[] sums;
    private final List<String> names;

    /**
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param cluster dense index of each row's cluster
     */
    public ClassFigures(double[] p, int classes, int[] labels, int[] cluster) {
        int n = Rows.check(p, classes, labels);
        this.classes = classes;
        this.width = LOSSES + 4 * classes + 3 * BINS;
        this.clusters = Clusters.count(cluster);
        this.sums = new double[clusters * width];
        double[] logLoss = LogLoss.perRow(p, classes, labels);
        double[] brier = Brier.perRow(p, classes, labels);
        double[] rps = Rps.perRow(p, classes, labels);
        for (int i = 0; i < n; i++) {
            int at = cluster[i] * width;
            sums[at]++;
            sums[at + 1] += logLoss[i];
            sums[at + 2] += brier[i];
            sums[at + 3] += rps[i];
            int best = Rows.argMax(p, classes, i);
            int counts = at + LOSSES;
            sums[counts + labels[i]]++;
            sums[counts + classes + best]++;
            if (best == labels[i]) {
                sums[counts + 2 * classes + best]++;
            }
            for (int c = 0; c < classes; c++) {
                sums[counts + 3 * classes + c] += p[i * classes + c];
            }
            double top = p[i * classes + best];
            int bin = counts + 4 * classes + 3 * Math.min(BINS - 1, (int) (top * BINS));
            sums[bin]++;
            sums[bin + 1] += best == labels[i] ? 1 : 0;
            sums[bin + 2] += top;
        }
        List<String> all = new ArrayList<>(OVERALL);
        for (int c = 0; c < classes; c++) {
            int position = c;
            OF_CLASS.forEach(name -> all.add("class/" + position + "/" + name));
        }
        if (classes == 2) {
            all.addAll(OF_CLASS);
        }
        this.names = List.copyOf(all);
    }

    /** The names of the figures, in order. */
    public List<String> names() {
        return names;
    }

    /** Number of clusters. */
    public int clusters() {
        return clusters;
    }

    @Override
    public int count() {
        return names.size();
    }

    @Override
    public void of(int[] times, double[] to) {
        double[] s = Sums.of(sums, width, times);
        double n = s[0];
        if (n == 0) {
            Arrays.fill(to, Double.NaN);
            return;
        }
        double hits = 0;
        double cross = 0;
        double actualSquares = 0;
        double predictedSquares = 0;
        double recalls = 0;
        int occurring = 0;
        double precisions = 0;
        double f1s = 0;
        double weighted = 0;
        int at = OVERALL.size();
        for (int c = 0; c < classes; c++) {
            double actual = s[LOSSES + c];
            double predicted = s[LOSSES + classes + c];
            double right = s[LOSSES + 2 * classes + c];
            double precision = predicted == 0 ? 0 : right / predicted;
            double recall = actual == 0 ? 0 : right / actual;
            double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
            hits += right;
            cross += actual * predicted;
            actualSquares += actual * actual;
            predictedSquares += predicted * predicted;
            recalls += recall;
            occurring += actual > 0 ? 1 : 0;
            precisions += precision;
            f1s += f1;
            weighted += actual * f1;
            to[at++] = precision;
            to[at++] = recall;
            to[at++] = f1;
            to[at++] = s[LOSSES + 3 * classes + c] / n - actual / n;
        }
        if (classes == 2) {
            System.arraycopy(to, OVERALL.size() + OF_CLASS.size(), to, at, OF_CLASS.size());
        }
        double spread = (n * n - actualSquares) * (n * n - predictedSquares);
        to[0] = s[1] / n;
        to[1] = s[2] / n;
        to[2] = s[3] / n;
        to[3] = hits / n;
        to[4] = calibrationError(s, n);
        to[5] = spread == 0 ? 0 : (hits * n - cross) / Math.sqrt(spread);
        to[6] = recalls / occurring;
        to[7] = precisions / classes;
        to[8] = recalls / classes;
        to[9] = f1s / classes;
        to[10] = weighted / n;
    }

    private double calibrationError(double[] s, double n) {
        double sum = 0;
        for (int b = 0; b < BINS; b++) {
            int at = LOSSES + 4 * classes + 3 * b;
            if (s[at] > 0) {
                sum += s[at] * Math.abs(s[at + 1] / s[at] - s[at + 2] / s[at]);
            }
        }
        return sum / n;
    }
}

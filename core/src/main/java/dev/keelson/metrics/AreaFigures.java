package dev.keelson.metrics;

import dev.keelson.stats.BcaBootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The areas under the ROC curve and under the precision-recall curve (by steps), for resampling whole clusters; the
 * formulas are those of {@link ScoreCurve}. The order of the scores is found once, so that a resample is one pass over the
 * rows.
 *
 * <p>Names: {@code roc_auc} and {@code pr_auc}, of two classes those of the second, of more the means of each class against
 * the rest over the classes that occur and are not all; then {@code class/<position>/<name>}. Not for several threads at
 * once.
 */
public final class AreaFigures implements BcaBootstrap.Figures {
    /** The names of the figures of all rows, in order. */
    public static final List<String> OVERALL = List.of("roc_auc", "pr_auc");

    private final int classes;
    private final int[][] clusterOf;
    private final boolean[][] positive;
    private final boolean[][] last;
    private final List<String> names;

    /**
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param cluster dense index of each row's cluster
     */
    public AreaFigures(double[] p, int classes, int[] labels, int[] cluster) {
        int n = Rows.check(p, classes, labels);
        this.classes = classes;
        this.clusterOf = new int[classes][n];
        this.positive = new boolean[classes][n];
        this.last = new boolean[classes][n];
        List<String> all = new ArrayList<>(OVERALL);
        for (int c = 0; c < classes; c++) {
            int label = c;
            int[] order = IntStream.range(0, n)
                    .boxed()
                    .sorted((a, b) -> Double.compare(p[b * classes + label], p[a * classes + label]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int k = 0; k < n; k++) {
                clusterOf[c][k] = cluster[order[k]];
                positive[c][k] = labels[order[k]] == c;
                last[c][k] = k + 1 == n || p[order[k + 1] * classes + c] != p[order[k] * classes + c];
            }
            OVERALL.forEach(name -> all.add("class/" + label + "/" + name));
        }
        this.names = List.copyOf(all);
    }

    /** The names of the figures, in order. */
    public List<String> names() {
        return names;
    }

    @Override
    public int count() {
        return names.size();
    }

    @Override
    public void of(int[] times, double[] to) {
        Arrays.fill(to, Double.NaN);
        double roc = 0;
        double pr = 0;
        int used = 0;
        for (int c = 0; c < classes; c++) {
            double area = 0;
            double steps = 0;
            double hits = 0;
            double alarms = 0;
            double hitsBefore = 0;
            double alarmsBefore = 0;
            int[] clusters = clusterOf[c];
            for (int k = 0; k < clusters.length; k++) {
                int often = times[clusters[k]];
                if (positive[c][k]) {
                    hits += often;
                } else {
                    alarms += often;
                }
                if (last[c][k]) {
                    area += (alarms - alarmsBefore) * (hits + hitsBefore) / 2;
                    if (hits > hitsBefore) {
                        steps += (hits - hitsBefore) * (hits / (hits + alarms));
                    }
                    hitsBefore = hits;
                    alarmsBefore = alarms;
                }
            }
            to[3 + 2 * c] = hits > 0 ? steps / hits : Double.NaN;
            if (hits > 0 && alarms > 0) {
                to[2 + 2 * c] = area / (hits * alarms);
                roc += to[2 + 2 * c];
                pr += to[3 + 2 * c];
                used++;
            }
        }
        if (classes == 2) {
            to[0] = to[4];
            to[1] = to[5];
        } else if (used > 0) {
            to[0] = roc / used;
            to[1] = pr / used;
        }
    }
}

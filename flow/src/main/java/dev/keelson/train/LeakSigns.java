package dev.keelson.train;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.metrics.Auc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Signs that the rows tell what nobody could know beforehand. They are signs, not proofs: what can be known is decided by
 * the times of a source, and these find where the times, or the columns themselves, are wrong.
 *
 * <ul>
 *   <li>A feature that tells the label alone: one class from the others with an area under the ROC curve of {@value #AREA}
 *       or beyond on either side, or a number with a correlation of {@value #CORRELATION} or beyond.
 *   <li>Later rows that are copies of earlier ones, feature by feature: a model that learned the earlier ones by heart seems
 *       to foresee the later ones. Counted only where some feature is of so many values that chance does not repeat them.
 * </ul>
 */
public final class LeakSigns {
    /** Area under the ROC curve of one feature from which on it is too good. */
    public static final double AREA = 0.995;

    /** Correlation of one feature with a number from which on it is too good. */
    public static final double CORRELATION = 0.9999;

    /** Share of copies among the later rows from which on they are told. */
    public static final double COPIES = 0.01;

    private static final int LEAST = 30;
    private static final int MOST = 5_000;
    private static final int FEWEST = 500;
    private static final long VALUES = 5_000_000;

    private LeakSigns() {}

    /**
     * Looks for them.
     *
     * @param table at most its last 5,000 rows are looked at, fewer (down to 500) of more than 1,000 features
     * @return sentences; empty when there is none, or fewer than 30 rows of a kind to tell
     */
    public static List<String> of(ModelDefinition definition, TrainingTable table) {
        long most = Math.clamp(VALUES / Math.max(1, table.features().width()), FEWEST, MOST);
        int[] rows = IntStream.range(0, table.rows())
                .boxed()
                .sorted(Comparator.comparingLong(i -> table.eventTime()[i]))
                .skip(Math.max(0, table.rows() - most))
                .mapToInt(Integer::intValue)
                .toArray();
        List<String> signs = new ArrayList<>();
        FeatureMatrix features = table.features();
        for (int j = 0; j < features.width(); j++) {
            if (definition.isNumber()) {
                double correlation = correlation(features.columns()[j], table.values(), rows);
                if (Math.abs(correlation) >= CORRELATION) {
                    signs.add(sign(
                            features.names().get(j), String.format(Locale.ROOT, "correlation %.5f", correlation)));
                }
                continue;
            }
            int classes = definition.classes().size(); // of two, the one tells what the other does
            for (int k = classes == 2 ? 1 : 0; k < classes; k++) {
                double area = area(features.columns()[j], table.labels(), k, rows);
                if (Math.max(area, 1 - area) >= AREA) {
                    signs.add(sign(
                            features.names().get(j),
                            String.format(
                                    Locale.ROOT, "area under the ROC curve of %s: %.4f", definition.classes().get(k), area)));
                    break;
                }
            }
        }
        copies(features, rows, signs);
        return List.copyOf(signs);
    }

    private static String sign(String feature, String how) {
        return "The feature %s alone tells the label (%s): is it known before the event?".formatted(feature, how);
    }

    private static double area(double[] column, int[] labels, int wanted, int[] rows) {
        int[] known = Arrays.stream(rows).filter(i -> !Double.isNaN(column[i])).toArray();
        double[] scores = Arrays.stream(known).mapToDouble(i -> column[i]).toArray();
        boolean[] positive = new boolean[known.length];
        int count = 0;
        for (int i = 0; i < known.length; i++) {
            positive[i] = labels[known[i]] == wanted;
            count += positive[i] ? 1 : 0;
        }
        return count < LEAST || known.length - count < LEAST ? 0.5 : Auc.binary(scores, positive).orElse(0.5);
    }

    /** Pearson's; 0 where it is not defined. */
    private static double correlation(double[] column, double[] values, int[] rows) {
        int[] known = Arrays.stream(rows).filter(i -> !Double.isNaN(column[i])).toArray();
        if (known.length < LEAST) {
            return 0;
        }
        double meanX = Arrays.stream(known).mapToDouble(i -> column[i]).average().orElseThrow();
        double meanY = Arrays.stream(known).mapToDouble(i -> values[i]).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i : known) {
            double x = column[i] - meanX;
            double y = values[i] - meanY;
            xy += x * y;
            xx += x * x;
            yy += y * y;
        }
        return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
    }

    private static void copies(FeatureMatrix features, int[] rows, List<String> signs) {
        boolean fine = Arrays.stream(features.columns()).anyMatch(column -> {
            Set<Double> values = new HashSet<>();
            int known = 0;
            for (int i : rows) {
                if (!Double.isNaN(column[i])) {
                    values.add(column[i]);
                    known++;
                }
            }
            return known >= LEAST && values.size() > known / 3;
        });
        if (!fine || rows.length < LEAST) {
            return;
        }
        Set<List<Double>> seen = new HashSet<>();
        int copies = 0;
        for (int i : rows) {
            List<Double> row = new ArrayList<>(features.width());
            boolean any = false;
            for (double[] column : features.columns()) {
                row.add(column[i]);
                any |= !Double.isNaN(column[i]);
            }
            if (any && !seen.add(row)) {
                copies++;
            }
        }
        if (copies >= COPIES * rows.length) {
            signs.add(("%d of %d rows repeat the features of an earlier row (%d %%): what is learned from one is judged by its"
                            + " copy. Are there two keys for one event?")
                    .formatted(copies, rows.length, 100 * copies / rows.length));
        }
    }
}

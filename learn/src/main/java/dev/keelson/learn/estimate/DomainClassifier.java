package dev.keelson.learn.estimate;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.TrainingSet;
import dev.keelson.stats.MannWhitney;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Drift of all features together: how well a classifier tells rows of the reference from rows of the window, on rows that it
 * was not fitted to. It sees what no single column shows, such as two columns that no longer go together.
 *
 * <p>Source: Lopez-Paz, D. and Oquab, M. (2017), Revisiting classifier two-sample tests, ICLR; limits as in NannyML.
 *
 * @param auc area under the ROC curve over the folds' held-out rows, 0 to 1; 0.5 when nothing tells them apart
 * @param standardError of the area if rows are independent
 * @param importance share of each feature in telling them apart, in the order of the features; sums to 1, or all 0
 */
public record DomainClassifier(double auc, double standardError, List<Double> importance) {
    /** From here on rows count as drifted. */
    public static final double DRIFTED = 0.65;
    /** Beyond this the window has little in common with the reference, and nothing learned there says much of it. */
    public static final double ANOTHER_WORLD = 0.9;

    /** Copies the list. */
    public DomainClassifier {
        importance = List.copyOf(importance);
    }

    /**
     * Tells two sets of rows apart.
     *
     * @param learner of classes; gradient boosted trees see the most
     * @param reference at least {@code folds} rows
     * @param window rows of the same features, at least {@code folds}
     * @param folds at least 2; each row is scored by a model that was fitted to the other folds
     * @param seed of folds and fits
     */
    public static DomainClassifier of(Learner learner, FeatureMatrix reference, FeatureMatrix window, int folds, long seed) {
        if (!reference.names().equals(window.names())) {
            throw new IllegalArgumentException("The reference has the features %s, the window %s; they must be the same."
                    .formatted(reference.names(), window.names()));
        }
        int n = reference.rows();
        int m = window.rows();
        if (folds < 2 || n < folds || m < folds) {
            throw new IllegalArgumentException(
                    "%d reference rows and %d rows of the window cannot be parted into %d folds; at least 2 folds of one row each are needed."
                            .formatted(n, m, folds));
        }
        double[][] columns = new double[reference.width()][];
        for (int c = 0; c < columns.length; c++) {
            columns[c] = Arrays.copyOf(reference.columns()[c], n + m);
            System.arraycopy(window.columns()[c], 0, columns[c], n, m);
        }
        FeatureMatrix all = new FeatureMatrix(reference.names(), columns, n + m, reference.categories());
        int[] labels = IntStream.range(0, n + m).map(i -> i < n ? 0 : 1).toArray();
        TrainingSet rows = new TrainingSet(all, labels, List.of("reference", "window"), null);
        int[] fold = folds(n, m, folds, new SplittableRandom(seed));
        double[] score = new double[n + m];
        double[] importance = new double[columns.length];
        for (int f = 0; f < folds; f++) {
            int held = f;
            int[] out = IntStream.range(0, n + m).filter(i -> fold[i] == held).toArray();
            int[] in = IntStream.range(0, n + m).filter(i -> fold[i] != held).toArray();
            Model model = learner.fit(rows.take(in), seed);
            double[] told = model.predictAll(all.take(out));
            double[] shares = model.importance();
            for (int i = 0; i < out.length; i++) {
                score[out[i]] = told[2 * i + 1];
            }
            for (int c = 0; c < importance.length; c++) {
                importance[c] += shares[c] / folds;
            }
        }
        double auc = MannWhitney.test(Arrays.copyOf(score, n), Arrays.copyOfRange(score, n, n + m)).share();
        return new DomainClassifier(
                auc, standardError(auc, m, n), Arrays.stream(importance).boxed().toList());
    }

    /** Whether the rows can be told apart well enough to call that drift. */
    public boolean drifted() {
        return auc >= DRIFTED;
    }

    /** Whether what was learned on the reference still says something of the window. */
    public boolean estimable() {
        return auc <= ANOTHER_WORLD;
    }

    /** Hanley and McNeil (1982), Radiology 143(1). */
    static double standardError(double auc, double positives, double negatives) {
        if (!(positives > 0 && negatives > 0)) {
            return 0;
        }
        double q1 = auc / (2 - auc);
        double q2 = 2 * auc * auc / (1 + auc);
        double variance = auc * (1 - auc)
                + Math.max(0, positives - 1) * (q1 - auc * auc)
                + Math.max(0, negatives - 1) * (q2 - auc * auc);
        return Math.sqrt(Math.max(0, variance) / (positives * negatives));
    }

    /** A fold for each row, each side spread evenly. */
    private static int[] folds(int n, int m, int folds, SplittableRandom random) {
        int[] fold = new int[n + m];
        for (int side = 0; side < 2; side++) {
            int from = side == 0 ? 0 : n;
            int to = side == 0 ? n : n + m;
            for (int i = from; i < to; i++) {
                int j = from + random.nextInt(i - from + 1);
                fold[i] = fold[j];
                fold[j] = (i - from) % folds;
            }
        }
        return fold;
    }
}

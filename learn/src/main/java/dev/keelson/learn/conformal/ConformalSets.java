package dev.keelson.learn.conformal;

import org.jspecify.annotations.Nullable;

/**
 * Sets of classes with a stated coverage, from the probabilities of any model: split conformal prediction.
 *
 * <p>A class is in the set when its score by the rule is at most the conformal quantile of the scores of the true
 * classes of calibration rows, which must be ones that the model was not fitted on. A set may be empty or hold all
 * classes. Immutable plain data; safe for use by several threads.
 *
 * @param rule the score
 * @param alpha share of rows that may be missed, strictly between 0 and 1
 * @param classes number of classes, at least 2
 * @param quantiles largest score of each group
 */
public record ConformalSets(SetRule rule, double alpha, int classes, GroupQuantiles quantiles) {

    /** Checks the ranges. */
    public ConformalSets {
        ConformalQuantile.requireAlpha(alpha);
        if (classes < 2) {
            throw new IllegalArgumentException("The number of classes (%d) must be at least 2.".formatted(classes));
        }
    }

    /**
     * Sets fitted on calibration rows.
     *
     * @param p probabilities, {@code rows * classes}, row by row
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param u the {@linkplain RowUniform number} of each row
     * @param groups group of each row; null when all rows are one group
     * @param tree the groups
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     */
    public static ConformalSets fit(
            SetRule rule,
            double[] p,
            int classes,
            int[] labels,
            double[] u,
            int @Nullable [] groups,
            GroupTree tree,
            double alpha) {
        double[] scores = scores(rule, p, classes, labels, u);
        int[] of = groups == null ? new int[labels.length] : groups;
        return new ConformalSets(rule, alpha, classes, GroupQuantiles.fit(scores, of, tree, alpha));
    }

    /** The score of each row's true class. */
    static double[] scores(SetRule rule, double[] p, int classes, int[] labels, double[] u) {
        Positions.requireShape(p, classes, labels, u);
        double[] scores = new double[labels.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = rule.scores(p, i * classes, classes, u[i])[labels[i]];
        }
        return scores;
    }

    /**
     * The set of a row.
     *
     * @param p the row's probabilities
     * @param u the row's {@linkplain RowUniform number}
     * @param group the row's group; 0 where there are none
     * @return for each class whether it is in the set
     */
    public boolean[] set(double[] p, double u, int group) {
        if (p.length != classes) {
            throw new IllegalArgumentException(
                    "There are %d probabilities; %d are expected.".formatted(p.length, classes));
        }
        return within(rule.scores(p, 0, classes, u), quantiles.quantile(group));
    }

    static boolean[] within(double[] scores, double quantile) {
        boolean[] set = new boolean[scores.length];
        for (int k = 0; k < set.length; k++) {
            set[k] = scores[k] <= quantile;
        }
        return set;
    }
}

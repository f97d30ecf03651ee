package dev.keelson.learn.conformal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One conformal quantile for each group (Mondrian): coverage holds within the group, not only over all rows. A group
 * with too few rows for its rank takes the quantile of the nearest larger group that has enough; without one it is
 * infinite. A larger group's rows are those of all groups in it.
 *
 * <p>Source: Vovk, V., Lindsay, D., Nouretdinov, I. and Gammerman, A. (2003), Mondrian confidence machine.
 *
 * @param tree the groups
 * @param quantiles of each group, after falling back; positive infinity where there are too few rows everywhere
 * @param sources for each group the group whose quantile it is
 * @param rows number of calibration rows of each group
 */
public record GroupQuantiles(GroupTree tree, List<Double> quantiles, List<Integer> sources, List<Integer> rows) {

    /** Copies the lists. */
    public GroupQuantiles {
        quantiles = List.copyOf(quantiles);
        sources = List.copyOf(sources);
        rows = List.copyOf(rows);
        if (quantiles.size() != tree.size() || sources.size() != tree.size() || rows.size() != tree.size()) {
            throw new IllegalArgumentException("There are %d quantiles, %d sources and %d counts for %d groups."
                    .formatted(quantiles.size(), sources.size(), rows.size(), tree.size()));
        }
    }

    /**
     * Quantiles of scores.
     *
     * @param scores nonconformity scores, not NaN
     * @param groups group of each score; one that the tree does not know counts as all rows
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     */
    public static GroupQuantiles fit(double[] scores, int[] groups, GroupTree tree, double alpha) {
        return fit(scores, groups, tree, alpha, false);
    }

    static GroupQuantiles fit(double[] scores, int[] groups, GroupTree tree, double alpha, boolean halved) {
        ConformalQuantile.requireAlpha(alpha);
        if (scores.length != groups.length) {
            throw new IllegalArgumentException(
                    "There are %d scores and %d groups of rows.".formatted(scores.length, groups.length));
        }
        List<Double> quantiles = new ArrayList<>();
        List<Integer> sources = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        for (int g = 0; g < tree.size(); g++) {
            double[] sorted = ConformalQuantile.sorted(within(scores, groups, tree, g));
            int rank = halved
                    ? ConformalQuantile.halfRank(sorted.length, alpha)
                    : ConformalQuantile.rank(sorted.length, alpha);
            rows.add(sorted.length);
            if (rank <= sorted.length || g == 0) {
                quantiles.add(ConformalQuantile.atRank(sorted, sorted.length, rank));
                sources.add(g);
            } else {
                int parent = tree.parents().get(g);
                quantiles.add(quantiles.get(parent));
                sources.add(sources.get(parent));
            }
        }
        return new GroupQuantiles(tree, quantiles, sources, rows);
    }

    private static double[] within(double[] scores, int[] groups, GroupTree tree, int group) {
        double[] kept = new double[scores.length];
        int size = 0;
        for (int i = 0; i < scores.length; i++) {
            int at = tree.known(groups[i]);
            while (at > group) {
                at = tree.parents().get(at);
            }
            if (at == group) {
                kept[size++] = scores[i];
            }
        }
        return Arrays.copyOf(kept, size);
    }

    /** The quantile for a row of a group; a group that the tree does not know counts as all rows. */
    public double quantile(int group) {
        return quantiles.get(tree.known(group));
    }
}

package dev.keelson.learn.tree;

import java.util.Arrays;

/**
 * Shapley values of the features for the margins of a tree ensemble, exact in the path-dependent sense: a feature that
 * is not known lets a row go both ways at its splits, by the shares in which the training rows went.
 *
 * <p>A leaf counts by the product, over the features on its path, of 1 or 0 (the row goes that way or not) when the
 * feature is known and of its share {@code z} when it is not. The Shapley value is the integral over {@code t} from 0
 * to 1 of the derivative of the game's multilinear extension, in which each factor is {@code z (1 - t) + o t}; that is a
 * polynomial of a degree below the number of features on the path, which Gauss-Legendre quadrature with half as many
 * points integrates exactly. One walk over each tree carries the products down and the sums up, so that a row costs
 * nodes times points.
 *
 * <p>Sources: Lundberg, S. M. et al. (2020), From local explanations to global understanding with explainable AI for
 * trees, Nature Machine Intelligence 2, for the game; Owen, G. (1972), Multilinear extensions of games, Management
 * Science 18(5), for the integral; Yu, P. et al. (2022), Linear TreeShap, NeurIPS, for summing on the way up.
 *
 * <p>Immutable; safe for use by several threads.
 */
public final class TreeShap {
    /** Points of trees with at most twice as many features on a path, which a walk holds in variables. */
    private static final int FEW = 4;

    private final TreeEnsemble trees;
    private final double[] points;
    private final double[] weights;
    private final double[] expected;
    private final int depth;

    /**
     * @param trees the ensemble; one whose file does not tell the training weight of its nodes sends half of it each way
     */
    public TreeShap(TreeEnsemble trees) {
        this.trees = trees;
        this.expected = new double[trees.outputs()];
        for (int k = 0; k < expected.length; k++) {
            expected[k] = trees.base(k);
        }
        int deepest = 0;
        for (int t = 0; t < trees.trees(); t++) {
            expected[trees.output(t)] += mean(trees.root(t));
            deepest = Math.max(deepest, depth(trees.root(t)));
        }
        this.depth = deepest;
        int count = Math.max(FEW, (Math.min(deepest, trees.features()) + 1) / 2); // more are as exact
        this.points = new double[count];
        this.weights = new double[count];
        GaussLegendre.fill(points, weights);
    }

    private double mean(int node) {
        if (trees.isLeaf(node)) {
            return trees.leaf(node);
        }
        int left = trees.left(node);
        return trees.share(left) * mean(left) + trees.share(left + 1) * mean(left + 1);
    }

    private int depth(int node) {
        return trees.isLeaf(node) ? 0 : 1 + Math.max(depth(trees.left(node)), depth(trees.left(node) + 1));
    }

    /** Length of what {@link #explain} fills: for each output one number for each feature, then the expected margin. */
    public int length() {
        return trees.outputs() * (trees.features() + 1);
    }

    /**
     * Contributions of each feature to each margin of a row; with the expected margin they sum to the margin, up to
     * rounding.
     *
     * @param row one value for each feature; {@code NaN} is missing
     * @param out receives {@link #length} numbers, output by output
     */
    public void explain(double[] row, double[] out) {
        int stride = trees.features() + 1;
        Arrays.fill(out, 0, length(), 0);
        if (points.length == FEW) {
            ShortWalk walk = new ShortWalk(trees, points, weights, row, out);
            for (int t = 0; t < trees.trees(); t++) {
                walk.over(trees.root(t), trees.output(t) * stride);
            }
        } else {
            Walk walk = new Walk(row, out);
            for (int t = 0; t < trees.trees(); t++) {
                walk.at = trees.output(t) * stride;
                Arrays.fill(walk.products, 0, points.length, 1);
                walk.visit(trees.root(t), 0);
            }
        }
        for (int k = 0; k < expected.length; k++) {
            out[k * stride + stride - 1] = expected[k];
        }
    }

    /**
     * Contributions for many rows.
     *
     * @param rows each one value for each feature
     * @return {@link #length} numbers for each row
     */
    public double[][] explainAll(double[][] rows) {
        double[][] all = new double[rows.length][length()];
        for (int i = 0; i < rows.length; i++) {
            explain(rows[i], all[i]);
        }
        return all;
    }

    /**
     * The state of one row's walk over a tree. Each edge has a ratio: the factor of its feature with the split counted, over
     * that factor before it; 1 before the first split on the feature, so that most ratios need no division.
     */
    private final class Walk {
        private final double[] row;
        private final double[] out;
        /** Product of the ratios above the node of each level. */
        private final double[] products = new double[(depth + 1) * points.length];
        /** Sum, over the leaves below the node of each level, of their value times the ratios between. */
        private final double[] sums = new double[(depth + 1) * points.length];
        /** Ratio of the edge that is being walked at each level. */
        private final double[] ratios = new double[(depth + 1) * points.length];
        /** What the sum below that edge counts for its feature. */
        private final double[] slopes = new double[(depth + 1) * points.length];
        /** Product of the shares at the splits on each feature so far; 1 before the first. */
        private final double[] unknown = new double[trees.features()];
        /** Whether the row would have come here by its value of each feature, 1 or 0. */
        private final double[] known = new double[trees.features()];

        private int at;

        Walk(double[] row, double[] out) {
            this.row = row;
            this.out = out;
            Arrays.fill(unknown, 1);
            Arrays.fill(known, 1);
        }

        /** Fills {@code sums} at the node's level. */
        void visit(int node, int level) {
            int q = points.length;
            int here = level * q;
            if (trees.isLeaf(node)) {
                Arrays.fill(sums, here, here + q, trees.leaf(node));
                return;
            }
            int below = here + q;
            int feature = trees.feature(node);
            int left = trees.left(node);
            int taken = trees.next(node, row);
            double unknownAbove = unknown[feature];
            double knownAbove = known[feature];
            double total = 0;
            Arrays.fill(sums, here, here + q, 0);
            for (int child = left; child <= left + 1; child++) {
                double z = unknownAbove * trees.share(child);
                double o = child == taken ? knownAbove : 0;
                if (z == 0 && o == 0) {
                    continue; // nothing comes here, known or not
                }
                edge(here, z, o, unknownAbove, knownAbove);
                if (trees.isLeaf(child)) {
                    double value = trees.leaf(child);
                    for (int i = 0; i < q; i++) {
                        total += slopes[here + i] * value;
                        sums[here + i] += ratios[here + i] * value;
                    }
                    continue;
                }
                for (int i = 0; i < q; i++) {
                    products[below + i] = products[here + i] * ratios[here + i];
                }
                unknown[feature] = z;
                known[feature] = o;
                visit(child, level + 1);
                for (int i = 0; i < q; i++) {
                    total += slopes[here + i] * sums[below + i];
                    sums[here + i] += ratios[here + i] * sums[below + i];
                }
            }
            out[at + feature] += total;
            unknown[feature] = unknownAbove;
            known[feature] = knownAbove;
        }

        /** Ratio and slope of an edge. */
        private void edge(int here, double z, double o, double unknownAbove, double knownAbove) {
            int q = points.length;
            if (unknownAbove == 1 && knownAbove == 1) {
                for (int i = 0; i < q; i++) {
                    ratios[here + i] = z + (o - z) * points[i];
                    slopes[here + i] = weights[i] * products[here + i] * (o - z);
                }
                return;
            }
            double changeAbove = knownAbove - unknownAbove;
            for (int i = 0; i < q; i++) {
                double inverse = 1 / (unknownAbove + changeAbove * points[i]);
                double ratio = (z + (o - z) * points[i]) * inverse;
                ratios[here + i] = ratio;
                // The split above on the same feature counts these leaves, too, by its own factor: take that off.
                slopes[here + i] = weights[i] * products[here + i] * inverse * (o - z - ratio * changeAbove);
            }
        }
    }
}

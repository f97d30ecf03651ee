package dev.keelson.learn.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sum of regression trees for each class, with the arithmetic of the library that trained them: values are compared
 * as floats (beyond the range of float as its largest), {@code value < threshold} goes left, a missing value goes the
 * way the split learned, and leaves are added in float, in the order of the trees, to the base margin. So margins are
 * bit-equal to the library's. Probabilities are computed from them in double and, rounded to float, lie within 2 ulp of
 * the library's.
 *
 * <p>All trees lie in flat arrays; the two children of a split are neighbours, so one index leads to both. A leaf leads
 * back to itself, so that four trees can be walked side by side to the depth of the deepest without asking which of
 * them has arrived: the processor follows four independent chains, and has no branch to guess. Evaluation allocates
 * nothing. Immutable; safe for use by several threads.
 */
public final class TreeEnsemble {
    private static final int GROUP = 4;

    /** What the margins become. */
    enum Link {
        /** Probabilities of the classes, one margin each. */
        SOFTMAX,
        /** Probabilities of two classes; the one margin is that of the second. */
        LOGISTIC,
        /** Nothing else: they are the values. */
        IDENTITY
    }

    private final int features;
    private final Link link;
    private final float[] base;
    private final int[] roots;
    private final int[] outputs;
    /** Steps that bring every tree of a group of four to its leaf. */
    private final int[] depths;
    /** {@code feature << 1 | missingGoesLeft}; 0 of a leaf. */
    private final int[] splits;
    /** {@link #boundary} of the threshold; {@code NaN} of a leaf, below which nothing lies. */
    private final double[] boundaries;
    /** Position of the left child, which the right one follows; of a leaf the position before its own. */
    private final int[] children;
    /** Value of a leaf. */
    private final float[] leaves;
    /** Share of the training weight at the parent that came to this node; 1 of a root. */
    private final double[] shares;

    private final double[] gains;

    private TreeEnsemble(Builder builder) {
        this.features = builder.features;
        this.link = builder.link;
        this.base = builder.base.clone();
        this.roots = toInts(builder.roots);
        this.outputs = toInts(builder.outputs);
        this.depths = new int[(roots.length + GROUP - 1) / GROUP];
        for (int t = 0; t < roots.length; t++) {
            depths[t / GROUP] = Math.max(depths[t / GROUP], builder.depths.get(t));
        }
        this.splits = Arrays.copyOf(builder.splits, builder.size);
        this.boundaries = Arrays.copyOf(builder.boundaries, builder.size);
        this.children = Arrays.copyOf(builder.children, builder.size);
        this.leaves = Arrays.copyOf(builder.leaves, builder.size);
        this.shares = Arrays.copyOf(builder.shares, builder.size);
        this.gains = builder.gains.clone();
    }

    private static int[] toInts(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Number of features a row must have. */
    public int features() {
        return features;
    }

    /** Number of values that a prediction holds: 2 for a binary objective, which has one margin. */
    public int values() {
        return link == Link.LOGISTIC ? 2 : base.length;
    }

    /** Whether a prediction holds probabilities. */
    public boolean classifies() {
        return link != Link.IDENTITY;
    }

    /** Number of margins: 1 for a binary objective, else one for each class or value. */
    public int outputs() {
        return base.length;
    }

    /** Number of trees. */
    public int trees() {
        return roots.length;
    }

    /** Number of splits and leaves. */
    public int nodes() {
        return splits.length;
    }

    /** Sum of the loss reductions of the splits on each feature. */
    public double[] gains() {
        return gains.clone();
    }

    /**
     * Margins of a row: float values, held in doubles.
     *
     * @param row one value for each feature; {@code NaN} is missing
     * @param out receives {@link #outputs} margins
     */
    public void margins(double[] row, double[] out) {
        for (int k = 0; k < base.length; k++) {
            out[k] = base[k];
        }
        int trees = roots.length;
        int t = 0;
        for (; t + GROUP <= trees; t += GROUP) {
            int a = roots[t];
            int b = roots[t + 1];
            int c = roots[t + 2];
            int d = roots[t + 3];
            for (int depth = depths[t / GROUP]; depth > 0; depth--) {
                a = next(a, row);
                b = next(b, row);
                c = next(c, row);
                d = next(d, row);
            }
            add(t, a, out);
            add(t + 1, b, out);
            add(t + 2, c, out);
            add(t + 3, d, out);
        }
        for (; t < trees; t++) {
            int node = roots[t];
            for (int depth = depths[t / GROUP]; depth > 0; depth--) {
                node = next(node, row);
            }
            add(t, node, out);
        }
    }

    /** Position of the root of a tree. */
    int root(int tree) {
        return roots[tree];
    }

    /** Output that a tree adds to. */
    int output(int tree) {
        return outputs[tree];
    }

    /** Margin of an output before the first tree. */
    double base(int output) {
        return base[output];
    }

    /** Whether a position is a leaf. */
    boolean isLeaf(int node) {
        return children[node] < node;
    }

    /** Value of a leaf. */
    double leaf(int node) {
        return leaves[node];
    }

    /** Feature of a split. */
    int feature(int node) {
        return splits[node] >> 1;
    }

    /** Left child of a split; the right one follows it. */
    int left(int node) {
        return children[node];
    }

    /** Share of the training weight at the parent that came to this node. */
    double share(int node) {
        return shares[node];
    }

    /** The child a row goes to from a split. */
    int next(int node, double[] row) {
        int split = splits[node];
        double value = row[split >> 1];
        int right = value < boundaries[node] ? 0 : 1;
        if (Double.isNaN(value)) {
            right = 1 - (split & 1);
        }
        return children[node] + right;
    }

    private void add(int tree, int leaf, double[] out) {
        int output = outputs[tree];
        out[output] = (float) out[output] + leaves[leaf];
    }

    /**
     * Prediction of a row: the probability of each class, or the margins themselves.
     *
     * @param row one value for each feature; {@code NaN} is missing
     * @param out receives {@link #values} numbers
     */
    public void predict(double[] row, double[] out) {
        margins(row, out);
        if (link == Link.IDENTITY) {
            return;
        }
        if (link == Link.LOGISTIC) {
            double positive = 1 / (1 + StrictMath.exp(-out[0]));
            out[0] = 1 - positive;
            out[1] = positive;
            return;
        }
        double most = out[0];
        for (int k = 1; k < base.length; k++) {
            most = Math.max(most, out[k]);
        }
        double sum = 0;
        for (int k = 0; k < base.length; k++) {
            out[k] = StrictMath.exp((float) out[k] - (float) most);
            sum += out[k];
        }
        for (int k = 0; k < base.length; k++) {
            out[k] /= sum;
        }
    }

    /**
     * The double below which exactly those doubles lie that, rounded to float, are below a float threshold. Comparing
     * with it spares the rounding of every value. Values beyond the range of float count as its largest.
     *
     * @throws IllegalArgumentException if the threshold is {@code NaN}
     */
    static double boundary(float threshold) {
        if (Float.isNaN(threshold)) {
            throw new IllegalArgumentException("A split has no threshold.");
        }
        if (threshold == Float.POSITIVE_INFINITY) {
            return Double.POSITIVE_INFINITY;
        }
        if (threshold <= -Float.MAX_VALUE) {
            return Double.NEGATIVE_INFINITY;
        }
        double middle = ((double) Math.nextDown(threshold) + threshold) / 2; // exact
        return (float) middle >= threshold ? middle : Math.nextUp(middle);
    }

    /** Collects trees in their order. */
    static final class Builder {
        private final int features;
        private final float[] base;
        private final Link link;
        private final List<Integer> roots = new ArrayList<>();
        private final List<Integer> outputs = new ArrayList<>();
        private final double[] gains;
        private final List<Integer> depths = new ArrayList<>();
        private int[] splits = new int[1024];
        private double[] boundaries = new double[1024];
        private int[] children = new int[1024];
        private float[] leaves = new float[1024];
        private double[] shares = new double[1024];
        private int size;

        /**
         * @param base margin of each output before the first tree
         * @param link what the margins become
         */
        Builder(int features, float[] base, Link link) {
            boolean fits = switch (link) {
                case SOFTMAX -> base.length >= 2;
                case LOGISTIC -> base.length == 1;
                case IDENTITY -> base.length >= 1;
            };
            if (features < 0 || !fits) {
                throw new IllegalArgumentException("A model with %d features and %d outputs cannot be evaluated."
                        .formatted(features, base.length));
            }
            this.features = features;
            this.base = base;
            this.link = link;
            this.gains = new double[features];
        }

        /**
         * A tree as parallel arrays over its nodes, the root first.
         *
         * @param none stands for "no child"
         * @param conditions threshold of a split, value of a leaf
         * @param covers training weight that came to each node
         */
        void add(
                int output,
                int none,
                int[] left,
                int[] right,
                int[] feature,
                float[] conditions,
                int[] defaultLeft,
                float[] gain,
                float[] covers) {
            int n = left.length;
            if (n == 0
                    || right.length != n
                    || feature.length != n
                    || conditions.length != n
                    || defaultLeft.length != n
                    || gain.length != n
                    || covers.length != n) {
                throw new IllegalArgumentException("The arrays of a tree have different lengths, or it has no node.");
            }
            if (output < 0 || output >= base.length) {
                throw new IllegalArgumentException("A tree belongs to output %d of %d.".formatted(output, base.length));
            }
            roots.add(size);
            outputs.add(output);
            int[] queue = new int[n];
            int[] level = new int[n];
            int depth = 0;
            int first = reserve(1);
            shares[first] = 1;
            int read = 0;
            int write = 1;
            while (read < write) {
                int node = queue[read];
                int at = first + read;
                read++;
                if (left[node] == none) {
                    boundaries[at] = Double.NaN;
                    children[at] = at - 1;
                    leaves[at] = conditions[node];
                    depth = Math.max(depth, level[read - 1]);
                    continue;
                }
                if (write + 2 > n) {
                    throw new IllegalArgumentException(
                            "A tree of %d nodes leads to more, so it has a loop.".formatted(n));
                }
                queue[write] = child(left[node], n);
                queue[write + 1] = child(right[node], n);
                level[write] = level[read - 1] + 1;
                level[write + 1] = level[read - 1] + 1;
                if (feature[node] < 0 || feature[node] >= features) {
                    throw new IllegalArgumentException(
                            "A split reads feature %d of %d.".formatted(feature[node], features));
                }
                boundaries[at] = boundary(conditions[node]);
                splits[at] = feature[node] << 1 | (defaultLeft[node] != 0 ? 1 : 0);
                children[at] = first + write;
                gains[feature[node]] += gain[node];
                reserve(2);
                double fromLeft = Math.max(0, covers[left[node]]);
                double fromRight = Math.max(0, covers[right[node]]);
                double both = fromLeft + fromRight;
                shares[first + write] = both > 0 ? fromLeft / both : 0.5;
                shares[first + write + 1] = both > 0 ? fromRight / both : 0.5;
                write += 2;
            }
            depths.add(depth);
        }

        private static int child(int index, int n) {
            if (index < 0 || index >= n) {
                throw new IllegalArgumentException("A split leads to node %d of %d.".formatted(index, n));
            }
            return index;
        }

        private int reserve(int count) {
            int at = size;
            size += count;
            if (size > splits.length) {
                int capacity = Math.max(size, splits.length * 2);
                splits = Arrays.copyOf(splits, capacity);
                boundaries = Arrays.copyOf(boundaries, capacity);
                children = Arrays.copyOf(children, capacity);
                leaves = Arrays.copyOf(leaves, capacity);
                shares = Arrays.copyOf(shares, capacity);
            }
            return at;
        }

        TreeEnsemble build() {
            return new TreeEnsemble(this);
        }
    }
}

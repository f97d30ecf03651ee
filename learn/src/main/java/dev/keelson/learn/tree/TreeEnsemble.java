package dev.keelson.learn.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sum of regression trees for each class, with the arithmetic of the library that trained them, so that margins are
 * bit-equal to the library's:
 *
 * <ul>
 *   <li>XGBoost: values are compared as floats (beyond the range of float as its largest), {@code value < threshold}
 *       goes left, and leaves are added in float, in the order of the trees, to the base margin. Probabilities are
 *       computed from that in double and, rounded to float, lie within 2 ulp of the library's.
 *   <li>LightGBM: values are compared as doubles, {@code value <= threshold} goes left, and leaves are added in double.
 *       Probabilities lie within a few ulp of double.
 * </ul>
 *
 * <p>A missing value goes the way the split learned. A split on a category asks whether the category, the whole part of
 * the value, is in its set.
 *
 * <p>All trees lie in flat arrays; the two children of a split are neighbours, so one index leads to both. A leaf leads
 * back to itself, so that four trees can be walked side by side to the depth of the deepest without asking which of
 * them has arrived: the processor follows four independent chains, and has no branch to guess. Trees with splits of
 * other kinds are walked one by one. Evaluation allocates nothing. Immutable; safe for use by several threads.
 */
public final class TreeEnsemble {
    private static final int GROUP = 4;
    private static final int NO_CHILD = -1;

    /** What the margins become. */
    enum Link {
        /** Probabilities of the classes, one margin each. */
        SOFTMAX,
        /** Probabilities of two classes; the one margin is that of the second. */
        LOGISTIC,
        /** Nothing else: they are the values. */
        IDENTITY,
        /** Probabilities of the classes: each margin, at least {@link #LEAST_SHARE}, over their sum. */
        SHARES,
        /** Probabilities of two classes; the one margin is that of the second, kept {@link #LEAST_SHARE} away from 0 and 1. */
        SHARE;

        /** Whether two probabilities come from one margin. */
        boolean doubles() {
            return this == LOGISTIC || this == SHARE;
        }
    }

    /** How the library computes. */
    enum Arithmetic {
        /** XGBoost's. */
        FLOAT,
        /** LightGBM's. */
        DOUBLE
    }

    /** A split on a number, whose missing value is {@code NaN}. */
    static final int PLAIN = 0;
    /** A split on a number, whose missing value is {@code NaN} or next to 0. */
    static final int ZERO_IS_MISSING = 1;
    /** A split on a category. */
    static final int CATEGORY = 2;

    /** LightGBM's bound for a zero: a float's value. */
    private static final double ZERO = 1e-35f;

    private static final double LEAST_SHARE = 1e-9;
    private static final double FIRST_INVALID_CATEGORY = 1 << 24;

    private final int features;
    private final Link link;
    /** Whether sums are rounded to float and values compared as floats. */
    private final boolean floats;
    private final double[] base;
    private final int[] roots;
    private final int[] outputs;
    /** Steps that bring every tree of a group of four to its leaf. */
    private final int[] depths;
    /** Steps that bring each tree to its leaf. */
    private final int[] treeDepths;
    /** {@code feature << 1 | missingGoesLeft}; 0 of a leaf. */
    private final int[] splits;
    /** The number below which values go left; {@code NaN} of a leaf and of a split on a category. */
    private final double[] boundaries;
    /** Position of the left child, which the right one follows; of a leaf the position before its own. */
    private final int[] children;
    /** Value of a leaf. */
    private final double[] leaves;
    /** Share of the training weight at the parent that came to this node; 1 of a root. */
    private final double[] shares;

    /** Kind of each split; null when all are plain. */
    private final int @Nullable [] kinds;
    /** Categories of each split on a category, bit by bit. */
    private final int[] @Nullable [] sets;

    private final double[] gains;

    private TreeEnsemble(Builder builder) {
        this.features = builder.features;
        this.link = builder.link;
        this.floats = builder.arithmetic == Arithmetic.FLOAT;
        this.base = builder.base.clone();
        this.roots = toInts(builder.roots);
        this.outputs = toInts(builder.outputs);
        this.treeDepths = toInts(builder.depths);
        this.depths = new int[(roots.length + GROUP - 1) / GROUP];
        for (int t = 0; t < roots.length; t++) {
            depths[t / GROUP] = Math.max(depths[t / GROUP], builder.depths.get(t));
        }
        this.splits = Arrays.copyOf(builder.splits, builder.size);
        this.boundaries = Arrays.copyOf(builder.boundaries, builder.size);
        this.children = Arrays.copyOf(builder.children, builder.size);
        this.leaves = Arrays.copyOf(builder.leaves, builder.size);
        this.shares = Arrays.copyOf(builder.shares, builder.size);
        this.kinds = builder.onlyPlain ? null : Arrays.copyOf(builder.kinds, builder.size);
        this.sets = builder.onlyPlain ? new int[0][] : Arrays.copyOf(builder.sets, builder.size);
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
        return link.doubles() ? 2 : base.length;
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
     * Margins of a row; of XGBoost float values, held in doubles.
     *
     * @param row one value for each feature; {@code NaN} is missing
     * @param out receives {@link #outputs} margins
     */
    public void margins(double[] row, double[] out) {
        for (int k = 0; k < base.length; k++) {
            out[k] = base[k];
        }
        int trees = roots.length;
        if (kinds != null) {
            for (int t = 0; t < trees; t++) {
                int node = roots[t];
                while (!isLeaf(node)) {
                    node = next(node, row);
                }
                add(t, node, out);
            }
            return;
        }
        int t = 0;
        for (; t + GROUP <= trees; t += GROUP) {
            int a = roots[t];
            int b = roots[t + 1];
            int c = roots[t + 2];
            int d = roots[t + 3];
            for (int depth = depths[t / GROUP]; depth > 0; depth--) {
                a = plainNext(a, row);
                b = plainNext(b, row);
                c = plainNext(c, row);
                d = plainNext(d, row);
            }
            add(t, a, out);
            add(t + 1, b, out);
            add(t + 2, c, out);
            add(t + 3, d, out);
        }
        for (; t < trees; t++) {
            int node = roots[t];
            for (int depth = depths[t / GROUP]; depth > 0; depth--) {
                node = plainNext(node, row);
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
        if (kinds == null || kinds[node] == PLAIN) {
            return plainNext(node, row);
        }
        double value = row[splits[node] >> 1];
        boolean missingGoesLeft = (splits[node] & 1) != 0;
        boolean left;
        if (kinds[node] == ZERO_IS_MISSING) {
            boolean missing = Double.isNaN(value) || Math.abs(value) <= ZERO;
            left = missing ? missingGoesLeft : value < boundaries[node];
        } else if (Double.isNaN(value)) {
            left = missingGoesLeft;
        } else {
            // The libraries send the categories of the set to different sides.
            left = contains(sets[node], value) != floats;
        }
        return children[node] + (left ? 0 : 1);
    }

    private boolean contains(int @Nullable [] set, double value) {
        double category = value;
        if (floats) {
            category = (float) value;
            if (category < 0 || category >= FIRST_INVALID_CATEGORY) {
                return false;
            }
        }
        int code = (int) category;
        return set != null && code >= 0 && code >> 5 < set.length && (set[code >> 5] >>> (code & 31) & 1) != 0;
    }

    /**
     * Margins of a block of rows: the same as of each alone, in less time, because a tree stays near the processor while
     * all rows walk it, four side by side.
     *
     * @param rows row by row, {@link #features} values each
     * @param count number of rows
     * @param sums receives {@link #outputs} margins for each row
     */
    void margins(double[] rows, int count, double[] sums) {
        int width = features;
        int stride = base.length;
        for (int r = 0; r < count; r++) {
            System.arraycopy(base, 0, sums, r * stride, stride);
        }
        for (int t = 0; t < roots.length; t++) {
            int root = roots[t];
            int output = outputs[t];
            int depth = treeDepths[t];
            int r = 0;
            for (; r + GROUP <= count; r += GROUP) {
                int first = r * width;
                int second = first + width;
                int third = second + width;
                int fourth = third + width;
                int a = root;
                int b = root;
                int c = root;
                int d = root;
                for (int step = depth; step > 0; step--) {
                    a = plainNext(a, rows, first);
                    b = plainNext(b, rows, second);
                    c = plainNext(c, rows, third);
                    d = plainNext(d, rows, fourth);
                }
                int at = r * stride + output;
                sums[at] = sum(sums[at], a);
                sums[at + stride] = sum(sums[at + stride], b);
                sums[at + 2 * stride] = sum(sums[at + 2 * stride], c);
                sums[at + 3 * stride] = sum(sums[at + 3 * stride], d);
            }
            for (; r < count; r++) {
                int node = root;
                for (int step = depth; step > 0; step--) {
                    node = plainNext(node, rows, r * width);
                }
                sums[r * stride + output] = sum(sums[r * stride + output], node);
            }
        }
    }

    /** Whether {@link #margins(double[], int, double[])} can walk the trees. */
    boolean plain() {
        return kinds == null;
    }

    private int plainNext(int node, double[] rows, int start) {
        int split = splits[node];
        double value = rows[start + (split >> 1)];
        int right = value < boundaries[node] ? 0 : 1;
        if (Double.isNaN(value)) {
            right = 1 - (split & 1);
        }
        return children[node] + right;
    }

    private int plainNext(int node, double[] row) {
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
        out[output] = sum(out[output], leaf);
    }

    private double sum(double before, int leaf) {
        double sum = before + leaves[leaf]; // of two floats, exact enough to round to their float sum
        return floats ? (float) sum : sum;
    }

    /**
     * Prediction of a row: the probability of each class, or the margins themselves.
     *
     * @param row one value for each feature; {@code NaN} is missing
     * @param out receives {@link #values} numbers
     */
    public void predict(double[] row, double[] out) {
        margins(row, out);
        link(out);
    }

    /** What the margins become. */
    Link link() {
        return link;
    }

    /** Makes a prediction of margins. */
    void link(double[] out) {
        switch (link) {
            case SOFTMAX -> softmax(out);
            case LOGISTIC -> {
                double positive = 1 / (1 + StrictMath.exp(-out[0]));
                out[0] = 1 - positive;
                out[1] = positive;
            }
            case SHARES -> {
                double sum = 0;
                for (int k = 0; k < base.length; k++) {
                    out[k] = Math.max(LEAST_SHARE, out[k]);
                    sum += out[k];
                }
                for (int k = 0; k < base.length; k++) {
                    out[k] /= sum;
                }
            }
            case SHARE -> {
                double positive = Math.clamp(out[0], LEAST_SHARE, 1 - LEAST_SHARE);
                out[0] = 1 - positive;
                out[1] = positive;
            }
            case IDENTITY -> {}
        }
    }

    private void softmax(double[] out) {
        double most = out[0];
        for (int k = 1; k < base.length; k++) {
            most = Math.max(most, out[k]);
        }
        double sum = 0;
        for (int k = 0; k < base.length; k++) {
            double below = out[k] - most;
            out[k] = StrictMath.exp(floats ? (float) below : below);
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

    /**
     * A tree as parallel arrays over its nodes, the root first.
     *
     * @param left left child of a split, -1 of a leaf
     * @param right right child of a split
     * @param features feature of a split
     * @param boundaries number below which values go left; {@code NaN} of leaves and of splits on a category
     * @param leaves value of a leaf
     * @param missingLeft whether a missing value goes left
     * @param gains loss reduction of a split
     * @param covers training weight that came to the node
     * @param kinds {@link #PLAIN}, {@link #ZERO_IS_MISSING} or {@link #CATEGORY}
     * @param sets the categories of a split on a category, 32 to a number; null elsewhere
     */
    record Nodes(
            int[] left,
            int[] right,
            int[] features,
            double[] boundaries,
            double[] leaves,
            boolean[] missingLeft,
            double[] gains,
            double[] covers,
            int[] kinds,
            int[] @Nullable [] sets) {
        Nodes {
            int n = left.length;
            boolean same = right.length == n
                    && features.length == n
                    && boundaries.length == n
                    && leaves.length == n
                    && missingLeft.length == n
                    && gains.length == n
                    && covers.length == n
                    && kinds.length == n
                    && sets.length == n;
            if (n == 0 || !same) {
                throw new IllegalArgumentException("The arrays of a tree have different lengths, or it has no node.");
            }
        }
    }

    /** Collects trees in their order. */
    static final class Builder {
        private final int features;
        private final double[] base;
        private final Link link;
        private final Arithmetic arithmetic;
        private final List<Integer> roots = new ArrayList<>();
        private final List<Integer> outputs = new ArrayList<>();
        private final double[] gains;
        private final List<Integer> depths = new ArrayList<>();
        private int[] splits = new int[1024];
        private double[] boundaries = new double[1024];
        private int[] children = new int[1024];
        private double[] leaves = new double[1024];
        private double[] shares = new double[1024];
        private int[] kinds = new int[1024];
        private int[] @Nullable [] sets = new int[1024][];
        private boolean onlyPlain = true;
        private int size;

        /**
         * @param base margin of each output before the first tree
         * @param link what the margins become
         */
        Builder(int features, double[] base, Link link, Arithmetic arithmetic) {
            boolean fits = switch (link) {
                case SOFTMAX, SHARES -> base.length >= 2;
                case LOGISTIC, SHARE -> base.length == 1;
                case IDENTITY -> base.length >= 1;
            };
            if (features < 0 || !fits) {
                throw new IllegalArgumentException("A model with %d features and %d outputs cannot be evaluated."
                        .formatted(features, base.length));
            }
            this.features = features;
            this.base = base.clone();
            this.link = link;
            this.arithmetic = arithmetic;
            this.gains = new double[features];
        }

        /**
         * Adds a tree.
         *
         * @param output the margin it adds to
         * @throws IllegalArgumentException if it is no tree or reads what is not there
         */
        void add(int output, Nodes tree) {
            int n = tree.left.length;
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
                if (tree.left[node] == NO_CHILD) {
                    boundaries[at] = Double.NaN;
                    children[at] = at - 1;
                    leaves[at] = tree.leaves[node];
                    depth = Math.max(depth, level[read - 1]);
                    continue;
                }
                if (write + 2 > n) {
                    throw new IllegalArgumentException(
                            "A tree of %d nodes leads to more, so it has a loop.".formatted(n));
                }
                queue[write] = child(tree.left[node], n);
                queue[write + 1] = child(tree.right[node], n);
                level[write] = level[read - 1] + 1;
                level[write + 1] = level[read - 1] + 1;
                split(tree, node, at, first + write);
                reserve(2);
                double fromLeft = Math.max(0, tree.covers[tree.left[node]]);
                double fromRight = Math.max(0, tree.covers[tree.right[node]]);
                double both = fromLeft + fromRight;
                shares[first + write] = both > 0 ? fromLeft / both : 0.5;
                shares[first + write + 1] = both > 0 ? fromRight / both : 0.5;
                write += 2;
            }
            depths.add(depth);
        }

        private void split(Nodes tree, int node, int at, int child) {
            int feature = tree.features[node];
            if (feature < 0 || feature >= features) {
                throw new IllegalArgumentException("A split reads feature %d of %d.".formatted(feature, features));
            }
            boundaries[at] = tree.boundaries[node];
            if (tree.kinds[node] != CATEGORY && Double.isNaN(boundaries[at])) {
                throw new IllegalArgumentException("A split has no threshold.");
            }
            splits[at] = feature << 1 | (tree.missingLeft[node] ? 1 : 0);
            children[at] = child;
            kinds[at] = tree.kinds[node];
            sets[at] = tree.sets[node];
            onlyPlain &= kinds[at] == PLAIN;
            gains[feature] += tree.gains[node];
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
                kinds = Arrays.copyOf(kinds, capacity);
                sets = Arrays.copyOf(sets, capacity);
            }
            return at;
        }

        TreeEnsemble build() {
            return new TreeEnsemble(this);
        }
    }
}

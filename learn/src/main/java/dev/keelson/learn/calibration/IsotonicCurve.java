package dev.keelson.learn.calibration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Isotonic regression by pooling adjacent violators, read by linear interpolation between its corners and constant
 * outside them.
 *
 * <p>Rows are sorted by x, then y; rows whose x differ by less than 1e-15 are merged to their weighted mean first;
 * falling <em>and equal</em> neighbours are pooled. The curve is made of the two ends of every pooled block: it is
 * continuous, not a step function. Immutable; safe for use by several threads.
 *
 * <p>Source: Barlow, R. E. et al. (1972), Statistical Inference under Order Restrictions; ties and interpolation as in
 * scikit-learn's IsotonicRegression(out_of_bounds="clip").
 */
public final class IsotonicCurve implements BinaryCurve {
    private static final double RESOLUTION = 1e-15;

    private final double[] x;
    private final double[] y;
    private final double[] blockX;
    private final double[] blockY;

    private IsotonicCurve(double[] x, double[] y, double[] blockX, double[] blockY) {
        this.x = x;
        this.y = y;
        this.blockX = blockX;
        this.blockY = blockY;
    }

    /**
     * The curve of some rows.
     *
     * @param x finite
     * @param y finite, same length
     * @param weight finite and at least 0, same length, positive in sum; rows of weight 0 are left out
     */
    public static IsotonicCurve fit(double[] x, double[] y, double[] weight) {
        if (x.length == 0 || x.length != y.length) {
            throw new IllegalArgumentException("There are %d x and %d y; as many of both and at least one are needed."
                    .formatted(x.length, y.length));
        }
        CalibrationRows.requireWeights(weight, x.length);
        for (int i = 0; i < x.length; i++) {
            if (!Double.isFinite(x[i]) || !Double.isFinite(y[i])) {
                throw new IllegalArgumentException(
                        "Row %d has x %s and y %s; both must be finite.".formatted(i, x[i], y[i]));
            }
        }
        int[] order = IntStream.range(0, x.length)
                .filter(i -> weight[i] > 0)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> x[i]).thenComparingDouble(i -> y[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        Blocks merged = new Blocks(order.length);
        for (int i : order) {
            merged.merge(x[i], y[i], weight[i]);
        }
        return merged.curve();
    }

    /**
     * The curve of stored corners.
     *
     * @param x rising, at least one
     * @param y not falling, same length
     */
    static IsotonicCurve of(double[] x, double[] y) {
        if (x.length == 0 || x.length != y.length) {
            throw new IllegalArgumentException(
                    "There are %d x and %d y of corners; as many of both are needed.".formatted(x.length, y.length));
        }
        for (int i = 0; i < x.length; i++) {
            boolean ordered = i == 0 || (x[i] > x[i - 1] && y[i] >= y[i - 1]);
            if (!Double.isFinite(x[i]) || !Double.isFinite(y[i]) || !ordered) {
                throw new IllegalArgumentException(
                        "Corner %d (%s, %s) is not finite or not beyond the one before it.".formatted(i, x[i], y[i]));
            }
        }
        return new IsotonicCurve(x.clone(), y.clone(), x.clone(), y.clone());
    }

    /** Where the corners lie, rising. */
    public double[] x() {
        return x.clone();
    }

    /** The value at each corner, not falling. */
    public double[] y() {
        return y.clone();
    }

    /**
     * The value at a point.
     *
     * @param at not NaN; beyond the first and the last corner their values hold
     */
    @Override
    public double at(double at) {
        if (Double.isNaN(at)) {
            throw new IllegalArgumentException("The point (NaN) must be a number.");
        }
        int found = Arrays.binarySearch(x, at);
        if (found >= 0) {
            return y[found];
        }
        int above = -found - 1;
        if (above == 0) {
            return y[0];
        }
        if (above == x.length) {
            return y[x.length - 1];
        }
        double low = y[above - 1];
        double high = y[above];
        return low == high ? low : low + (high - low) * ((at - x[above - 1]) / (x[above] - x[above - 1]));
    }

    /**
     * The curve whose flat parts are shrunk to their centre (weighted mean of x). The ends of the outermost parts stay,
     * so the curve still covers its data.
     */
    IsotonicCurve centred() {
        double[] cx = new double[blockX.length + 2];
        double[] cy = new double[blockX.length + 2];
        int size = 0;
        if (x[0] < blockX[0]) {
            cx[size] = x[0];
            cy[size++] = y[0];
        }
        for (int b = 0; b < blockX.length; b++) {
            cx[size] = blockX[b];
            cy[size++] = blockY[b];
        }
        if (x[x.length - 1] > cx[size - 1]) {
            cx[size] = x[x.length - 1];
            cy[size++] = y[y.length - 1];
        }
        return new IsotonicCurve(Arrays.copyOf(cx, size), Arrays.copyOf(cy, size), blockX, blockY);
    }

    /** Groups of equal x while they are read, and their pooling. */
    private static final class Blocks {
        private final double[] groupX;
        private final double[] sum;
        private final double[] weight;
        private int groups;

        Blocks(int most) {
            groupX = new double[most];
            sum = new double[most];
            weight = new double[most];
        }

        void merge(double x, double y, double w) {
            if (groups == 0 || x - groupX[groups - 1] >= RESOLUTION) {
                groupX[groups++] = x;
            }
            sum[groups - 1] += w * y;
            weight[groups - 1] += w;
        }

        IsotonicCurve curve() {
            int[] first = new int[groups];
            double[] mean = new double[groups];
            double[] mass = new double[groups];
            double[] total = new double[groups];
            int blocks = 0;
            for (int g = 0; g < groups; g++) {
                first[blocks] = g;
                total[blocks] = sum[g];
                mass[blocks] = weight[g];
                mean[blocks] = sum[g] / weight[g];
                while (blocks > 0 && mean[blocks - 1] >= mean[blocks]) {
                    total[blocks - 1] += total[blocks];
                    mass[blocks - 1] += mass[blocks];
                    mean[blocks - 1] = total[blocks - 1] / mass[blocks - 1];
                    blocks--;
                }
                blocks++;
            }
            double[] x = new double[2 * blocks];
            double[] y = new double[2 * blocks];
            double[] blockX = new double[blocks];
            int corners = 0;
            for (int b = 0; b < blocks; b++) {
                int last = (b + 1 < blocks ? first[b + 1] : groups) - 1;
                x[corners] = groupX[first[b]];
                y[corners++] = mean[b];
                if (last > first[b]) {
                    x[corners] = groupX[last];
                    y[corners++] = mean[b];
                }
                double centre = 0;
                for (int g = first[b]; g <= last; g++) {
                    centre += weight[g] / mass[b] * groupX[g];
                }
                blockX[b] = Math.min(groupX[last], Math.max(groupX[first[b]], centre));
            }
            return new IsotonicCurve(
                    Arrays.copyOf(x, corners), Arrays.copyOf(y, corners), blockX, Arrays.copyOf(mean, blocks));
        }
    }
}

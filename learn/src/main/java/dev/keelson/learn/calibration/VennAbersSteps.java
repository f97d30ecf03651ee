package dev.keelson.learn.calibration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The two step functions of a Venn-Abers predictor. The lower one is 0 before its first corner and holds a corner's
 * value from the corner on; the upper one holds a corner's value up to the corner and is 1 behind the last.
 *
 * <p>The upper value at the i-th of the distinct scores is the slope, above that score, of the lower convex hull of the
 * cumulative-sum diagram to which the new row (weight 1, outcome 1) is added there. Seen from the hull this is: the
 * points before i are moved by (-1, -1). Going from left to right, one point after the other moves, and only the
 * corners to the right of the last moved corner need keeping, on a stack. The lower values follow by turning the line
 * and the outcomes around.
 */
final class VennAbersSteps {
    private final double[] lowerX;
    private final double[] lower;
    private final double[] upperX;
    private final double[] upper;

    VennAbersSteps(double[] lowerX, double[] lower, double[] upperX, double[] upper) {
        requireSteps(lowerX, lower);
        requireSteps(upperX, upper);
        this.lowerX = lowerX;
        this.lower = lower;
        this.upperX = upperX;
        this.upper = upper;
    }

    private static void requireSteps(double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("There are %d scores and %d steps.".formatted(x.length, y.length));
        }
        for (int i = 0; i < x.length; i++) {
            boolean ordered = i == 0 || (x[i] > x[i - 1] && y[i] >= y[i - 1]);
            if (!(ordered && y[i] >= 0 && y[i] <= 1)) {
                throw new IllegalArgumentException(
                        "Step %d (%s, %s) is outside 0 to 1 or not beyond the one before it.".formatted(i, x[i], y[i]));
            }
        }
    }

    double[] lowerX() {
        return lowerX.clone();
    }

    double[] lower() {
        return lower.clone();
    }

    double[] upperX() {
        return upperX.clone();
    }

    double[] upper() {
        return upper.clone();
    }

    ProbabilityRange range(double score) {
        if (Double.isNaN(score)) {
            throw new IllegalArgumentException("The probability (NaN) must be a number.");
        }
        int above = Arrays.binarySearch(upperX, score);
        above = above >= 0 ? above : -above - 1;
        int below = Arrays.binarySearch(lowerX, score);
        below = below >= 0 ? below : -below - 2;
        double high = above < upper.length ? upper[above] : 1;
        double low = below >= 0 ? lower[below] : 0;
        return new ProbabilityRange(Math.min(low, high), high);
    }

    /** The steps of the first {@code size} rows; weights positive. */
    static VennAbersSteps fit(double[] score, double[] target, double[] weight, int size) {
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> score[i] + 0.0)) // -0.0 counts as 0.0
                .mapToInt(Integer::intValue)
                .toArray();
        double[] x = new double[size];
        double[] mass = new double[size];
        double[] ones = new double[size];
        int groups = 0;
        for (int i : order) {
            if (groups == 0 || score[i] != x[groups - 1]) {
                x[groups++] = score[i] + 0.0;
            }
            mass[groups - 1] += weight[i];
            ones[groups - 1] += weight[i] * target[i];
        }
        double[] up = upper(mass, ones, groups);
        double[] turnedMass = new double[groups];
        double[] turnedOnes = new double[groups];
        for (int g = 0; g < groups; g++) {
            turnedMass[g] = mass[groups - 1 - g];
            turnedOnes[g] = Math.max(0, turnedMass[g] - ones[groups - 1 - g]);
        }
        double[] turned = upper(turnedMass, turnedOnes, groups);
        double[] low = new double[groups];
        for (int g = 0; g < groups; g++) {
            low[g] = 1 - turned[groups - 1 - g];
        }
        return compact(x, low, up, groups);
    }

    private static double[] upper(double[] mass, double[] ones, int groups) {
        double[] w = new double[groups + 1];
        double[] s = new double[groups + 1];
        for (int g = 0; g < groups; g++) {
            w[g + 1] = w[g] + mass[g];
            s[g + 1] = s[g] + ones[g];
        }
        // Corners from right to left; the last on the stack is the leftmost.
        double[] cornerW = new double[groups + 2];
        double[] cornerS = new double[groups + 2];
        int corners = 0;
        for (int g = groups; g >= 0; g--) {
            boolean moved = g == 0; // the new row lies at the first score: the origin is moved, the others are not
            corners = push(cornerW, cornerS, corners, moved ? -1 : w[g], moved ? -1 : s[g]);
        }
        double[] values = new double[groups];
        double largest = 0;
        for (int g = 0; g < groups; g++) {
            double slope =
                    (cornerS[corners - 2] - cornerS[corners - 1]) / (cornerW[corners - 2] - cornerW[corners - 1]);
            largest = Math.min(1, Math.max(largest, slope)); // never falling, but for rounding
            values[g] = largest;
            double movedW = w[g + 1] - 1;
            double movedS = s[g + 1] - 1;
            if (g + 1 < groups && below(cornerW, cornerS, corners, movedW, movedS)) {
                corners = push(cornerW, cornerS, corners - 1, movedW, movedS);
            }
        }
        return values;
    }

    /** Whether a point lies strictly below the line through the two leftmost corners. */
    private static boolean below(double[] cornerW, double[] cornerS, int corners, double w, double s) {
        return turn(cornerW[corners - 1], cornerS[corners - 1], w, s, cornerW[corners - 2], cornerS[corners - 2]) > 0;
    }

    /** Puts a point to the left of all corners, dropping those that are no corners any more. */
    private static int push(double[] cornerW, double[] cornerS, int corners, double w, double s) {
        int size = corners;
        while (size >= 2
                && turn(w, s, cornerW[size - 1], cornerS[size - 1], cornerW[size - 2], cornerS[size - 2]) <= 0) {
            size--;
        }
        cornerW[size] = w;
        cornerS[size] = s;
        return size + 1;
    }

    /** Positive when the path a, b, c turns left (b lies below the line from a to c). */
    private static double turn(double aw, double as, double bw, double bs, double cw, double cs) {
        return (bw - aw) * (cs - as) - (bs - as) * (cw - aw);
    }

    /** Keeps the scores at which a value changes. */
    private static VennAbersSteps compact(double[] x, double[] low, double[] up, int groups) {
        double[] lowerX = new double[groups];
        double[] lower = new double[groups];
        double[] upperX = new double[groups];
        double[] upper = new double[groups];
        int lows = 0;
        int ups = 0;
        for (int g = 0; g < groups; g++) {
            if (low[g] != (lows == 0 ? 0 : lower[lows - 1])) {
                lowerX[lows] = x[g];
                lower[lows++] = low[g];
            }
            if (up[g] != (g + 1 == groups ? 1 : up[g + 1])) {
                upperX[ups] = x[g];
                upper[ups++] = up[g];
            }
        }
        return new VennAbersSteps(
                Arrays.copyOf(lowerX, lows),
                Arrays.copyOf(lower, lows),
                Arrays.copyOf(upperX, ups),
                Arrays.copyOf(upper, ups));
    }
}

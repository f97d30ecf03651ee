package dev.keelson.learn.blend;

import java.util.Arrays;
import java.util.List;

/**
 * Logarithmic opinion pool: probabilities proportional to the weighted geometric mean of the members' probabilities,
 * weights on the simplex.
 *
 * <p>The log loss of the pool is convex in the weights. They are fitted by moving weight between two members at a time,
 * each move an exact one-dimensional minimum, members in order, until a whole round moves less than 1e-9. Probabilities
 * are floored at 1e-15, so that one member's certainty does not decide alone.
 *
 * <p>Source: Genest, C. and Zidek, J. V. (1986), Combining probability distributions, Statistical Science 1(1).
 */
public final class LogLinearPool {
    private static final double SMALLEST = 1e-15;
    private static final double TOLERANCE = 1e-9;
    private static final int MAX_ROUNDS = 500;

    private LogLinearPool() {}

    /**
     * Weights with the least log loss. With one member its weight is 1. On equal members the first guess, equal
     * weights, stays.
     *
     * @param members probabilities of each member for the same rows, {@code rows * classes}, row by row; not those of
     *     rows the member was fitted on
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @return one weight for each member, each at least 0, summing to 1 up to rounding
     */
    public static double[] fit(List<double[]> members, int classes, int[] labels) {
        int count = members.size();
        if (count == 0 || labels.length == 0) {
            throw new IllegalArgumentException("There are %d members and %d rows; at least one of each is needed."
                    .formatted(count, labels.length));
        }
        double[][] logs = new double[count][];
        for (int m = 0; m < count; m++) {
            logs[m] = logs(members.get(m), classes, labels);
        }
        double[] weights = new double[count];
        Arrays.fill(weights, 1.0 / count);
        double moved = Double.POSITIVE_INFINITY;
        for (int round = 0; round < MAX_ROUNDS && moved > TOLERANCE; round++) {
            moved = 0;
            for (int a = 0; a < count; a++) {
                for (int b = a + 1; b < count; b++) {
                    moved = Math.max(moved, move(logs, classes, labels, weights, a, b));
                }
            }
        }
        return weights;
    }

    private static double[] logs(double[] probabilities, int classes, int[] labels) {
        if (classes < 2 || probabilities.length != (long) labels.length * classes) {
            throw new IllegalArgumentException("There are %d probabilities for %d rows of %d classes."
                    .formatted(probabilities.length, labels.length, classes));
        }
        double[] logs = new double[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            if (!(probabilities[i] >= 0)) {
                throw new IllegalArgumentException("The probability of class %d in row %d (%s) must be at least 0."
                        .formatted(i % classes, i / classes, probabilities[i]));
            }
            logs[i] = StrictMath.log(Math.max(SMALLEST, probabilities[i]));
        }
        return logs;
    }

    private static double move(double[][] logs, int classes, int[] labels, double[] weights, int a, int b) {
        double both = weights[a] + weights[b];
        if (both == 0) {
            return 0;
        }
        double[] rest = new double[logs[a].length];
        for (int m = 0; m < weights.length; m++) {
            for (int i = 0; i < rest.length && m != a && m != b; i++) {
                rest[i] += weights[m] * logs[m][i];
            }
        }
        double before = weights[a];
        double[] slopeAtBefore = new double[2];
        ConvexLine.Slope slope = (x, out) -> derivatives(logs[a], logs[b], rest, both, x, classes, labels, out);
        slope.at(before, slopeAtBefore);
        if (slopeAtBefore[0] == 0) { // equal members: nothing to gain
            return 0;
        }
        weights[a] = ConvexLine.minimise(slope, 0, both, before, TOLERANCE / 10);
        weights[b] = both - weights[a];
        return Math.abs(weights[a] - before);
    }

    /** Derivatives of the mean log loss by the weight x of a, the weight of b being both - x. */
    private static void derivatives(
            double[] a, double[] b, double[] rest, double both, double x, int classes, int[] labels, double[] out) {
        double first = 0;
        double second = 0;
        double[] scores = new double[classes];
        for (int i = 0; i < labels.length; i++) {
            int at = i * classes;
            double most = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) {
                scores[k] = rest[at + k] + x * a[at + k] + (both - x) * b[at + k];
                most = Math.max(most, scores[k]);
            }
            double sum = 0;
            double mean = 0;
            double squares = 0;
            for (int k = 0; k < classes; k++) {
                double e = StrictMath.exp(scores[k] - most);
                double direction = a[at + k] - b[at + k];
                sum += e;
                mean += e * direction;
                squares += e * direction * direction;
            }
            mean /= sum;
            int label = at + labels[i];
            first += mean - (a[label] - b[label]);
            second += Math.max(0, squares / sum - mean * mean);
        }
        out[0] = first / labels.length;
        out[1] = second / labels.length;
    }

    /**
     * Adds {@code weight * ln p} of one member's probabilities of one row to running scores.
     *
     * @param scores one for each class; 0 before the first member
     */
    public static void accumulate(double weight, double[] probabilities, double[] scores) {
        for (int k = 0; k < scores.length; k++) {
            scores[k] += weight * StrictMath.log(Math.max(SMALLEST, probabilities[k]));
        }
    }

    /** Replaces scores by {@code softmax(scores / temperature)}. */
    public static void normalise(double[] scores, double temperature) {
        double most = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (int k = 0; k < scores.length; k++) {
            scores[k] = StrictMath.exp((scores[k] - most) / temperature);
            sum += scores[k];
        }
        for (int k = 0; k < scores.length; k++) {
            scores[k] /= sum;
        }
    }

    /**
     * The pool of many rows, at a temperature.
     *
     * @param members probabilities of each member, {@code rows * classes}, row by row
     * @param weights one for each member
     * @param temperature positive; 1 changes nothing
     * @return same shape
     */
    public static double[] combine(List<double[]> members, double[] weights, int classes, double temperature) {
        if (members.size() != weights.length) {
            throw new IllegalArgumentException(
                    "There are %d members and %d weights.".formatted(members.size(), weights.length));
        }
        int length = members.getFirst().length;
        double[] pooled = new double[length];
        double[] row = new double[classes];
        double[] scores = new double[classes];
        for (int at = 0; at < length; at += classes) {
            Arrays.fill(scores, 0);
            for (int m = 0; m < weights.length; m++) {
                System.arraycopy(members.get(m), at, row, 0, classes);
                accumulate(weights[m], row, scores);
            }
            normalise(scores, temperature);
            System.arraycopy(scores, 0, pooled, at, classes);
        }
        return pooled;
    }
}

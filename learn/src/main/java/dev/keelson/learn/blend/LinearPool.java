package dev.keelson.learn.blend;

import java.util.Arrays;
import java.util.List;

/**
 * Weighted mean of several members' predicted values, weights on the simplex.
 *
 * <p>The squared error of the mean is convex in the weights. They are fitted by moving weight between two members at a
 * time, each move the exact minimum, members in order, until a whole round moves less than 1e-9.
 *
 * <p>Source: Breiman, L. (1996), Stacked regressions, Machine Learning 24.
 */
public final class LinearPool {
    private static final double TOLERANCE = 1e-9;
    private static final int MAX_ROUNDS = 500;

    private LinearPool() {}

    /**
     * Weights with the least squared error. With one member its weight is 1. On equal members the first guess, equal
     * weights, stays.
     *
     * @param members values that each member predicts for the same rows, finite; not of rows the member was fitted on
     * @param targets finite, at least one
     * @return one weight for each member, each at least 0, summing to 1 up to rounding
     */
    public static double[] fit(List<double[]> members, double[] targets) {
        int count = members.size();
        if (count == 0 || targets.length == 0) {
            throw new IllegalArgumentException("There are %d members and %d rows; at least one of each is needed."
                    .formatted(count, targets.length));
        }
        for (double[] member : members) {
            if (member.length != targets.length) {
                throw new IllegalArgumentException(
                        "There are %d predictions for %d rows.".formatted(member.length, targets.length));
            }
        }
        double[] weights = new double[count];
        Arrays.fill(weights, 1.0 / count);
        double moved = Double.POSITIVE_INFINITY;
        for (int round = 0; round < MAX_ROUNDS && moved > TOLERANCE; round++) {
            moved = 0;
            for (int a = 0; a < count; a++) {
                for (int b = a + 1; b < count; b++) {
                    moved = Math.max(moved, move(members, targets, weights, a, b));
                }
            }
        }
        return weights;
    }

    private static double move(List<double[]> members, double[] targets, double[] weights, int a, int b) {
        double both = weights[a] + weights[b];
        double[] first = members.get(a);
        double[] second = members.get(b);
        double product = 0;
        double squares = 0;
        for (int i = 0; i < targets.length; i++) {
            double left = targets[i] - both * second[i];
            for (int m = 0; m < weights.length; m++) {
                if (m != a && m != b) {
                    left -= weights[m] * members.get(m)[i];
                }
            }
            double difference = first[i] - second[i];
            product += left * difference;
            squares += difference * difference;
        }
        if (!(squares > 0)) { // equal members: nothing to gain
            return 0;
        }
        double before = weights[a];
        weights[a] = Math.min(both, Math.max(0, product / squares));
        weights[b] = both - weights[a];
        return Math.abs(weights[a] - before);
    }

    /**
     * The weighted mean of the members.
     *
     * @param members values of each member for the same rows
     * @param weights one for each member
     */
    public static double[] combine(List<double[]> members, double[] weights) {
        if (members.size() != weights.length) {
            throw new IllegalArgumentException(
                    "There are %d members and %d weights.".formatted(members.size(), weights.length));
        }
        double[] pooled = new double[members.getFirst().length];
        for (int m = 0; m < weights.length; m++) {
            for (int i = 0; i < pooled.length; i++) {
                pooled[i] += weights[m] * members.get(m)[i];
            }
        }
        return pooled;
    }
}

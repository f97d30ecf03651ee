package dev.keelson.control.policy;

import dev.keelson.control.policy.PolicyPath.Event;
import dev.keelson.control.policy.PolicyPath.Kind;
import dev.keelson.control.policy.PolicyPath.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The best times to retrain, by dynamic programming over the matrix: {@code D[m] = min over k < m of D[k] + loss of k from its
 * training to that of m + price}. A candidate serves from its training until the next one that is chosen.
 */
public final class RetrainOracle {
    private final LossMatrix matrix;
    private final double[] reach;
    private final int[] before;
    /** Sum of losses of a candidate from where it serves to the start of an epoch. */
    private final double[][] sums;

    /**
     * @param price what a retraining costs, in units of summed loss, at least 0
     */
    public RetrainOracle(LossMatrix matrix, double price) {
        this.matrix = matrix;
        int n = matrix.candidates().size();
        int epochs = matrix.epochs().size();
        sums = new double[n][epochs + 1];
        for (int k = 0; k < n; k++) {
            for (int e = matrix.servesFrom(k); e < epochs; e++) {
                sums[k][e + 1] = sums[k][e] + matrix.loss(k, e);
            }
        }
        reach = new double[n];
        before = new int[n];
        Arrays.fill(before, -1);
        for (int m = 1; m < n; m++) {
            reach[m] = Double.POSITIVE_INFINITY;
            for (int k = 0; k < m; k++) {
                double cost = reach[k] + sums[k][matrix.servesFrom(m)] + price;
                if (cost < reach[m]) {
                    reach[m] = cost;
                    before[m] = k;
                }
            }
        }
    }

    /** Which candidate serves at the end of the best path through the first epochs. */
    private int last(int epochs, int newest) {
        int best = 0;
        for (int k = 1; k <= newest; k++) {
            if (matrix.servesFrom(k) < epochs && reach[k] + sums[k][epochs] < reach[best] + sums[best][epochs]) {
                best = k;
            }
        }
        return best;
    }

    /** The best times for one who knows all losses beforehand. */
    public PolicyPath clairvoyant() {
        int n = matrix.epochs().size();
        boolean[] chosen = new boolean[matrix.candidates().size()];
        for (int k = last(n, chosen.length - 1); k >= 0; k = before[k]) {
            chosen[k] = true;
        }
        int[] serving = new int[matrix.periods().size()];
        for (int t = 0; t < serving.length; t++) {
            int newest = matrix.newest(t);
            serving[t] = newest;
            while (!chosen[serving[t]]) {
                serving[t]--;
            }
        }
        return path("oracle_clairvoyant", serving);
    }

    /**
     * The best times for one who knows at the start of each period the labels known by then: the candidate serves that ends the
     * best path through what has been settled.
     */
    public PolicyPath knownByThen() {
        int[] serving = new int[matrix.periods().size()];
        for (int t = 1; t < serving.length; t++) {
            int settled = matrix.settled(t);
            serving[t] = settled == 0 ? serving[t - 1] : last(settled, matrix.newest(t));
        }
        return path("oracle_known_by_then", serving);
    }

    private static PolicyPath path(String name, int[] serving) {
        List<Event> events = new ArrayList<>();
        for (int t = 1; t < serving.length; t++) {
            if (serving[t] != serving[t - 1]) {
                if (serving[t] > serving[t - 1]) {
                    events.add(new Event(t, Type.RETRAIN, serving[t], serving[t - 1]));
                }
                events.add(new Event(
                        t, serving[t] > serving[t - 1] ? Type.PROMOTE : Type.ROLLBACK, serving[t], serving[t - 1]));
            }
        }
        return new PolicyPath(name, Kind.YARDSTICK, serving, events);
    }
}

package dev.keelson.learn.ensemble;

import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import java.util.ArrayList;
import java.util.List;

/**
 * Forward selection of members with replacement: each round adds the member with which the mean of all picks so far has
 * the least loss, and the shortest sequence of rounds with the least loss of all is kept. Of members that do equally well
 * the first is taken. Losses are equal when they differ by less than a billionth of themselves: rounding does not decide,
 * nor does the unit of a predicted value.
 *
 * <p>Source: Caruana, R. et al. (2004), Ensemble selection from libraries of models, ICML.
 *
 * @param picks position of the member that each kept round added, at least one
 * @param losses loss after each round, the ones that were not kept too
 */
public record GreedySelection(List<Integer> picks, List<Double> losses) {

    private static final double EQUAL = 1e-9;

    /** Copies the lists. */
    public GreedySelection {
        picks = List.copyOf(picks);
        losses = List.copyOf(losses);
    }

    /**
     * Selects.
     *
     * @param members predictions of each member for the same rows, as {@link dev.keelson.learn.Model#predictAll} gives
     *     them; not of rows the member was fitted on
     * @param rows what came true, and how much each row counts
     * @param rounds picks at most, at least 1
     */
    public static GreedySelection of(List<double[]> members, TrainingSet rows, int rounds) {
        int length = Math.multiplyExact(rows.rows(), rows.task().outputs().size());
        if (members.isEmpty() || rounds < 1 || members.stream().anyMatch(member -> member.length != length)) {
            throw new IllegalArgumentException(
                    "There are %d members for %d rounds; at least one of each and %d predictions of each are needed."
                            .formatted(members.size(), rounds, length));
        }
        double[] sums = new double[length];
        double[] mean = new double[length];
        List<Integer> picks = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        int kept = 0;
        for (int round = 0; round < rounds; round++) {
            int best = 0;
            double least = Double.MAX_VALUE;
            for (int m = 0; m < members.size(); m++) {
                double[] member = members.get(m);
                for (int i = 0; i < length; i++) {
                    mean[i] = (sums[i] + member[i]) / (round + 1);
                }
                double loss = ValidationLoss.of(rows, mean);
                if (less(loss, least)) {
                    least = loss;
                    best = m;
                }
            }
            double[] member = members.get(best);
            for (int i = 0; i < length; i++) {
                sums[i] += member[i];
            }
            picks.add(best);
            losses.add(least);
            if (less(least, losses.get(kept))) {
                kept = round;
            }
        }
        return new GreedySelection(picks.subList(0, kept + 1), losses);
    }

    private static boolean less(double loss, double than) {
        return loss < than - EQUAL * than;
    }

    /**
     * Share of the picks that each member has.
     *
     * @param members number of members
     */
    public double[] weights(int members) {
        double[] weights = new double[members];
        picks.forEach(member -> weights[member] += 1);
        for (int m = 0; m < members; m++) {
            weights[m] /= picks.size();
        }
        return weights;
    }
}

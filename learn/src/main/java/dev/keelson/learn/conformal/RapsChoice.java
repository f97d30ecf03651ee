package dev.keelson.learn.conformal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The regularisation of {@link SetRule.Raps} chosen on rows of its own, which must not be those that {@link
 * ConformalSets} is then fitted on.
 *
 * <p>The number of free classes is the conformal quantile of the true class's position; of the penalties the one with
 * the smallest mean set wins, the smaller penalty on a tie.
 *
 * <p>Source: Angelopoulos, A. N. et al. (2021), Uncertainty sets for image classifiers using conformal prediction,
 * ICLR, appendix E.
 *
 * @param rule the chosen rule
 * @param candidates every penalty with the mean size of its sets
 */
public record RapsChoice(SetRule.Raps rule, List<Candidate> candidates) {
    private static final double[] PENALTIES = {0.001, 0.01, 0.1, 0.2, 0.5};

    /** Copies the candidates. */
    public RapsChoice {
        candidates = List.copyOf(candidates);
    }

    /**
     * A penalty that was tried.
     *
     * @param penalty the penalty
     * @param meanSize mean number of classes in the sets of the tuning rows
     */
    public record Candidate(double penalty, double meanSize) {}

    /**
     * Chooses among the penalties 0.001, 0.01, 0.1, 0.2 and 0.5.
     *
     * @param p probabilities of the tuning rows, {@code rows * classes}, row by row
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param u the {@linkplain RowUniform number} of each row
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     */
    public static RapsChoice of(double[] p, int classes, int[] labels, double[] u, double alpha) {
        Positions.requireShape(p, classes, labels, u);
        int n = labels.length;
        double[] positions = new double[n];
        for (int i = 0; i < n; i++) {
            int[] order = Positions.descending(p, i * classes, classes);
            int position = 1;
            while (order[position - 1] != labels[i]) {
                position++;
            }
            positions[i] = position;
        }
        ConformalQuantile.requireAlpha(alpha);
        int free = (int) Math.min(classes, ConformalQuantile.of(positions, alpha));
        List<Candidate> candidates = new ArrayList<>();
        Candidate best = null;
        for (double penalty : PENALTIES) {
            SetRule rule = new SetRule.Raps(free, penalty);
            double quantile = ConformalQuantile.of(ConformalSets.scores(rule, p, classes, labels, u), alpha);
            long size = 0;
            for (int i = 0; i < n; i++) {
                for (boolean in : ConformalSets.within(rule.scores(p, i * classes, classes, u[i]), quantile)) {
                    size += in ? 1 : 0;
                }
            }
            Candidate candidate = new Candidate(penalty, (double) size / n);
            candidates.add(candidate);
            if (best == null || candidate.meanSize() < best.meanSize()) {
                best = candidate;
            }
        }
        return new RapsChoice(
                new SetRule.Raps(free, Objects.requireNonNull(best).penalty()), candidates);
    }
}

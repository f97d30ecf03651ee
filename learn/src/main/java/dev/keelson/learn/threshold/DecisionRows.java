package dev.keelson.learn.threshold;

import org.jspecify.annotations.Nullable;

/**
 * Rows on which one may act or not, with out-of-fold scores. The arrays are not copied and must not change.
 *
 * @param scores how much speaks for acting, such as a probability or an edge {@code p * odds - 1}; negative infinity
 *     where there is nothing to act on; not NaN
 * @param positive whether acting was right (the class came true, the bet was won)
 * @param profits what acting would have brought, in units of the bank or of a flat stake; null where no
 *     utility of money is asked for
 * @param days day of each row; later days have larger numbers
 */
public record DecisionRows(double[] scores, boolean[] positive, double @Nullable [] profits, int[] days) {

    /** Checks shapes and ranges. */
    public DecisionRows(double[] scores, boolean[] positive, double @Nullable [] profits, int[] days) {
        int n = scores.length;
        if (n == 0 || positive.length != n || days.length != n || (profits != null && profits.length != n)) {
            throw new IllegalArgumentException(
                    "There are %d scores, %d outcomes, %s profits and %d days; as many of each, 1 or more, are needed."
                            .formatted(n, positive.length, profits == null ? "no" : profits.length, days.length));
        }
        for (int i = 0; i < n; i++) {
            if (!(scores[i] < Double.POSITIVE_INFINITY)) { // written so that NaN fails too
                throw new IllegalArgumentException(
                        "The score of row %d (%s) must be a number below infinity.".formatted(i, scores[i]));
            }
            if (profits != null && !Double.isFinite(profits[i])) {
                throw new IllegalArgumentException(
                        "The profit of row %d (%s) must be finite.".formatted(i, profits[i]));
            }
        }
        this.scores = scores;
        this.positive = positive;
        this.profits = profits;
        this.days = days;
    }

    /** Number of rows. */
    public int rows() {
        return scores.length;
    }

    /** Profit of acting on a row; 0 when none are given. */
    double profit(int row) {
        return profits == null ? 0 : profits[row];
    }

    /** The rows at the given positions, in that order; at least one. */
    public DecisionRows take(int[] positions) {
        int n = positions.length;
        double[] takenScores = new double[n];
        boolean[] takenPositive = new boolean[n];
        double[] takenProfits = profits == null ? null : new double[n];
        int[] takenDays = new int[n];
        for (int i = 0; i < n; i++) {
            takenScores[i] = scores[positions[i]];
            takenPositive[i] = positive[positions[i]];
            takenDays[i] = days[positions[i]];
            if (takenProfits != null) {
                takenProfits[i] = profit(positions[i]);
            }
        }
        return new DecisionRows(takenScores, takenPositive, takenProfits, takenDays);
    }
}

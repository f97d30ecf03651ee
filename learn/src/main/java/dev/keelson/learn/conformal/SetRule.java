package dev.keelson.learn.conformal;

/**
 * How well a class conforms to a probability vector; a prediction set holds the classes that conform well enough.
 *
 * <p>Classes of equal probability are ordered by their index.
 */
public sealed interface SetRule {

    /**
     * Least ambiguous sets: the score of a class is {@code 1 - p}. Smallest sets on average; hard rows may get an empty
     * one.
     *
     * <p>Source: Sadinle, M., Lei, J. and Wasserman, L. (2019), Least ambiguous set-valued classifiers with bounded
     * error levels, Journal of the American Statistical Association 114(525).
     */
    record Lac() implements SetRule {}

    /**
     * Adaptive sets: the score of a class is the sum of the probabilities down to it, less a share u of its own.
     *
     * <p>Source: Romano, Y., Sesia, M. and Candès, E. (2020), Classification with valid and adaptive coverage, NeurIPS.
     */
    record Aps() implements SetRule {}

    /**
     * Regularised adaptive sets: as {@link Aps}, plus {@code penalty * max(0, position - free)} where the most probable
     * class has position 1. Smaller sets where there are many classes.
     *
     * <p>Source: Angelopoulos, A. N. et al. (2021), Uncertainty sets for image classifiers using conformal prediction,
     * ICLR.
     *
     * @param free number of classes without a penalty, at least 0
     * @param penalty at least 0, finite
     */
    record Raps(int free, double penalty) implements SetRule {
        /** Checks the ranges. */
        public Raps {
            if (free < 0 || !(penalty >= 0 && penalty < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "free (%d) and penalty (%s) must be at least 0, the penalty finite.".formatted(free, penalty));
            }
        }
    }

    /**
     * The score of each class of a row; small scores conform.
     *
     * @param p holds the row's probabilities from {@code offset} on
     * @param classes number of classes
     * @param u the row's {@linkplain RowUniform number}, 0 to 1; {@link Lac} does not read it
     */
    default double[] scores(double[] p, int offset, int classes, double u) {
        double[] scores = new double[classes];
        int free = classes;
        double penalty = 0;
        switch (this) {
            case Lac _ -> {
                for (int k = 0; k < classes; k++) {
                    scores[k] = 1 - p[offset + k];
                }
                return scores;
            }
            case Aps _ -> {
                // no penalty
            }
            case Raps raps -> {
                free = raps.free();
                penalty = raps.penalty();
            }
        }
        int[] order = Positions.descending(p, offset, classes);
        double sum = 0;
        for (int position = 1; position <= classes; position++) {
            int k = order[position - 1];
            sum += p[offset + k];
            scores[k] = sum - u * p[offset + k] + penalty * Math.max(0, position - free);
        }
        return scores;
    }
}

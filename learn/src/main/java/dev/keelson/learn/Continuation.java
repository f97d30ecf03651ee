package dev.keelson.learn;

/**
 * How a model goes on learning.
 *
 * @param mode what changes in it
 * @param rounds steps that are added: trees of a boosted model, epochs of a network, steps along the gradient of a
 *     linear one; not used when leaves are refitted
 * @param learningRate length of a step; of {@link Mode#REFIT} the share of the way that a leaf goes to the value of the
 *     new rows. Above 0, at most 1
 */
public record Continuation(Mode mode, int rounds, double learningRate) {

    /** What changes in a model. */
    public enum Mode {
        /** It takes further steps from where it stands. */
        CONTINUE,
        /** Its trees keep their splits; the values of their leaves move. */
        REFIT
    }

    /** Checks the ranges. */
    public Continuation {
        if (rounds < 1 || !(learningRate > 0 && learningRate <= 1)) {
            throw new IllegalArgumentException(
                    "rounds (%d) must be at least 1, and the learning rate (%s) above 0 and at most 1."
                            .formatted(rounds, learningRate));
        }
    }
}

package dev.keelson.learn;

/**
 * How a model goes on learning.
 *
 * @param mode what changes in it
 * @param rounds steps that are added: trees of a boosted model, epochs of a network, steps along the gradient of a
 *     linear one; not used when leaves are refitted
 * @param learningRate length of a step; of {@link ContinuationMode#REFIT} the share of the way that a leaf goes to the value of the
 *     new rows. Above 0, at most 1
 */
public record Continuation(ContinuationMode mode, int rounds, double learningRate) {

    /** Checks the ranges. */
    public Continuation {
        if (rounds < 1 || !(learningRate > 0 && learningRate <= 1)) {
            throw new IllegalArgumentException(
                    "rounds (%d) must be at least 1, and the learning rate (%s) above 0 and at most 1."
                            .formatted(rounds, learningRate));
        }
    }
}

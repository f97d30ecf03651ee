package dev.keelson.learn.tune;

/**
 * Ends a study that no longer improves.
 *
 * @param patience finished trials since the best one after which the study ends; 0: never
 * @param leastGain what the objective must improve by to count, at least 0
 */
public record EarlyStop(int patience, double leastGain) {

    /** Checks the ranges. */
    public EarlyStop {
        if (patience < 0) {
            throw new IllegalArgumentException("patience (%d) must be at least 0.".formatted(patience));
        }
        if (!(leastGain >= 0)) {
            throw new IllegalArgumentException("leastGain (%s) must be at least 0.".formatted(leastGain));
        }
    }

    /** All trials are run. */
    public static EarlyStop never() {
        return new EarlyStop(0, 0);
    }

    /** Ends after so many finished trials without any improvement. */
    public static EarlyStop after(int patience) {
        return new EarlyStop(patience, 0);
    }
}

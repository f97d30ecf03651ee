package dev.keelson.learn.tune;

/** Which objectives are better. */
public enum Direction {
    /** Smaller ones. */
    MINIMISE,
    /** Greater ones. */
    MAXIMISE;

    /** The objective as a loss, smaller being better. */
    double loss(double objective) {
        return this == MINIMISE ? objective : -objective;
    }
}

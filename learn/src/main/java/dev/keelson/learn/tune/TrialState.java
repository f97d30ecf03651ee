package dev.keelson.learn.tune;

/** How far a trial is. */
public enum TrialState {
    /** Proposed; its result is awaited. */
    RUNNING,
    /** Evaluated to its end. */
    COMPLETE,
    /** Stopped early for being worse than others. */
    PRUNED,
    /** Ended without a result; samplers and pruners leave it out. */
    FAILED;

    /** Whether it has ended. */
    public boolean finished() {
        return this != RUNNING;
    }

    /** Whether samplers learn from it: it is complete or pruned. */
    boolean told() {
        return this == COMPLETE || this == PRUNED;
    }
}

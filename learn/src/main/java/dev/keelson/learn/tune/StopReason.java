package dev.keelson.learn.tune;

/** Why a study proposes no more trials. */
public enum StopReason {
    /** All were run. */
    TRIALS,
    /** It no longer improved. */
    NO_IMPROVEMENT
}

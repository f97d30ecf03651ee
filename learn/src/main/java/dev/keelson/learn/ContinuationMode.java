package dev.keelson.learn;

/** What changes in a model that goes on learning. */
public enum ContinuationMode {
    /** It takes further steps from where it stands. */
    CONTINUE,
    /** Its trees keep their splits; the values of their leaves move. */
    REFIT
}

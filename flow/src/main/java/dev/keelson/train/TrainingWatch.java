package dev.keelson.train;

/**
 * Follows a training, and may end it by an exception such as {@link java.util.concurrent.CancellationException}, which the
 * training passes on after the fits that are being made. Called by the threads that fit, maybe by several at a time.
 */
@FunctionalInterface
public interface TrainingWatch {
    /** Looks away. */
    TrainingWatch NONE = (done, of) -> {};

    /**
     * Before each fit and after it.
     *
     * @param done fits that have ended
     * @param of how many there are
     */
    void fits(int done, int of);
}

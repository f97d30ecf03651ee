package dev.keelson.store.journal;

/**
 * How long the thread that keeps the index up to date rests after it has worked, so that predictions are served before they
 * are indexed. It takes a fifth of one core; when it falls far behind half of one, then all it can get.
 */
final class IndexPace {
    /** Little work is gathered into one transaction. */
    static final long LEAST_REST_NANOS = 50_000_000;

    /** Behind by so much, the index works as long as it rests. */
    static final long BEHIND_BYTES = 128L << 20;

    /** Behind by so much, it does not rest: catching up would take too long. */
    static final long FAR_BEHIND_BYTES = 512L << 20;

    private IndexPace() {}

    /**
     * The rest that is due.
     *
     * @param workedNanos how long the last piece of work took, at least 0
     * @param lagBytes what is left to be indexed, at least 0
     * @return nanoseconds, at least 0
     */
    static long rest(long workedNanos, long lagBytes) {
        if (lagBytes >= FAR_BEHIND_BYTES) {
            return 0;
        }
        return lagBytes >= BEHIND_BYTES ? workedNanos : Math.max(LEAST_REST_NANOS, 4 * workedNanos);
    }
}

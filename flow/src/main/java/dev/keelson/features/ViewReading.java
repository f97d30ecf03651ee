package dev.keelson.features;

/**
 * Features of one key of a view, as {@link OnlineFeatures#read} gives them. The arrays are the caller's own.
 *
 * @param values in the order asked for; NaN unless the status is PRESENT
 * @param statuses {@link FeatureStatus#code()} of each value
 * @param newestEventMicros when the key's newest event happened, in microseconds; {@link #NO_EVENT} when nothing is
 *     known about the key
 * @param asOfMicros only what was known strictly before is contained
 */
public record ViewReading(double[] values, byte[] statuses, long newestEventMicros, long asOfMicros) {
    /** Stands for the time of the newest event where there is none. */
    public static final long NO_EVENT = Long.MIN_VALUE;

    /** Age of the newest event in microseconds, or {@link FeatureVector#NO_AGE}. */
    public long ageMicros() {
        return newestEventMicros == NO_EVENT ? FeatureVector.NO_AGE : asOfMicros - newestEventMicros;
    }
}

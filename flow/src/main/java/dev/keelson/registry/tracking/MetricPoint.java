package dev.keelson.registry.tracking;

import org.jspecify.annotations.Nullable;

/**
 * One value of a metric. Two points that are equal in key, value, time and step are one.
 *
 * @param key name of the metric
 * @param value NaN is kept; what is infinite is kept as the largest finite number of its sign
 * @param timestamp milliseconds since 1970-01-01T00:00:00Z, as the client told
 * @param step a count such as rounds or epochs; may be negative
 * @param modelId the logged model it is about, or null
 * @param datasetName the data set it was measured on, or null
 * @param datasetDigest its digest, or null
 */
public record MetricPoint(
        String key,
        double value,
        long timestamp,
        long step,
        @Nullable String modelId,
        @Nullable String datasetName,
        @Nullable String datasetDigest) {

    /** A point of a run alone. */
    public MetricPoint(String key, double value, long timestamp, long step) {
        this(key, value, timestamp, step, null, null, null);
    }
}

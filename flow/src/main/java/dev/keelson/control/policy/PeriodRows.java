package dev.keelson.control.policy;

import dev.keelson.control.Requests;

/**
 * The rows of a period as they were asked about, with what came of them.
 *
 * @param requests the rows, in the order of their event times
 * @param labels class as a number, or the value; NaN where it never became known
 * @param labelKnownAt when it became known, microseconds since 1970; what stands beside NaN does not count
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PeriodRows(Requests requests, double[] labels, long[] labelKnownAt) {
    public PeriodRows {
        if (labels.length != requests.size() || labelKnownAt.length != requests.size()) {
            throw new IllegalArgumentException("There are %d rows, %d labels and %d times of labels; they must be equal."
                    .formatted(requests.size(), labels.length, labelKnownAt.length));
        }
    }
}

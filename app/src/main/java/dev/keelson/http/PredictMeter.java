package dev.keelson.http;

import dev.keelson.error.ErrorCode;
import java.util.List;

/** Counts what was predicted, by whatever protocol it was asked for. Safe for use by several threads. */
public interface PredictMeter {

    /**
     * A request was answered. Each row counts for the version that answered it, and the time for each of these versions.
     *
     * @param predictions at least one
     * @param nanos how long it took
     */
    void predicted(String model, List<Prediction> predictions, long nanos);

    /** A request failed. */
    void predictionFailed(String model, ErrorCode code);
}

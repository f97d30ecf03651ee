package dev.keelson.http;

import dev.keelson.error.ErrorCode;

/** Counts what was predicted, by whatever protocol it was asked for. Safe for use by several threads. */
public interface PredictMeter {

    /** A request was answered: so many rows in so long. */
    void predicted(String model, int version, int rows, long nanos);

    /** A request failed. */
    void predictionFailed(String model, ErrorCode code);
}

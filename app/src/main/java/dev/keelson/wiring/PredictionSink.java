package dev.keelson.wiring;

import dev.keelson.serve.PredictionEvent;
import java.util.List;

/** Where predictions go when they were made. */
@FunctionalInterface
interface PredictionSink {
    /** Takes predictions in order; waits until they are on disk when {@code durable}. */
    void append(List<PredictionEvent> events, boolean durable);
}

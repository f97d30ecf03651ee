package dev.keelson.wiring;

import dev.keelson.monitor.spi.DriftData;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison.
 *
 * @param data its rows
 * @param from when the first happened; null where its rows have no time
 * @param to after the last; likewise
 */
record DriftSide(DriftData data, @Nullable Instant from, @Nullable Instant to) {
    /** Rows without a time. */
    static DriftSide of(DriftData data) {
        return new DriftSide(data, null, null);
    }
}

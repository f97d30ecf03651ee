package dev.keelson.http.server;

import java.util.concurrent.atomic.AtomicLong;

/** An exponentially weighted mean of about the last thousand values; NaN before the first. Safe for use by several threads. */
final class RunningMean {
    private static final double SHARE = 0.001;

    private final AtomicLong bits = new AtomicLong(Double.doubleToRawLongBits(Double.NaN));

    /** Values that are not finite do not count. */
    void add(double value) {
        if (Double.isFinite(value)) {
            bits.updateAndGet(before -> {
                double mean = Double.longBitsToDouble(before);
                return Double.doubleToRawLongBits(Double.isNaN(mean) ? value : mean + SHARE * (value - mean));
            });
        }
    }

    double value() {
        return Double.longBitsToDouble(bits.get());
    }
}

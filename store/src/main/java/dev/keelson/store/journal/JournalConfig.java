package dev.keelson.store.journal;

import java.time.Duration;

/**
 * How a journal writes.
 *
 * @param segmentBytes a segment that has reached so many bytes is closed and the next one begun; at least 1 KiB
 * @param syncEvery what was not asked to be durable is on disk after about this time; more than 0
 */
public record JournalConfig(long segmentBytes, Duration syncEvery) {
    public JournalConfig {
        if (segmentBytes < 1024) {
            throw new IllegalArgumentException("segmentBytes (%d) must be at least 1024.".formatted(segmentBytes));
        }
        if (syncEvery.isNegative() || syncEvery.isZero()) {
            throw new IllegalArgumentException("syncEvery (%s) must be more than 0.".formatted(syncEvery));
        }
    }

    /** 64 MiB and 5 ms. */
    public static JournalConfig defaults() {
        return new JournalConfig(64L << 20, Duration.ofMillis(5));
    }

    /** With another size of segments. */
    public JournalConfig withSegmentBytes(long bytes) {
        return new JournalConfig(bytes, syncEvery);
    }
}

package dev.keelson.store.journal;

import java.time.Duration;

/**
 * How a journal writes.
 *
 * @param segmentBytes a segment that has reached so many bytes is closed and the next one begun; 1 KiB to 1 GiB
 * @param syncEvery what was not asked to be durable is on disk after about this time; more than 0
 */
public record JournalConfig(long segmentBytes, Duration syncEvery) {
    public JournalConfig {
        if (segmentBytes < 1024 || segmentBytes > 1L << 30) { // a compressed one states its length in 32 bits
            throw new IllegalArgumentException("segmentBytes (%d) must be 1024 to 2^30.".formatted(segmentBytes));
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

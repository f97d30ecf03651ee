package dev.keelson.wiring;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids of predictions: UUIDs of version 7 (RFC 9562 section 5.7, with a counter as in section 6.2, method 1), so that ids made
 * one after the other stand side by side in the index of the log. 48 bits of milliseconds, 26 bits of a counter, 48 random bits:
 * they name, they do not hide. Safe for use by several threads.
 */
final class PredictionIds {
    private static final int HIGH_BITS = 12;
    private static final int LOW_BITS = 14;

    private final AtomicLong counter = new AtomicLong(ThreadLocalRandom.current().nextLong(1L << (HIGH_BITS + LOW_BITS - 1)));

    /**
     * A new id.
     *
     * @param now when it is made, from 1970 on
     */
    UUID next(Instant now) {
        long count = counter.getAndIncrement();
        long high = (now.toEpochMilli() << 16) | 0x7000L | ((count >>> LOW_BITS) & ((1L << HIGH_BITS) - 1));
        long low = 0x8000_0000_0000_0000L
                | ((count & ((1L << LOW_BITS) - 1)) << 48)
                | (ThreadLocalRandom.current().nextLong() >>> 16);
        return new UUID(high, low);
    }
}

package dev.keelson.features.internal;

import org.jspecify.annotations.Nullable;

/**
 * The power of two by which a weight shrinks in a time. Events mostly lie the same few times apart (a day, a week), and a power
 * costs as much as twenty multiplications, so those asked for last are kept. Safe for use by several threads: what is kept never
 * changes, and a slot that two write at once holds one of the two.
 */
final class Decays {
    private static final int SLOTS = 256;

    private final long halfLifeMicros;
    private final @Nullable Decay[] slots = new @Nullable Decay[SLOTS];

    private record Decay(long micros, double value) {}

    /** @param halfLifeMicros positive */
    Decays(long halfLifeMicros) {
        this.halfLifeMicros = halfLifeMicros;
    }

    /** {@code 2^(-micros / half-life)}. */
    double after(long micros) {
        if (micros == 0) {
            return 1;
        }
        int slot = (int) ((micros * 0x9E3779B97F4A7C15L) >>> 56);
        Decay kept = slots[slot];
        if (kept == null || kept.micros != micros) {
            kept = new Decay(micros, StrictMath.pow(2, -(double) micros / halfLifeMicros));
            slots[slot] = kept;
        }
        return kept.value;
    }
}

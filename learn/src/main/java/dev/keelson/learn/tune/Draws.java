package dev.keelson.learn.tune;

import java.util.SplittableRandom;

/** A stream of random numbers that depends on the keys it was made from alone. Not thread-safe. */
final class Draws {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final SplittableRandom random;

    private Draws(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The stream of a seed and keys; other keys give an unrelated one. */
    static Draws of(long seed, long... keys) {
        long mixed = mix(seed + GOLDEN_GAMMA);
        for (long key : keys) {
            mixed = mix((mixed ^ mix(key + GOLDEN_GAMMA)) + GOLDEN_GAMMA);
        }
        return new Draws(mixed);
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (random.nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in (0, 1). */
    double inside() {
        return ((random.nextLong() >>> 12) + 0.5) * 0x1.0p-52;
    }

    /** Uniform whole number from 0 to below {@code bound}. */
    int index(int bound) {
        return (int) (uniform() * bound);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

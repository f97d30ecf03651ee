package dev.keelson.simulate;

import java.util.SplittableRandom;

/**
 * A stream of random numbers that depends only on the keys it was made from.
 *
 * <p>Built on {@link SplittableRandom} (SplitMix64: Steele, Lea, Flood 2014) and {@link StrictMath}, with own samplers,
 * so that the numbers are the same in each Java version and on each processor. Not thread-safe.
 */
final class RandomStream {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final SplittableRandom random;
    private double spareNormal = Double.NaN;

    private RandomStream(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The stream of a seed and keys; other keys give an unrelated stream. */
    static RandomStream of(long seed, long... keys) {
        long mixed = mix(seed + GOLDEN_GAMMA);
        for (long key : keys) {
            mixed = mix((mixed ^ mix(key + GOLDEN_GAMMA)) + GOLDEN_GAMMA);
        }
        return new RandomStream(mixed);
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (random.nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform integer in [0, bound). */
    int index(int bound) {
        return (int) (uniform() * bound);
    }

    /** Sixty-four random bits. */
    long bits() {
        return random.nextLong();
    }

    /** True with the given probability. */
    boolean chance(double probability) {
        return uniform() < probability;
    }

    /** Standard normal (Box and Muller 1958). */
    double normal() {
        if (!Double.isNaN(spareNormal)) {
            double spare = spareNormal;
            spareNormal = Double.NaN;
            return spare;
        }
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform())); // 1 - u lies in (0, 1]
        double angle = 2 * Math.PI * uniform();
        spareNormal = radius * StrictMath.sin(angle);
        return radius * StrictMath.cos(angle);
    }

    /** Poisson count by inversion: one uniform number each, so that streams stay in step when a mean changes. */
    int poisson(double mean) {
        double u = uniform();
        double probability = StrictMath.exp(-mean);
        double cumulative = probability;
        int count = 0;
        while (u >= cumulative && count < 200) { // the bound only guards against rounding in the far tail
            count++;
            probability *= mean / count;
            cumulative += probability;
        }
        return count;
    }

    /** Number of successes in {@code trials} trials. */
    int binomial(int trials, double probability) {
        int successes = 0;
        for (int i = 0; i < trials; i++) {
            if (chance(probability)) {
                successes++;
            }
        }
        return successes;
    }

    /** A random order of 0 .. n-1 (Fisher and Yates). */
    int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = index(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

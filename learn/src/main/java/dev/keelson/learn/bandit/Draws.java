package dev.keelson.learn.bandit;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Drawing an action by its propensity. */
public final class Draws {
    private static final long PRIME = 0x100000001B3L;
    private static final long START = 0xCBF29CE484222325L;

    private Draws() {}

    /**
     * A number in [0, 1) that depends on a seed and a key alone: the same event is drawn the same action again.
     *
     * @param key what is decided about, such as the key of a bet
     */
    public static double uniform(long seed, String key) {
        long hash = START;
        for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * PRIME;
        }
        return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ hash).nextDouble();
    }

    /**
     * The action that a uniform number falls on.
     *
     * @param propensities at least 0, summing to 1
     * @param uniform in [0, 1)
     * @return never an action with propensity 0
     */
    public static int action(double[] propensities, double uniform) {
        double sum = 0;
        int last = -1;
        for (int a = 0; a < propensities.length; a++) {
            if (!(propensities[a] >= 0)) {
                throw new IllegalArgumentException("The propensity (%s) must be at least 0.".formatted(propensities[a]));
            }
            if (propensities[a] > 0) {
                sum += propensities[a];
                last = a;
                if (uniform < sum) {
                    return a;
                }
            }
        }
        if (last < 0) {
            throw new IllegalArgumentException("All propensities are 0.");
        }
        return last;
    }
}

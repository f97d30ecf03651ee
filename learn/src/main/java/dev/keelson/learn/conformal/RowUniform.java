package dev.keelson.learn.conformal;

import java.nio.charset.StandardCharsets;

/**
 * A number between 0 and 1 that belongs to a row: the same for the same id, on every machine and in every order, and
 * uniform over ids. It takes the place of the random number of randomised prediction sets.
 */
public final class RowUniform {
    private static final long OFFSET = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private RowUniform() {}

    /**
     * The number of a row's id.
     *
     * @param rowId such as an entity's key with its event time
     * @return at least 0, below 1
     */
    public static double of(String rowId) {
        long hash = OFFSET; // FNV-1a, 64 bits
        for (byte b : rowId.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * PRIME;
        }
        return of(hash);
    }

    /**
     * The number of a row's numeric id.
     *
     * @return at least 0, below 1
     */
    public static double of(long rowId) {
        long z = rowId + 0x9E3779B97F4A7C15L; // SplitMix64's output function: Steele, Lea and Flood (2014)
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >>> 11) * 0x1.0p-53;
    }
}

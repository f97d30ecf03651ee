package dev.keelson.frame;

import java.nio.charset.StandardCharsets;

/**
 * The number under which a category travels among numbers: the same for the same text, everywhere and always.
 *
 * <p>It has 52 bits. The lowest 32 are those of the text's {@link #hash32}, so that models of products that know categories
 * by that hash read the same number; the highest 20 are made of the UTF-16 units by FNV-1a (64 bits), whose bits are then mixed
 * by the finaliser of MurmurHash3, and are never all 0. Every double of that size is exact, and none of a whole number of 32
 * bits is one. It says nothing of the text and has no order that means anything. Two of 100,000 different texts share a number
 * with a probability of about 1e-6.
 */
public final class CategoryKey {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;
    private static final int DROPPED = 44;
    private static final int LOW_BITS = 32;
    private static final long LOW = 0xffffffffL;
    private static final double LEAST = 1L << LOW_BITS;
    private static final double BEYOND = 1L << 52;

    private CategoryKey() {}

    /**
     * The number of a category.
     *
     * @return whole, from 2^32, below 2^52
     */
    public static double of(String text) {
        long hash = OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ (text.charAt(i) & 0xff)) * PRIME;
            hash = (hash ^ (text.charAt(i) >>> 8)) * PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        long high = Math.max(1, (hash ^ (hash >>> 33)) >>> DROPPED);
        return (high << LOW_BITS) | (CityHash.of(text.getBytes(StandardCharsets.UTF_8)) & LOW);
    }

    /**
     * The lowest 32 bits of the first version of CityHash64 over the UTF-8 of the text that a number stands for. A whole number
     * of 32 bits stands for its decimal digits.
     *
     * @param key of {@link #of}, or a whole number from -2^31, below 2^32
     * @throws IllegalArgumentException if it is neither
     */
    public static int hash32(double key) {
        long whole = (long) key;
        if (whole != key || key < Integer.MIN_VALUE || key >= BEYOND) {
            throw new IllegalArgumentException(
                    "The number (%s) stands for no category; a text, or a whole number of 32 bits, does.".formatted(key));
        }
        return (int) (key >= LEAST ? whole : (long) of(Long.toString(whole)));
    }
}

package dev.keelson.frame;

/**
 * The number under which a category travels among numbers: the same for the same text, everywhere and always.
 *
 * <p>It is made of the UTF-16 units by FNV-1a (64 bits), whose bits are then mixed by the finaliser of MurmurHash3; the
 * highest 52 bits, plus 1, are the number. Every double of that size is exact. It says nothing of the text and has no order
 * that means anything. Two of 100,000 different texts share a number with a probability of about 1e-6.
 */
public final class CategoryKey {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;
    private static final int DROPPED = 12;

    private CategoryKey() {}

    /**
     * The number of a category.
     *
     * @return whole, 1 to 2^52
     */
    public static double of(String text) {
        long hash = OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ (text.charAt(i) & 0xff)) * PRIME;
            hash = (hash ^ (text.charAt(i) >>> 8)) * PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return ((hash ^ (hash >>> 33)) >>> DROPPED) + 1;
    }
}

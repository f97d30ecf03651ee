package dev.keelson.stats;

import java.util.Arrays;

/** Numbering of clusters. */
public final class Clusters {

    private Clusters() {}

    /**
     * Dense indexes 0 to G - 1 in ascending order of the ids.
     *
     * @param ids identity of each row's cluster, any ints in any order
     */
    public static int[] index(int[] ids) {
        int[] distinct = Arrays.stream(ids).sorted().distinct().toArray();
        int[] index = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            index[i] = Arrays.binarySearch(distinct, ids[i]);
        }
        return index;
    }

    /**
     * Dense indexes as {@link #index}, with neighbours put together where there are more than so many: blocks of about as
     * many clusters each, in ascending order of the ids. Blocks of days keep more of what rows do together than days, so
     * that intervals over them are not too narrow.
     *
     * @param ids identity of each row's cluster
     * @param most blocks at most, at least 1
     */
    public static int[] blocks(int[] ids, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("The number of blocks (%d) must be at least 1.".formatted(most));
        }
        int[] index = index(ids);
        long clusters = count(index);
        if (clusters > most) {
            for (int i = 0; i < index.length; i++) {
                index[i] = (int) (index[i] * (long) most / clusters);
            }
        }
        return index;
    }

    /** How many clusters dense indexes name; 0 without rows. */
    public static int count(int[] index) {
        return Arrays.stream(index).max().orElse(-1) + 1;
    }
}

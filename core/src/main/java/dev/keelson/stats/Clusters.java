package dev.keelson.stats;

import java.util.Arrays;

/** Numbering of clusters. */
final class Clusters {

    private Clusters() {}

    /** Dense indexes 0 to G - 1 in ascending order of the ids. */
    static int[] index(int[] ids) {
        int[] distinct = Arrays.stream(ids).sorted().distinct().toArray();
        int[] index = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            index[i] = Arrays.binarySearch(distinct, ids[i]);
        }
        return index;
    }
}

package dev.keelson.monitor;

import dev.keelson.frame.Vector;
import java.util.HashMap;
import java.util.Map;

/**
 * Which rows belong together, such as the bets of one match.
 *
 * @param reference cluster of each row, from 0; rows without one are clusters of their own
 * @param current likewise; numbers of both sides are apart
 */
@SuppressWarnings("ArrayRecordComponent") // never leaves this package
record RowClusters(int[] reference, int[] current) {

    static RowClusters of(Vector reference, Vector current) {
        return new RowClusters(numbers(reference), numbers(current));
    }

    /** With the values of one column of the current rows. */
    Of with(double[] currentValues) {
        return new Of(reference, current, currentValues);
    }

    /** Clusters, and the values of one column of the current rows, whose own clustering counts where it is stronger. */
    @SuppressWarnings("ArrayRecordComponent") // never leaves this package
    record Of(int[] reference, int[] current, double[] currentValues) {}

    private static int[] numbers(Vector vector) {
        Map<Object, Integer> numbers = new HashMap<>();
        int[] clusters = new int[vector.size()];
        int next = 0;
        for (int i = 0; i < clusters.length; i++) {
            Object key = vector.get(i);
            Integer known = key == null ? null : numbers.get(key);
            clusters[i] = known == null ? next++ : known;
            if (key != null && known == null) {
                numbers.put(key, clusters[i]);
            }
        }
        return clusters;
    }
}

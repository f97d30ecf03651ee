package dev.keelson.features.internal;

/**
 * The rows of a source as one view sees them: numbers of keys and values, computed once.
 *
 * @param eventTimes of each row
 * @param knownAts of each row
 * @param keys role by row; one role unless the view is unpivoted, none when only its features name keys
 * @param values role by (row, lane)
 * @param pairs one for each fold over two sides
 * @param parts one for each part of the key that groups windows
 */
record EventBatch(
        long[] eventTimes, long[] knownAts, int[][] keys, double[][] values, Pairs[] pairs, Parts[] parts) {

    /**
     * The groups that the rows belong to.
     *
     * @param keys numbers of the keys under which the events of groups are kept
     * @param names of the groups, as {@link GroupedFold} reads them
     */
    record Parts(int[] keys, long[] names) {}

    /**
     * What a fold over two sides reads of each row.
     *
     * @param groups numbers of the keys of groups; empty when the fold has none
     */
    record Pairs(int[] home, int[] away, int[] groups, double[] first, double[] second) {}
}

package dev.keelson.features.internal;

import org.jspecify.annotations.Nullable;

/**
 * The rows of a source as one view sees them: keys and numbers, computed once.
 *
 * @param eventTimes of each row
 * @param knownAts of each row
 * @param keys role by row; one role unless the view is unpivoted, none when only its features name keys
 * @param values role by (row, lane)
 * @param ratings one for each Elo fold
 */
record EventBatch(
        long[] eventTimes, long[] knownAts, @Nullable String[][] keys, double[][] values, RatedPairs[] ratings) {

    /** What an Elo fold reads of each row. */
    record RatedPairs(@Nullable String[] home, @Nullable String[] away, double[] score, double[] goalDifference) {}
}

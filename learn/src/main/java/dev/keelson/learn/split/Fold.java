package dev.keelson.learn.split;

/**
 * Rows to fit on and other rows to judge by; with {@link WalkForward} the latter are later.
 *
 * @param train positions of rows, in order of time
 * @param validation positions of rows, in order of time; none is among {@code train}
 * @param start event time of the first validation row, in microseconds since 1970
 * @param end event time of the last validation row
 */
public record Fold(int[] train, int[] validation, long start, long end) {}

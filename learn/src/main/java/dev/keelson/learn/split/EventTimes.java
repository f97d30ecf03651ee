package dev.keelson.learn.split;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * When rows happened and when their labels were known. The arrays are not copied and must not change.
 *
 * @param eventTime microseconds since 1970
 * @param knownAt when the label became known, microseconds since 1970, not before the event
 * @param day cluster of rows that are never split, such as the calendar day of a match; for {@link WalkForward} later
 *     days must have larger numbers, for others any number of a group (a match, a ticker's day) does
 */
public record EventTimes(long[] eventTime, long[] knownAt, int[] day) {

    /** Checks lengths and order. */
    public EventTimes {
        if (eventTime.length != knownAt.length || eventTime.length != day.length) {
            throw new IllegalArgumentException(
                    "There are %d event times, %d known-at times and %d days; as many of each are needed."
                            .formatted(eventTime.length, knownAt.length, day.length));
        }
        for (int i = 0; i < eventTime.length; i++) {
            if (knownAt[i] < eventTime[i]) {
                throw new IllegalArgumentException("The label of row %d is known (%d) before its event (%d)."
                        .formatted(i, knownAt[i], eventTime[i]));
            }
        }
    }

    /** Rows that happen one after the other, each known at once and a cluster of its own. */
    public static EventTimes inOrder(int rows) {
        long[] times = LongStream.range(0, rows).toArray();
        return new EventTimes(times, times, IntStream.range(0, rows).toArray());
    }

    /** The rows at the given positions, in that order. */
    public EventTimes take(int[] positions) {
        return new EventTimes(
                IntStream.of(positions).mapToLong(row -> eventTime[row]).toArray(),
                IntStream.of(positions).mapToLong(row -> knownAt[row]).toArray(),
                IntStream.of(positions).map(row -> day[row]).toArray());
    }

    /** Number of rows. */
    public int rows() {
        return eventTime.length;
    }
}

package dev.keelson.control;

import java.util.List;

/**
 * Rows to predict, with the features that were known strictly before each row's event time. Ordered by event time, then
 * entity.
 *
 * @param entities identity of each row
 * @param keys the keys each row asked for that its identity does not name, as {@link dev.keelson.serve.AskedKeys}
 * @param segments group of each row, the empty text for none
 * @param eventTimes microseconds since 1970
 * @param days match day of each row as an epoch day in the project's zone
 * @param features one array for each row, in the model's order
 * @param watched further monitored values, one array for each row
 * @param odds decimal odds by class, one array for each row; empty when the model names none
 */
public record Requests(
        List<String> entities,
        List<String> keys,
        List<String> segments,
        long[] eventTimes,
        int[] days,
        double[][] features,
        double[][] watched,
        double[][] odds) {
    public Requests {
        entities = List.copyOf(entities);
        keys = List.copyOf(keys);
        segments = List.copyOf(segments);
        int rows = entities.size();
        if (keys.size() != rows
                || segments.size() != rows
                || eventTimes.length != rows
                || days.length != rows
                || features.length != rows
                || watched.length != rows
                || (odds.length != rows && odds.length > 0)) {
            throw new IllegalArgumentException(
                    "There are %d entities, %d keys, %d segments, %d times, %d days, %d feature rows, %d watched rows and %d rows of odds; they must be equal."
                            .formatted(
                                    rows,
                                    keys.size(),
                                    segments.size(),
                                    eventTimes.length,
                                    days.length,
                                    features.length,
                                    watched.length,
                                    odds.length));
        }
    }

    /** Number of rows. */
    public int size() {
        return entities.size();
    }
}

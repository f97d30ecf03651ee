package dev.keelson.stats.sequence;

import java.util.ArrayList;
import java.util.List;

/**
 * Results in the order in which they happened, each one of a few categories. Immutable.
 *
 * @param categories their names, at least one
 * @param values position of the category of each result; may be empty
 */
public record ResultSequence(List<String> categories, int[] values) {

    /** Copies both. */
    public ResultSequence {
        categories = List.copyOf(categories);
        values = values.clone();
        if (categories.isEmpty()) {
            throw new IllegalArgumentException("A sequence of results needs at least one category.");
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0 || values[i] >= categories.size()) {
                throw new IllegalArgumentException("The result at index %d (%d) must be the position of one of the %d categories."
                        .formatted(i, values[i], categories.size()));
            }
        }
    }

    /** The positions, copied. */
    @Override
    public int[] values() {
        return values.clone();
    }

    /** How many results there are. */
    public int size() {
        return values.length;
    }

    /** The category at an index. */
    public int at(int index) {
        return values[index];
    }

    /** How often each category occurs. */
    public long[] counts() {
        return counts(values, categories.size());
    }

    static long[] counts(int[] values, int categories) {
        long[] counts = new long[categories];
        for (int value : values) {
            counts[value]++;
        }
        return counts;
    }

    /**
     * A stretch of equal results that is as long as it can be.
     *
     * @param category its category
     * @param start index of its first result
     * @param length how many results, at least 1
     */
    public record Streak(int category, int start, int length) {}

    /** The streaks in order; together they are all results. */
    public List<Streak> streaks() {
        List<Streak> streaks = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= values.length; i++) {
            if (i == values.length || values[i] != values[start]) {
                streaks.add(new Streak(values[start], start, i - start));
                start = i;
            }
        }
        return streaks;
    }

    /** How many streaks there are, less than allocating them. */
    static int runs(int[] values) {
        int runs = values.length == 0 ? 0 : 1;
        for (int i = 1; i < values.length; i++) {
            runs += values[i] == values[i - 1] ? 0 : 1;
        }
        return runs;
    }
}

package dev.keelson.learn.threshold;

import java.util.Arrays;

/** The days of some rows, numbered from 0 in order of time. */
final class Periods {
    private final int[] index;
    private final int count;

    Periods(int[] days) {
        int[] distinct = Arrays.stream(days).distinct().sorted().toArray();
        count = distinct.length;
        index = new int[days.length];
        for (int i = 0; i < days.length; i++) {
            index[i] = Arrays.binarySearch(distinct, days[i]);
        }
    }

    int count() {
        return count;
    }

    int of(int row) {
        return index[row];
    }
}

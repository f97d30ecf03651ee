package dev.keelson.learn.split;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/** Orders rows and cuts them into blocks of whole groups. */
final class Partition {

    private Partition() {}

    static void requireFolds(int folds) {
        if (folds < 2) {
            throw new IllegalArgumentException("folds (%d) must be at least 2.".formatted(folds));
        }
    }

    /** Rows in order of (event time, position). */
    static int[] byTime(EventTimes times, int[] rows) {
        return sorted(
                rows,
                Comparator.<Integer>comparingLong(row -> times.eventTime()[row]).thenComparingInt(row -> row));
    }

    static int[] sorted(int[] rows, Comparator<Integer> order) {
        return IntStream.of(rows)
                .boxed()
                .sorted(order)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Groups of rows, in order of each group's first event, then its number; rows of a group in order of time. */
    static int[][] groups(EventTimes times, int[] rows) {
        int[] byGroup = sorted(
                rows,
                Comparator.<Integer>comparingInt(row -> times.day()[row])
                        .thenComparingLong(row -> times.eventTime()[row])
                        .thenComparingInt(row -> row));
        int count = 0;
        for (int i = 0; i < byGroup.length; i++) {
            count += i == 0 || times.day()[byGroup[i]] != times.day()[byGroup[i - 1]] ? 1 : 0;
        }
        int[][] groups = new int[count][];
        int from = 0;
        for (int g = 0; g < count; g++) {
            int to = from + 1;
            while (to < byGroup.length && times.day()[byGroup[to]] == times.day()[byGroup[from]]) {
                to++;
            }
            groups[g] = Arrays.copyOfRange(byGroup, from, to);
            from = to;
        }
        Arrays.sort(
                groups,
                Comparator.<int[]>comparingLong(group -> times.eventTime()[group[0]])
                        .thenComparingInt(group -> times.day()[group[0]]));
        return groups;
    }

    /** Successive groups in blocks of about equal numbers of rows; each block in order of time. */
    static int[][] blocks(EventTimes times, int[] rows, int blocks) {
        int[][] groups = groups(times, rows);
        if (groups.length < blocks) {
            throw notEnough(rows.length, "%d groups are fewer than %d blocks".formatted(groups.length, blocks));
        }
        int[][] result = new int[blocks][];
        int next = 0;
        long taken = 0;
        for (int b = 0; b < blocks; b++) {
            int from = next;
            int most = groups.length - (blocks - 1 - b); // one group at least for each block to come
            double bound = (double) rows.length * (b + 1) / blocks;
            while (next < most && (next == from || b + 1 == blocks || taken + groups[next].length / 2.0 <= bound)) {
                taken += groups[next].length;
                next++;
            }
            result[b] = byTime(times, join(Arrays.copyOfRange(groups, from, next)));
        }
        return result;
    }

    static int[] join(int[][] parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    /** A fold whose parts are put in order of time. */
    static Fold fold(EventTimes times, int[] train, int[] validation) {
        int[] judged = byTime(times, validation);
        return new Fold(
                byTime(times, train),
                judged,
                times.eventTime()[judged[0]],
                times.eventTime()[judged[judged.length - 1]]);
    }

    static KeelsonException notEnough(int rows, String why) {
        return new KeelsonException(
                ErrorCode.NOT_ENOUGH_ROWS,
                String.format(Locale.ROOT, "%,d row%s with a known label cannot be split: %s.", rows, rows == 1 ? "" : "s", why),
                "Maybe more history must be loaded, or fewer folds or a shorter embargo suit these rows.");
    }
}

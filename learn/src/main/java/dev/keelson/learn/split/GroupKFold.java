package dev.keelson.learn.split;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * K-fold cross-validation that keeps groups ({@link EventTimes#day}) whole: the largest group first, each goes to the
 * fold with the fewest rows so far (the first of several). It knows nothing of time.
 *
 * @param folds number of folds, at least 2 and at most the number of groups
 */
public record GroupKFold(int folds) implements Splitter {

    /** Checks the range. */
    public GroupKFold {
        Partition.requireFolds(folds);
    }

    @Override
    public List<Fold> split(EventTimes times, int[] rows) {
        int[][] groups = Partition.groups(times, rows);
        if (groups.length < folds) {
            throw Partition.notEnough(rows.length, "%d groups are fewer than %d folds".formatted(groups.length, folds));
        }
        Arrays.sort(
                groups,
                Comparator.<int[]>comparingInt(group -> -group.length)
                        .thenComparingInt(group -> times.day()[group[0]]));
        List<List<int[]>> members = new ArrayList<>();
        int[] sizes = new int[folds];
        for (int f = 0; f < folds; f++) {
            members.add(new ArrayList<>());
        }
        for (int[] group : groups) {
            int lightest = 0;
            for (int f = 1; f < folds; f++) {
                lightest = sizes[f] < sizes[lightest] ? f : lightest;
            }
            members.get(lightest).add(group);
            sizes[lightest] += group.length;
        }
        List<Fold> result = new ArrayList<>();
        for (int f = 0; f < folds; f++) {
            List<int[]> others = new ArrayList<>();
            for (int g = 0; g < folds; g++) {
                if (g != f) {
                    others.addAll(members.get(g));
                }
            }
            result.add(Partition.fold(
                    times,
                    Partition.join(others.toArray(int[][]::new)),
                    Partition.join(members.get(f).toArray(int[][]::new))));
        }
        return result;
    }
}

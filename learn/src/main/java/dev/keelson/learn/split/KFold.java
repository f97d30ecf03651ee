package dev.keelson.learn.split;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * K-fold cross-validation of independent rows: each row is judged once, by a model fitted on the other folds. It knows
 * nothing of time: where labels overlap or neighbouring rows are alike, {@link PurgedKFold} or {@link WalkForward} is
 * needed.
 *
 * @param folds number of folds, at least 2; their sizes differ by at most 1
 * @param shuffled whether rows are drawn at random; otherwise folds are successive in order of (event time, position)
 * @param seed of the shuffling
 */
public record KFold(int folds, boolean shuffled, long seed) implements Splitter {

    /** Checks the range. */
    public KFold {
        Partition.requireFolds(folds);
    }

    @Override
    public List<Fold> split(EventTimes times, int[] rows) {
        if (rows.length < folds) {
            throw Partition.notEnough(rows.length, "%d folds need at least as many".formatted(folds));
        }
        int[] ordered = Partition.byTime(times, rows);
        if (shuffled) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = ordered.length - 1; i > 0; i--) { // Fisher and Yates
                int j = random.nextInt(i + 1);
                int kept = ordered[i];
                ordered[i] = ordered[j];
                ordered[j] = kept;
            }
        }
        List<Fold> result = new ArrayList<>();
        for (int f = 0; f < folds; f++) {
            int from = (int) ((long) rows.length * f / folds);
            int to = (int) ((long) rows.length * (f + 1) / folds);
            int[] train = Partition.join(
                    new int[][] {Arrays.copyOfRange(ordered, 0, from), Arrays.copyOfRange(ordered, to, ordered.length)
                    });
            result.add(Partition.fold(times, train, Arrays.copyOfRange(ordered, from, to)));
        }
        return result;
    }
}

package dev.keelson.learn.split;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Combinatorial purged cross-validation: every choice of {@code tested} among {@code blocks} successive blocks is
 * validated on once, with purging and embargo around each of its blocks as in {@link PurgedKFold}. The predictions of
 * all folds recombine to {@link #paths} complete histories, so that a backtest has a spread, not only a value.
 *
 * <p>Folds come in lexical order of their block numbers.
 *
 * <p>Source: López de Prado, M. (2018), Advances in Financial Machine Learning, chapters 7 and 12.
 *
 * @param blocks number of blocks, at least 2
 * @param tested blocks in each validation part, at least 1 and below {@code blocks}; at most 10,000 choices
 * @param embargoMicros gap after a validation block, at least the horizon
 * @param horizonMicros how far after its event a row's label looks, at least 0
 */
public record CombinatorialPurged(int blocks, int tested, long embargoMicros, long horizonMicros) implements Splitter {
    private static final int MOST_FOLDS = 10_000;

    /** Checks the ranges; an embargo shorter than the horizon is refused with EMBARGO_TOO_SHORT. */
    public CombinatorialPurged {
        Partition.requireFolds(blocks);
        if (tested < 1 || tested >= blocks) {
            throw new IllegalArgumentException(
                    "tested (%d) must be at least 1 and below the number of blocks (%d).".formatted(tested, blocks));
        }
        if (choices(blocks, tested) > MOST_FOLDS) {
            throw new IllegalArgumentException(
                    "%d of %d blocks can be chosen in more than %d ways, too many to be fitted."
                            .formatted(tested, blocks, MOST_FOLDS));
        }
        Embargo.require(embargoMicros, horizonMicros);
    }

    /** Ways to choose k of n, or more than the most folds where there are more. */
    private static long choices(int n, int k) {
        long product = 1;
        int fewer = Math.min(k, n - k);
        for (int i = 1; i <= fewer && product <= MOST_FOLDS; i++) {
            product = product * (n - fewer + i) / i;
        }
        return product;
    }

    /** Number of folds. */
    public int folds() {
        return (int) choices(blocks, tested);
    }

    /**
     * Which fold tells the predictions of a block on each path: {@code paths()[path][block]} is a position in {@link
     * #split}'s list. Each path holds every block once, each fold's block is on one path.
     */
    public int[][] paths() {
        int[][] paths = new int[(int) choices(blocks - 1, tested - 1)][blocks];
        int[] seen = new int[blocks];
        List<int[]> combinations = combinations();
        for (int f = 0; f < combinations.size(); f++) {
            for (int block : combinations.get(f)) {
                paths[seen[block]++][block] = f;
            }
        }
        return paths;
    }

    /** The block numbers of each fold's validation part, in order. */
    public List<int[]> combinations() {
        List<int[]> all = new ArrayList<>();
        int[] chosen = new int[tested];
        Arrays.setAll(chosen, i -> i);
        while (true) {
            all.add(chosen.clone());
            int at = tested - 1;
            while (at >= 0 && chosen[at] == blocks - tested + at) {
                at--;
            }
            if (at < 0) {
                return all;
            }
            chosen[at]++;
            for (int i = at + 1; i < tested; i++) {
                chosen[i] = chosen[i - 1] + 1;
            }
        }
    }

    @Override
    public List<Fold> split(EventTimes times, int[] rows) {
        int[][] parts = Partition.blocks(times, rows, blocks);
        long[] start = new long[blocks];
        long[] end = new long[blocks];
        for (int b = 0; b < blocks; b++) {
            start[b] = times.eventTime()[parts[b][0]];
            end[b] = Long.MIN_VALUE;
            for (int row : parts[b]) {
                end[b] = Math.max(end[b], times.knownAt()[row]);
            }
        }
        List<Fold> result = new ArrayList<>();
        for (int[] chosen : combinations()) {
            int[][] judged = new int[tested][];
            Arrays.setAll(judged, i -> parts[chosen[i]]);
            int[] train = Arrays.stream(rows)
                    .filter(row -> {
                        for (int b : chosen) {
                            if (!apart(times, row, start[b], end[b])) {
                                return false;
                            }
                        }
                        return true;
                    })
                    .toArray();
            if (train.length == 0) {
                throw Partition.notEnough(
                        rows.length, "fold %d would have no row to fit on".formatted(result.size() + 1));
            }
            result.add(Partition.fold(times, train, Partition.join(judged)));
        }
        return result;
    }

    /** Whether a row's span ends before a block's or begins more than the embargo after it. */
    private boolean apart(EventTimes times, int row, long start, long end) {
        return times.knownAt()[row] < start || times.eventTime()[row] - embargoMicros > end;
    }
}

package dev.keelson.learn.split;

import java.util.List;

/**
 * K-fold cross-validation of rows whose labels overlap in time. The validation blocks are successive in time and keep
 * groups ({@link EventTimes#day}) whole. A row lives from its event to the knowledge of its label; it is fitted on only
 * if that span lies before the block's (from its first event to the last knowledge of a label) or begins more than the
 * embargo after it. Touching counts as overlapping.
 *
 * <p>Unlike {@link WalkForward} it also fits on what came after the validation block; the embargo keeps features that
 * look back from carrying the block's outcomes there.
 *
 * <p>Source: López de Prado, M. (2018), Advances in Financial Machine Learning, chapter 7.
 *
 * @param folds number of blocks, at least 2
 * @param embargoMicros gap after a validation block, at least the horizon
 * @param horizonMicros how far after its event a row's label looks, at least 0
 */
public record PurgedKFold(int folds, long embargoMicros, long horizonMicros) implements Splitter {

    /** Checks the ranges; an embargo shorter than the horizon is refused with EMBARGO_TOO_SHORT. */
    public PurgedKFold {
        Partition.requireFolds(folds);
        Embargo.require(embargoMicros, horizonMicros);
    }

    @Override
    public List<Fold> split(EventTimes times, int[] rows) {
        return new CombinatorialPurged(folds, 1, embargoMicros, horizonMicros).split(times, rows);
    }
}

package dev.keelson.learn.split;

import dev.keelson.error.KeelsonException;
import java.util.List;

/** A way to part rows into ones to fit on and ones to judge by. Implementations are immutable and deterministic. */
public sealed interface Splitter permits KFold, GroupKFold, PurgedKFold, CombinatorialPurged, WalkForward {

    /**
     * The folds of some rows. The order in which the rows are given does not matter.
     *
     * @param rows positions in {@code times}, each at most once, in any order
     * @throws KeelsonException NOT_ENOUGH_ROWS when a fold would have no row to fit on or to judge by
     */
    List<Fold> split(EventTimes times, int[] rows);
}

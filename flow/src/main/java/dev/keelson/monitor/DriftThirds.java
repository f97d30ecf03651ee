package dev.keelson.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What persists in rows before which there are no windows: each third of them is judged by itself, and a column persists that two
 * thirds warn of.
 */
final class DriftThirds {
    private static final int COUNT = 3;
    private static final int ENOUGH = 2;

    private DriftThirds() {}

    /**
     * Each third of a column's rows; none where they are too few.
     *
     * @param values in order
     * @param whole what all of them say: where that is nothing, thirds are not looked at
     * @param minRows of each third
     */
    static List<ColumnFigures> of(ColumnProfile profile, double[] values, ColumnFigures whole, int minRows) {
        if (values.length < COUNT * minRows) {
            return List.of();
        }
        List<ColumnFigures> thirds = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            int from = (int) ((long) i * values.length / COUNT);
            int to = (int) ((i + 1L) * values.length / COUNT);
            thirds.add(
                    whole.material()
                            ? ColumnFigures.of(
                                    profile, ColumnProfile.sortedFinite(values, from, to), to - from, ColumnFigures.Size.EFFECTIVE)
                            : ColumnFigures.still(whole));
        }
        return thirds;
    }

    /**
     * The columns of which two thirds warn.
     *
     * @param wholes what all rows of each column say; stands for the thirds of columns without them, that they count among the others
     * @param thirds of each column, in order; empty for those that are too short
     */
    static Set<Integer> persistent(List<ColumnFigures> wholes, List<List<ColumnFigures>> thirds) {
        int[] warned = new int[wholes.size()];
        for (int i = 0; i < COUNT; i++) {
            List<ColumnFigures> part = new ArrayList<>();
            for (int c = 0; c < wholes.size(); c++) {
                part.add(thirds.get(c).isEmpty() ? ColumnFigures.still(wholes.get(c)) : thirds.get(c).get(i));
            }
            DriftCheck.warned(part).forEach(c -> warned[c]++);
        }
        Set<Integer> persistent = new TreeSet<>();
        for (int c = 0; c < warned.length; c++) {
            if (warned[c] >= ENOUGH) {
                persistent.add(c);
            }
        }
        return persistent;
    }
}

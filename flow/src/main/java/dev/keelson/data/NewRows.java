package dev.keelson.data;

import dev.keelson.frame.Frame;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which rows of a state of a table another state does not have. */
public final class NewRows {
    private NewRows() {}

    /**
     * Positions of the rows that are new or have another cell, ascending.
     *
     * @param before rows with the same columns, or null for none
     */
    public static int[] of(@Nullable Frame before, Frame after) {
        RowDigests digests = new RowDigests();
        RowIndex known = new RowIndex(before == null ? 0 : before.rows());
        if (before != null) {
            long[] old = digests.ofRows(before, before.schema().names());
            for (int row = 0; row < before.rows(); row++) {
                known.put(old[2 * row], old[2 * row + 1], 0, 0, row);
            }
        }
        long[] now = digests.ofRows(after, after.schema().names());
        int[] rows = new int[after.rows()];
        int count = 0;
        for (int row = 0; row < after.rows(); row++) {
            if (known.find(now[2 * row], now[2 * row + 1]) < 0) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }
}

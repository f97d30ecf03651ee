package dev.keelson.lineage;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;

/**
 * A question about one node.
 *
 * @param of a dataset version's, run's or prediction's id, {@code model@v3}, {@code view@v2}, the name of a view, a model or
 *     a source, {@code SOURCE:key} for a row, or {@code kind/name}
 * @param up whether to show where it came from
 * @param down whether to show what it led to
 * @param depth how many steps each way, 0 to {@value #MOST_STEPS}
 * @param limit at most so many neighbours of each node each way, 1 to {@value #MOST_NEIGHBOURS}
 * @param offset how many neighbours of the node itself to pass over, at least 0
 */
public record LineageQuery(String of, boolean up, boolean down, int depth, int limit, int offset) {
    /** How many steps are walked unless asked otherwise. */
    public static final int STEPS = 2;
    /** The most steps. */
    public static final int MOST_STEPS = 10;
    /** How many neighbours are shown unless asked otherwise. */
    public static final int NEIGHBOURS = 20;
    /** The most neighbours. */
    public static final int MOST_NEIGHBOURS = 1000;

    public LineageQuery {
        check("depth", depth, 0, MOST_STEPS);
        check("limit", limit, 1, MOST_NEIGHBOURS);
        check("offset", offset, 0, Integer.MAX_VALUE - MOST_NEIGHBOURS - 1);
        if (of.isBlank()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "There is no name of what is asked about.", null);
        }
    }

    /** Both ways, as far and as wide as usual. */
    public static LineageQuery around(String of) {
        return new LineageQuery(of, true, true, STEPS, NEIGHBOURS, 0);
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The %s (%d) is wrong; expected a whole number from %d to %d.".formatted(name, value, least, most),
                    null);
        }
    }
}

package dev.keelson.features.internal;

/**
 * How many events in a row, up to the newest applied one, met a condition. An event for which the condition is unknown
 * changes nothing. Events count in the order in which they became known.
 *
 * @param cell where the length is kept
 */
record StreakFold(int cell) implements Fold {
    /** @param condition 1 when met, 0 when not, NaN when unknown */
    void apply(KeyState state, double condition) {
        if (!Double.isNaN(condition)) {
            state.cell(cell, condition == 0 ? 0 : state.cell(cell) + 1);
        }
    }

    @Override
    public double read(KeyState state, long asOf) {
        return state.cell(cell);
    }
}

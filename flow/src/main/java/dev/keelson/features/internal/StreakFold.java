package dev.keelson.features.internal;

/**
 * How many events in a row, up to the newest applied one, met a condition. An event for which the condition is unknown
 * changes nothing. Events count in the order in which they became known.
 *
 * @param cell where the length is kept
 */
record StreakFold(int cell) implements ConditionFold {
    @Override
    public void initialise(long[] cells) {
        cells[cell] = 0;
    }

    @Override
    public void apply(KeyState state, long eventTime, double condition) {
        if (!Double.isNaN(condition)) {
            state.cell(cell, condition == 0 ? 0 : state.cell(cell) + 1);
        }
    }

    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        return state.cell(cell);
    }
}

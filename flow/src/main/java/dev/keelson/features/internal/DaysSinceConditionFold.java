package dev.keelson.features.internal;

import dev.keelson.frame.Micros;

/**
 * Days of 24 hours since the newest event that met a condition, with their fraction. The greatest of the times does not
 * depend on the order of the events.
 *
 * @param cell where the time of that event is kept
 */
record DaysSinceConditionFold(int cell) implements ConditionFold {
    @Override
    public void initialise(long[] cells) {
        cells[cell] = KeyState.NONE;
    }

    @Override
    public void apply(KeyState state, long eventTime, double condition) {
        if (condition == 1) {
            state.cell(cell, Math.max(state.cell(cell), eventTime));
        }
    }

    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        long newest = state.cell(cell);
        return newest == KeyState.NONE ? Double.NaN : (double) (asOf - newest) / Micros.PER_DAY;
    }
}

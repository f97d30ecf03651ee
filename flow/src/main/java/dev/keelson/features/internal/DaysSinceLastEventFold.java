package dev.keelson.features.internal;

import dev.keelson.frame.Micros;

/** Days of 24 hours since the newest event, with their fraction. */
record DaysSinceLastEventFold() implements Fold {
    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        return state.newestEvent() == KeyState.NONE
                ? Double.NaN
                : (double) (asOf - state.newestEvent()) / Micros.PER_DAY;
    }
}

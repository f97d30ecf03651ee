package dev.keelson.features.internal;

/**
 * The value of the n-th newest event.
 *
 * @param lane which value of the events
 * @param n counted from 1
 */
record LagFold(int lane, int n) implements Fold {
    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        return state.size() < n ? Double.NaN : state.value(state.size() - n, lane);
    }
}

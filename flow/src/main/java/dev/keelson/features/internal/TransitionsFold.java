package dev.keelson.features.internal;

/**
 * How likely one state follows another; see {@link dev.keelson.expression.Transitions}.
 *
 * @param lane the position of an event's state
 * @param states how many there are
 * @param target the state that may come
 * @param from the state to start from; -1 for that of the newest event that has one
 * @param smoothing added to every count
 * @param span the window
 */
record TransitionsFold(int lane, int states, int target, int from, double smoothing, Span span) implements Fold {
    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        int first = span.from(state, asOf);
        double start = from;
        for (int i = state.size() - 1; i >= first && start < 0; i--) {
            double position = state.value(i, lane);
            start = Double.isNaN(position) ? start : position;
        }
        if (start < 0) {
            return Double.NaN;
        }
        int left = 0;
        int reached = 0;
        double before = Double.NaN;
        for (int i = first; i < state.size(); i++) {
            double position = state.value(i, lane);
            if (Double.isNaN(position)) {
                continue;
            }
            if (before == start) {
                left++;
                reached += position == target ? 1 : 0;
            }
            before = position;
        }
        return (reached + smoothing) / (left + smoothing * states);
    }
}

package dev.keelson.features.internal;

import dev.keelson.expression.Window;
import dev.keelson.features.internal.KeyState.Computed;
import dev.keelson.frame.Micros;
import org.jspecify.annotations.Nullable;

/**
 * An exponentially weighted mean over a window, oldest event first; see {@link dev.keelson.expression.Ewm}. It depends on which
 * events the window holds alone, so a state that is read again is not gone through again.
 *
 * @param lane which value of the events
 * @param factor the weight of an event against the next one; NaN when the half-life is a time
 * @param decays weights by the time that passed; null when the half-life is a number of events
 * @param span the window
 */
record EwmFold(int lane, double factor, @Nullable Decays decays, Span span) implements Fold {
    static EwmFold of(int lane, Window halfLife, Span span) {
        return switch (halfLife) {
            case Window.LastEvents events -> new EwmFold(lane, StrictMath.pow(2, -1.0 / events.n()), null, span);
            case Window.Last time ->
                new EwmFold(lane, Double.NaN, new Decays(Math.max(1, Micros.of(time.duration()))), span);
        };
    }

    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        int from = span.from(state, asOf);
        Computed before = state.computed(this);
        if (before != null && before.from() == from) {
            return before.value();
        }
        double value = mean(state, from);
        state.computed(new Computed(this, from, value));
        return value;
    }

    private double mean(KeyState state, int from) {
        int to = state.size();
        double sum = 0;
        double weights = 0;
        for (int i = from; i < to; i++) {
            double decay = factor;
            if (decays != null && weights > 0) {
                // the weights of all events before shrink by the time that passed since the last one
                decay = decays.after(state.eventTime(i) - state.eventTime(i - 1));
            }
            if (weights > 0) {
                sum *= decay;
                weights *= decay;
            }
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                sum += value;
                weights += 1;
            }
        }
        return weights == 0 ? Double.NaN : sum / weights;
    }
}

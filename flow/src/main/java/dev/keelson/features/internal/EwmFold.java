package dev.keelson.features.internal;

import dev.keelson.expression.Window;
import dev.keelson.frame.Micros;

/**
 * An exponentially weighted mean over a window, oldest event first; see {@link dev.keelson.expression.Ewm}.
 *
 * @param lane which value of the events
 * @param factor the weight of an event against the next one; NaN when the half-life is a time
 * @param halfLifeMicros the half-life; 0 when it is a number of events
 * @param span the window
 */
record EwmFold(int lane, double factor, long halfLifeMicros, Span span) implements Fold {
    static EwmFold of(int lane, Window halfLife, Span span) {
        return switch (halfLife) {
            case Window.LastEvents events -> new EwmFold(lane, StrictMath.pow(2, -1.0 / events.n()), 0, span);
            case Window.Last time -> new EwmFold(lane, Double.NaN, Math.max(1, Micros.of(time.duration())), span);
        };
    }

    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        int from = span.from(state, asOf);
        Double noted = state.noted(this, from); // a mean of all events of a league has a power to compute for each
        if (noted == null) {
            noted = mean(state, from);
            state.note(this, from, noted);
        }
        return noted;
    }

    private double mean(KeyState state, int from) {
        int to = state.size();
        double sum = 0;
        double weights = 0;
        long before = 0;
        double decay = halfLifeMicros > 0 ? 1 : factor;
        for (int i = from; i < to; i++) {
            if (weights > 0) {
                if (halfLifeMicros > 0) {
                    // the weights of all events before shrink by the time that passed since the last one
                    long passed = state.eventTime(i) - state.eventTime(i - 1);
                    if (passed != before) {
                        decay = StrictMath.pow(2, -(double) passed / halfLifeMicros);
                        before = passed;
                    }
                }
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

package dev.keelson.features.internal;

import dev.keelson.expression.Indicator;

/**
 * One value of an indicator, computed anew from the newest events at every reading; see {@link Indicator}.
 *
 * @param indicator its kind and periods
 * @param output which of its values
 * @param lane which value of the events
 * @param events how many of the newest events are looked at
 */
record IndicatorFold(Indicator indicator, int output, int lane, int events) implements Fold {
    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        int from = Math.max(0, state.size() - events);
        return switch (indicator.kind()) {
            case EMA -> movingAverage(state, from, indicator.periods().getFirst());
            case RSI -> relativeStrength(state, from, indicator.periods().getFirst());
            case MACD -> convergence(state, from);
        };
    }

    private double movingAverage(KeyState state, int from, int period) {
        double alpha = 2.0 / (period + 1);
        double average = 0;
        int n = 0;
        for (int i = from; i < state.size(); i++) {
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                average = n == 0 ? value : average + alpha * (value - average);
                n++;
            }
        }
        return n < period ? Double.NaN : average;
    }

    private double relativeStrength(KeyState state, int from, int period) {
        double gain = 0;
        double loss = 0;
        double before = Double.NaN;
        int changes = 0;
        for (int i = from; i < state.size(); i++) {
            double value = state.value(i, lane);
            if (Double.isNaN(value)) {
                continue;
            }
            if (!Double.isNaN(before)) {
                double up = Math.max(0, value - before);
                double down = Math.max(0, before - value);
                changes++;
                if (changes <= period) {
                    gain += up;
                    loss += down;
                    if (changes == period) {
                        gain /= period;
                        loss /= period;
                    }
                } else {
                    gain = (gain * (period - 1) + up) / period;
                    loss = (loss * (period - 1) + down) / period;
                }
            }
            before = value;
        }
        if (changes < period) {
            return Double.NaN;
        }
        return gain + loss == 0 ? 50 : 100 * gain / (gain + loss);
    }

    private double convergence(KeyState state, int from) {
        int slowPeriod = indicator.periods().get(1);
        int signalPeriod = indicator.periods().get(2);
        double fastAlpha = 2.0 / (indicator.periods().get(0) + 1);
        double slowAlpha = 2.0 / (slowPeriod + 1);
        double signalAlpha = 2.0 / (signalPeriod + 1);
        double fast = 0;
        double slow = 0;
        double line = 0;
        double signal = 0;
        int n = 0;
        for (int i = from; i < state.size(); i++) {
            double value = state.value(i, lane);
            if (Double.isNaN(value)) {
                continue;
            }
            fast = n == 0 ? value : fast + fastAlpha * (value - fast);
            slow = n == 0 ? value : slow + slowAlpha * (value - slow);
            line = fast - slow;
            n++;
            if (n == slowPeriod) {
                signal = line;
            } else if (n > slowPeriod) {
                signal += signalAlpha * (line - signal);
            }
        }
        if (output == 0) {
            return n < slowPeriod ? Double.NaN : line;
        }
        if (n < slowPeriod + signalPeriod - 1) {
            return Double.NaN;
        }
        return output == 1 ? signal : line - signal;
    }
}

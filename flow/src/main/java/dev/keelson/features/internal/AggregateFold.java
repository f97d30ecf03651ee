package dev.keelson.features.internal;

import dev.keelson.expression.FoldExpression.Aggregate.Function;
import java.util.Arrays;

/**
 * An aggregate over a window of events, summed anew over the window's content, oldest first, at every reading, so that
 * it depends on the content alone and not on how it came about. Missing values (null or NaN) are skipped.
 *
 * @param function what is computed
 * @param lane which value of the events
 * @param lastEvents the window is the newest so many events; 0 when it is a period
 * @param micros the window is the events from {@code asOf - micros} on; 0 when it is a number of events
 */
record AggregateFold(Function function, int lane, int lastEvents, long micros) implements Fold {
    @Override
    public double read(KeyState state, long asOf) {
        int to = state.size();
        int from = lastEvents > 0 ? Math.max(0, to - lastEvents) : firstSince(state, asOf - micros);
        return switch (function) {
            case COUNT -> count(state, from, to);
            case SUM -> count(state, from, to) == 0 ? Double.NaN : sum(state, from, to);
            case MEAN, RATE -> sum(state, from, to) / count(state, from, to);
            case STD -> standardDeviation(state, from, to);
            case MIN -> minimum(state, from, to);
            case MAX -> maximum(state, from, to);
            case LAST -> last(state, from, to);
            case FIRST -> first(state, from, to);
            case DISTINCT -> distinct(state, from, to);
        };
    }

    private static int firstSince(KeyState state, long time) {
        int low = 0;
        int high = state.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (state.eventTime(middle) < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int count(KeyState state, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                count++;
            }
        }
        return count;
    }

    private double sum(KeyState state, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                sum += value;
            }
        }
        return sum;
    }

    /** In two passes: the sum of squared deviations from the mean does not cancel. */
    private double standardDeviation(KeyState state, int from, int to) {
        int count = count(state, from, to);
        if (count < 2) {
            return Double.NaN;
        }
        double mean = sum(state, from, to) / count;
        double squares = 0;
        for (int i = from; i < to; i++) {
            double deviation = state.value(i, lane) - mean;
            if (!Double.isNaN(deviation)) {
                squares += deviation * deviation;
            }
        }
        return Math.sqrt(squares / (count - 1));
    }

    private double minimum(KeyState state, int from, int to) {
        double least = Double.NaN;
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (!(value >= least) && !Double.isNaN(value)) {
                least = value;
            }
        }
        return least;
    }

    private double maximum(KeyState state, int from, int to) {
        double greatest = Double.NaN;
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (!(value <= greatest) && !Double.isNaN(value)) {
                greatest = value;
            }
        }
        return greatest;
    }

    private double last(KeyState state, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                return value;
            }
        }
        return Double.NaN;
    }

    private double first(KeyState state, int from, int to) {
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                return value;
            }
        }
        return Double.NaN;
    }

    private double distinct(KeyState state, int from, int to) {
        double[] values = new double[to - from];
        int n = 0;
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                values[n++] = value + 0.0; // the two zeros are one value
            }
        }
        Arrays.sort(values, 0, n);
        int distinct = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || values[i] != values[i - 1]) {
                distinct++;
            }
        }
        return distinct;
    }
}

package dev.keelson.features.internal;

import dev.keelson.expression.FoldExpression.Aggregate.Function;
import java.util.Arrays;

/**
 * An aggregate over a window of events, summed anew over the window's content, oldest first, at every reading, so that
 * it depends on the content alone and not on how it came about. Missing values (null or NaN) are skipped.
 *
 * @param function what is computed
 * @param lane which value of the events
 * @param span the window
 */
record AggregateFold(Function function, int lane, Span span) implements Fold {
    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        int to = state.size();
        int from = span.from(state, asOf);
        return switch (function) {
            case COUNT -> count(state, from, to);
            case SUM -> sum(state, from, to, false);
            case MEAN, RATE -> sum(state, from, to, true);
            case STD -> standardDeviation(state, from, to);
            case MIN -> minimum(state, from, to);
            case MAX -> maximum(state, from, to);
            case LAST -> last(state, from, to);
            case FIRST -> first(state, from, to);
            case DISTINCT -> distinct(state, from, to);
            case MEDIAN -> median(state, from, to);
            case MOMENTUM -> last(state, from, to) - beforeLast(state, from, to);
            case PCT_CHANGE -> change(beforeLast(state, from, to), last(state, from, to));
            case ZSCORE -> deviation(state, from, to);
            case VOLATILITY -> volatility(state, from, to);
        };
    }

    private int count(KeyState state, int from, int to) {
        double[] values = state.values();
        int lanes = state.lanes();
        int count = 0;
        int end = state.index(to, lane);
        for (int i = state.index(from, lane); i < end; i += lanes) {
            count += Double.isNaN(values[i]) ? 0 : 1;
        }
        return count;
    }

    /** The sum of the values, or their mean; NaN without any. */
    private double sum(KeyState state, int from, int to, boolean mean) {
        double[] values = state.values();
        int lanes = state.lanes();
        double sum = 0;
        int count = 0;
        int end = state.index(to, lane);
        for (int i = state.index(from, lane); i < end; i += lanes) {
            double value = values[i];
            if (!Double.isNaN(value)) {
                sum += value;
                count++;
            }
        }
        return count == 0 ? Double.NaN : mean ? sum / count : sum;
    }

    /** In two passes: the sum of squared deviations from the mean does not cancel. */
    private double standardDeviation(KeyState state, int from, int to) {
        double[] values = state.values();
        int lanes = state.lanes();
        double mean = sum(state, from, to, true);
        double squares = 0;
        int count = 0;
        int end = state.index(to, lane);
        for (int i = state.index(from, lane); i < end; i += lanes) {
            double deviation = values[i] - mean;
            if (!Double.isNaN(values[i])) {
                squares += deviation * deviation;
                count++;
            }
        }
        return count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1));
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

    private double median(KeyState state, int from, int to) {
        double[] values = new double[to - from];
        int n = 0;
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (!Double.isNaN(value)) {
                values[n++] = value;
            }
        }
        Arrays.sort(values, 0, n);
        return n == 0 ? Double.NaN : n % 2 == 1 ? values[n / 2] : values[n / 2 - 1] / 2 + values[n / 2] / 2;
    }

    /** The oldest value of the window; NaN when it is also the newest. */
    private double beforeLast(KeyState state, int from, int to) {
        return count(state, from, to) < 2 ? Double.NaN : first(state, from, to);
    }

    private static double change(double before, double after) {
        return before == 0 ? Double.NaN : after / before - 1;
    }

    private double deviation(KeyState state, int from, int to) {
        double deviation = standardDeviation(state, from, to);
        return deviation == 0 || minimum(state, from, to) == maximum(state, from, to)
                ? Double.NaN
                : (last(state, from, to) - sum(state, from, to, true)) / deviation;
    }

    private double volatility(KeyState state, int from, int to) {
        double[] changes = new double[to - from];
        int n = 0;
        double before = Double.NaN;
        double sum = 0;
        for (int i = from; i < to; i++) {
            double value = state.value(i, lane);
            if (Double.isNaN(value)) {
                continue;
            }
            double change = change(before, value);
            if (!Double.isNaN(change)) {
                changes[n++] = change;
                sum += change;
            }
            before = value;
        }
        if (n < 2) {
            return Double.NaN;
        }
        double mean = sum / n;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            squares += (changes[i] - mean) * (changes[i] - mean);
        }
        return Math.sqrt(squares / (n - 1));
    }
}

package dev.keelson.features.internal;

import dev.keelson.expression.PairedAggregate.Function;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate of two values over a window, computed anew from the window's content at every reading; see
 * {@link dev.keelson.expression.PairedAggregate}.
 *
 * @param function what is computed
 * @param first which value of the key's events
 * @param otherKey the key whose events hold the second value, or null for the same events
 * @param second which value of those events
 * @param span the window
 */
record PairedFold(Function function, int first, @Nullable String otherKey, int second, Span span) implements Fold {
    private static final int FEWEST_OF_CORRELATION = 3;

    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        KeyState other = otherKey == null ? state : others.of(otherKey);
        if (other == null) {
            return Double.NaN;
        }
        Pairs pairs = otherKey == null ? own(state, asOf) : aligned(state, other, asOf);
        return switch (function) {
            case RATIO -> pairs.ratio();
            case SPREAD -> pairs.spread();
            case CORR -> pairs.correlation();
        };
    }

    private Pairs own(KeyState state, long asOf) {
        int from = span.from(state, asOf);
        Pairs pairs = new Pairs(state.size() - from);
        for (int i = from; i < state.size(); i++) {
            pairs.add(state.value(i, first), state.value(i, second));
        }
        return pairs;
    }

    /** Both are in the order of event time; of several events at one time the last one counts. */
    private Pairs aligned(KeyState state, KeyState other, long asOf) {
        int i = span.from(state, asOf);
        int j = span.from(other, asOf);
        Pairs pairs = new Pairs(Math.min(state.size() - i, other.size() - j));
        while (i < state.size() && j < other.size()) {
            long time = state.eventTime(i);
            long otherTime = other.eventTime(j);
            if (time < otherTime || (i + 1 < state.size() && state.eventTime(i + 1) == time)) {
                i++;
            } else if (otherTime < time || (j + 1 < other.size() && other.eventTime(j + 1) == otherTime)) {
                j++;
            } else {
                pairs.add(state.value(i++, first), other.value(j++, second));
            }
        }
        return pairs;
    }

    /** Values side by side, oldest first. */
    private static final class Pairs {
        private double[] x;
        private double[] y;
        private int n;

        Pairs(int most) {
            x = new double[Math.max(0, most)];
            y = new double[x.length];
        }

        void add(double a, double b) {
            if (!Double.isNaN(a) && !Double.isNaN(b)) {
                if (n == x.length) {
                    x = Arrays.copyOf(x, n + 8);
                    y = Arrays.copyOf(y, n + 8);
                }
                x[n] = a;
                y[n++] = b;
            }
        }

        double ratio() {
            double below = sum(y);
            return n == 0 || below == 0 ? Double.NaN : sum(x) / below;
        }

        double spread() {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += x[i] - y[i];
            }
            return sum / n;
        }

        double correlation() {
            if (n < FEWEST_OF_CORRELATION || constant(x) || constant(y)) {
                return Double.NaN;
            }
            double meanX = sum(x) / n;
            double meanY = sum(y) / n;
            double xx = 0;
            double yy = 0;
            double xy = 0;
            for (int i = 0; i < n; i++) {
                double dx = x[i] - meanX;
                double dy = y[i] - meanY;
                xx += dx * dx;
                yy += dy * dy;
                xy += dx * dy;
            }
            double r = xy / (Math.sqrt(xx) * Math.sqrt(yy));
            return Double.isNaN(r) ? r : Math.max(-1, Math.min(1, r));
        }

        private boolean constant(double[] values) {
            for (int i = 1; i < n; i++) {
                if (values[i] != values[0]) {
                    return false;
                }
            }
            return true;
        }

        private double sum(double[] values) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += values[i];
            }
            return sum;
        }
    }
}

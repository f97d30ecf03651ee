package dev.keelson.console;

import java.util.Locale;

/**
 * A linear axis: data from {@code low} to {@code high} lie from pixel {@code from} to pixel {@code to}; its ticks are
 * 1, 2 or 5 times a power of ten apart.
 */
record Axis(double low, double high, double from, double to, double step) {

    /**
     * An axis that begins and ends at a tick.
     *
     * @param low smallest value to show, finite
     * @param high largest value to show, finite, at least {@code low}
     * @param ticks about how many steps
     */
    static Axis nice(double low, double high, double from, double to, int ticks) {
        double step = step(low, high, ticks);
        double first = Math.floor(low / step + 1e-9);
        double last = Math.ceil(high / step - 1e-9);
        if (!(last > first)) { // one value only: in the middle
            first -= 1;
            last += 1;
        }
        return new Axis(first * step, last * step, from, to, step);
    }

    /** An axis that covers just the data; ticks lie inside. */
    static Axis tight(double low, double high, double from, double to, int ticks) {
        return new Axis(low, high > low ? high : low + 1, from, to, step(low, high, ticks));
    }

    private static double step(double low, double high, int ticks) {
        double span = high > low ? high - low : Math.max(Math.abs(low) * 0.01, 1e-3);
        double raw = span / Math.max(1, ticks);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double unit = raw / power;
        return power * (unit < 1.5 ? 1 : unit < 3.5 ? 2 : unit < 7.5 ? 5 : 10);
    }

    double at(double value) {
        double share = (value - low) / (high - low);
        return from + Math.max(-0.02, Math.min(1.02, share)) * (to - from);
    }

    /** Values of the ticks, from the lowest. */
    double[] ticks() {
        long first = (long) Math.ceil(low / step - 1e-9);
        long last = (long) Math.floor(high / step + 1e-9);
        double[] ticks = new double[(int) Math.max(0, Math.min(100, last - first + 1))];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = (first + i) * step + 0.0;
        }
        return ticks;
    }

    /** A tick with just the decimals that the step needs. */
    String label(double tick) {
        if (step >= 10_000) {
            return String.format(Locale.ROOT, step < 1e9 ? "%,.0f" : "%.3g", tick);
        }
        int decimals = (int) Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) - 1e-9)));
        return String.format(Locale.ROOT, "%." + decimals + "f", tick);
    }

    /** A tick of a share as percent. */
    String percent(double tick) {
        int decimals = (int) Math.max(0, Math.min(7, Math.ceil(-Math.log10(step * 100) - 1e-9)));
        return String.format(Locale.ROOT, "%." + decimals + "f %%", 100 * tick);
    }
}

package dev.keelson.learn.bandit;

import java.util.Arrays;
import java.util.List;

/**
 * Brings a context to unit scale: an intercept, then each value less its mean over its standard deviation, at most 6 from
 * 0; a missing value is 0. Immutable; nobody changes the arrays.
 *
 * @param names of the values
 * @param means of each
 * @param scales of each, above 0
 */
record ContextScale(List<String> names, double[] means, double[] scales) {
    private static final double LIMIT = 6;

    ContextScale(List<String> names, double[] means, double[] scales) {
        this.names = List.copyOf(names);
        this.means = means;
        this.scales = scales;
        if (means.length != names.size() || scales.length != names.size()) {
            throw new IllegalArgumentException("%d names, %d means and %d scales were given; expected as many of each."
                    .formatted(names.size(), means.length, scales.length));
        }
        for (int c = 0; c < means.length; c++) {
            if (!Double.isFinite(means[c]) || !(scales[c] > 0 && scales[c] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("The mean (%s) and scale (%s) of %s must be finite, the scale above 0."
                        .formatted(means[c], scales[c], names.get(c)));
            }
        }
    }

    /** Leaves values as they are. */
    static ContextScale none(List<String> names) {
        double[] ones = new double[names.size()];
        Arrays.fill(ones, 1);
        return new ContextScale(names, new double[names.size()], ones);
    }

    /** By some rows; a value that is always the same or missing has scale 1. */
    static ContextScale of(List<String> names, double[][] rows) {
        double[] means = new double[names.size()];
        double[] scales = new double[names.size()];
        for (int c = 0; c < means.length; c++) {
            int known = 0;
            double sum = 0;
            for (double[] row : rows) {
                if (Double.isFinite(row[c])) {
                    known++;
                    sum += row[c];
                }
            }
            double mean = known == 0 ? 0 : sum / known;
            double squares = 0;
            for (double[] row : rows) {
                if (Double.isFinite(row[c])) {
                    squares += (row[c] - mean) * (row[c] - mean);
                }
            }
            double scale = known == 0 ? 0 : Math.sqrt(squares / known);
            means[c] = mean;
            scales[c] = scale > 1e-12 * (1 + Math.abs(mean)) ? scale : 1;
        }
        return new ContextScale(names, means, scales);
    }

    double[] apply(double[] context) {
        if (context.length != means.length) {
            throw new IllegalArgumentException(
                    "The context has %d values; expected %d: %s.".formatted(context.length, means.length, names));
        }
        double[] x = new double[means.length + 1];
        x[0] = 1;
        for (int c = 0; c < means.length; c++) {
            x[c + 1] = Double.isFinite(context[c])
                    ? Math.clamp((context[c] - means[c]) / scales[c], -LIMIT, LIMIT)
                    : 0;
        }
        return x;
    }
}

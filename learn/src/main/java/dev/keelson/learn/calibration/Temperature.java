package dev.keelson.learn.calibration;

import dev.keelson.learn.blend.ConvexLine;
import org.jspecify.annotations.Nullable;

/**
 * Temperature scaling: {@code softmax(ln p / T)}. T above 1 makes probabilities more alike, below 1 more certain; the
 * ranking of the classes stays.
 *
 * <p>T minimises the log loss, which is convex in 1 / T, between 0.05 and 20.
 *
 * <p>Source: Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017), On calibration of modern neural networks, ICML.
 */
public record Temperature() implements Calibrator {
    /** Probabilities below this count as this. */
    static final double SMALLEST = 1e-15;

    private static final double MOST = 20;
    private static final double TOLERANCE = 1e-10;

    @Override
    public CalibrationMethod method() {
        return CalibrationMethod.TEMPERATURE;
    }

    @Override
    public CalibrationMap fit(CalibrationRows rows) {
        return new TemperatureMap(fit(rows.p(), rows.classes(), rows.labels(), rows.weights()), rows.classes());
    }

    /**
     * The temperature with the least log loss. 1 when no temperature changes anything (all probabilities equal).
     *
     * @param p probabilities of rows that the model was not fitted on, {@code rows * classes}, row by row
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     */
    public static double fit(double[] p, int classes, int[] labels) {
        return fit(p, classes, labels, null);
    }

    /**
     * The temperature with the least weighted log loss.
     *
     * @param p probabilities of rows that the model was not fitted on, {@code rows * classes}, row by row
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param weights weight of each row, finite and at least 0 with a positive sum; null when every row counts 1
     */
    public static double fit(double[] p, int classes, int[] labels, double @Nullable [] weights) {
        if (classes < 2 || labels.length == 0 || p.length != (long) labels.length * classes) {
            throw new IllegalArgumentException(
                    "There are %d probabilities for %d rows of %d classes; at least one row is needed."
                            .formatted(p.length, labels.length, classes));
        }
        if (weights != null) {
            CalibrationRows.requireWeights(weights, labels.length);
        }
        double[] logs = new double[p.length];
        boolean flat = true;
        for (int i = 0; i < p.length; i++) {
            if (!(p[i] >= 0)) {
                throw new IllegalArgumentException("The probability of class %d in row %d (%s) must be at least 0."
                        .formatted(i % classes, i / classes, p[i]));
            }
            logs[i] = StrictMath.log(Math.max(SMALLEST, p[i]));
            flat &= p[i] == p[i / classes * classes];
        }
        if (flat) {
            return 1;
        }
        double sharpness = ConvexLine.minimise(
                (x, out) -> derivatives(logs, classes, labels, weights, x, out), 1 / MOST, MOST, 1, TOLERANCE);
        return 1 / sharpness;
    }

    private static void derivatives(
            double[] logs, int classes, int[] labels, double @Nullable [] weights, double sharpness, double[] out) {
        double first = 0;
        double second = 0;
        double total = 0;
        for (int i = 0; i < labels.length; i++) {
            int at = i * classes;
            double most = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) {
                most = Math.max(most, logs[at + k]);
            }
            double sum = 0;
            double mean = 0;
            double squares = 0;
            for (int k = 0; k < classes; k++) {
                double log = logs[at + k] - most;
                double e = StrictMath.exp(sharpness * log);
                sum += e;
                mean += e * log;
                squares += e * log * log;
            }
            mean /= sum;
            double weight = weights == null ? 1 : weights[i];
            first += weight * (mean - (logs[at + labels[i]] - most));
            second += weight * Math.max(0, squares / sum - mean * mean);
            total += weight;
        }
        out[0] = first / total;
        out[1] = second / total;
    }
}

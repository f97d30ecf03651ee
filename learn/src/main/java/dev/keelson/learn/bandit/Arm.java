package dev.keelson.learn.bandit;

/**
 * What is known of an action's reward, as a law of the coefficients: normal with the given mean and the covariance
 * {@code noise (L L')^-1}. Nobody changes the arrays.
 *
 * @param coefficients their mean, the intercept first
 * @param factor L, the Cholesky factor of the precision, lower triangle, row by row
 * @param noise variance of a reward around its mean, above 0
 * @param rows how many rewards it was learnt from
 */
record Arm(double[] coefficients, double[] factor, double noise, int rows) {
    Arm(double[] coefficients, double[] factor, double noise, int rows) {
        int width = coefficients.length;
        if (factor.length != width * width) {
            throw new IllegalArgumentException(
                    "The factor has %d values; expected %d x %d.".formatted(factor.length, width, width));
        }
        boolean sound = noise > 0 && noise < Double.POSITIVE_INFINITY && rows >= 0;
        for (int i = 0; i < width; i++) {
            sound &= Double.isFinite(coefficients[i]) && factor[i * width + i] > 0;
        }
        for (double value : factor) {
            sound &= Double.isFinite(value);
        }
        if (!sound) {
            throw new IllegalArgumentException(
                    "Coefficients, factor and noise (%s) must be finite, noise and the factor's diagonal above 0."
                            .formatted(noise));
        }
        this.coefficients = coefficients;
        this.factor = factor;
        this.noise = noise;
        this.rows = rows;
    }

    double mean(double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += coefficients[i] * x[i];
        }
        return sum;
    }

    /** Standard error of the mean. */
    double error(double[] x) {
        double sum = 0;
        for (double value : forward(factor, x)) {
            sum += value * value;
        }
        return Math.sqrt(noise * sum);
    }

    /** Solves L y = b. */
    static double[] forward(double[] factor, double[] b) {
        int width = b.length;
        double[] y = new double[width];
        for (int i = 0; i < width; i++) {
            double sum = b[i];
            for (int k = 0; k < i; k++) {
                sum -= factor[i * width + k] * y[k];
            }
            y[i] = sum / factor[i * width + i];
        }
        return y;
    }

    /** Solves L' y = b. */
    static double[] backward(double[] factor, double[] b) {
        int width = b.length;
        double[] y = new double[width];
        for (int i = width - 1; i >= 0; i--) {
            double sum = b[i];
            for (int k = i + 1; k < width; k++) {
                sum -= factor[k * width + i] * y[k];
            }
            y[i] = sum / factor[i * width + i];
        }
        return y;
    }
}

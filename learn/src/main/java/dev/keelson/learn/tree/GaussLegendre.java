package dev.keelson.learn.tree;

/**
 * Gauss-Legendre quadrature on [0, 1]: {@code n} points integrate polynomials of degree up to {@code 2n - 1} exactly.
 *
 * <p>Source: Abramowitz, M. and Stegun, I. A. (1964), Handbook of Mathematical Functions, 25.4.29; roots of the Legendre
 * polynomial by Newton's method.
 */
final class GaussLegendre {

    private GaussLegendre() {}

    /** Fills points, rising, and their weights, which sum to 1. */
    static void fill(double[] points, double[] weights) {
        int n = points.length;
        for (int i = 0; i < n; i++) {
            double x = StrictMath.cos(Math.PI * (i + 0.75) / (n + 0.5));
            double slope = 1;
            for (int step = 0; step < 100; step++) {
                double previous = 1;
                double value = x;
                for (int k = 2; k <= n; k++) {
                    double next = ((2 * k - 1) * x * value - (k - 1) * previous) / k;
                    previous = value;
                    value = next;
                }
                slope = n * (x * value - previous) / (x * x - 1);
                double move = value / slope;
                x -= move;
                if (Math.abs(move) < 1e-16) {
                    break;
                }
            }
            points[n - 1 - i] = (1 + x) / 2;
            weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
        }
    }
}

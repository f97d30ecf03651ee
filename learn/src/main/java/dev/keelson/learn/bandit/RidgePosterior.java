package dev.keelson.learn.bandit;

/**
 * Bayesian linear regression with the prior that coefficients are 0, updated row by row. The precision matrix
 * {@code ridge I + X'X} is held as its Cholesky factor, which a rank-one update keeps triangular and positive: no inverse
 * is ever formed. Not safe for use by several threads.
 *
 * <p>The variance of the noise is the mean square of what the coefficients leave, shrunk towards 1 by one row.
 *
 * <p>Source: Golub, G. H. and Van Loan, C. F. (2013), Matrix Computations, 4th edition, 6.5.4, for the update.
 */
final class RidgePosterior {
    private final int width;
    private final double[] factor; // lower triangle, row by row
    private final double[] moments;
    private double squares;
    private int rows;

    RidgePosterior(int width, double ridge) {
        this.width = width;
        this.factor = new double[width * width];
        this.moments = new double[width];
        double diagonal = Math.sqrt(ridge);
        for (int i = 0; i < width; i++) {
            factor[i * width + i] = diagonal;
        }
    }

    void add(double[] x, double reward) {
        double[] left = x.clone();
        for (int k = 0; k < width; k++) {
            double pivot = factor[k * width + k];
            double radius = Math.hypot(pivot, left[k]);
            double cosine = radius / pivot;
            double sine = left[k] / pivot;
            factor[k * width + k] = radius;
            for (int i = k + 1; i < width; i++) {
                double value = (factor[i * width + k] + sine * left[i]) / cosine;
                factor[i * width + k] = value;
                left[i] = cosine * left[i] - sine * value;
            }
            moments[k] += reward * x[k];
        }
        squares += reward * reward;
        rows++;
    }

    /** What is known so far. */
    Arm arm() {
        double[] half = Arm.forward(factor, moments);
        double explained = 0;
        for (double value : half) {
            explained += value * value;
        }
        double noise = (1 + Math.max(0, squares - explained)) / (1 + rows);
        return new Arm(Arm.backward(factor, half), factor.clone(), noise, rows);
    }
}

package dev.keelson.learn.logistic;

import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.preprocess.Preprocessing;

/**
 * Penalised log loss of a softmax regression, divided by the total weight of the rows. A point holds, for each class in
 * turn, the coefficients of the columns and then the intercept.
 *
 * <p>The Hessian at the start (coefficients 0, intercepts the log frequencies f) is {@code (diag(f) - f f') x X'WX};
 * with the eigenvectors of the small factor it falls apart into one ridge system for each eigenvalue, which are
 * factorised once and serve as the preconditioner. In the direction in which all classes move alike nothing changes,
 * and the step there is 0.
 *
 * <p>Rows are kept in blocks that fit the first caches, column by column. Sums have a fixed order.
 */
final class SoftmaxObjective implements LbfgsMinimiser.Objective {
    private static final int BLOCK = 256;
    private static final double NO_EIGENVALUE = 1e-12;
    /** No eigenvalue of {@code diag(p) - p p'} is larger. */
    private static final double HIGHEST_CURVATURE = 0.5;

    private final int rows;
    private final int width;
    private final int classes;
    private final double l2;
    private final double totalWeight;
    private final double[] x;
    private final double[] weights;
    private final int[] labels;
    private final double[] frequencies;
    private final double[] eigenvalues;
    private final double[] eigenvectors;
    private final double[][] factors;

    SoftmaxObjective(TrainingSet set, Preprocessing preprocessing, double l2) {
        this.rows = set.rows();
        this.width = preprocessing.width();
        this.classes = set.classes().size();
        this.l2 = l2;
        this.labels = set.labels();
        int blocks = (rows + BLOCK - 1) / BLOCK;
        this.x = new double[Math.multiplyExact(Math.multiplyExact(blocks, BLOCK), Math.max(1, width))];
        this.weights = new double[blocks * BLOCK]; // rows beyond the last have weight 0
        double[] row = new double[set.features().width()];
        double total = 0;
        for (int i = 0; i < rows; i++) {
            set.features().row(i, row);
            int at = i / BLOCK * BLOCK * width + i % BLOCK;
            for (int c = 0; c < width; c++) {
                x[at + c * BLOCK] = preprocessing.column(row, c);
            }
            weights[i] = set.weight(i);
            total += weights[i];
        }
        this.totalWeight = total;
        this.frequencies = set.classWeights();
        for (int k = 0; k < classes; k++) {
            frequencies[k] = (frequencies[k] + 1.0 / classes) / (total + 1);
        }
        this.eigenvalues = new double[classes];
        this.eigenvectors = new double[classes * classes];
        covarianceEigen();
        this.factors = factors(gram());
    }

    private void covarianceEigen() {
        double[] a = new double[classes * classes];
        for (int k = 0; k < classes; k++) {
            for (int m = 0; m < classes; m++) {
                a[k * classes + m] = (k == m ? frequencies[k] : 0) - frequencies[k] * frequencies[m];
            }
        }
        Symmetric.eigen(a, classes, eigenvalues, eigenvectors);
    }

    /** {@code X'WX / total weight}, lower triangle. */
    private double[] gram() {
        double[] gram = new double[width * width];
        double[] weighted = new double[BLOCK];
        for (int start = 0; start < weights.length; start += BLOCK) {
            for (int c = 0; c < width; c++) {
                int at = start * width + c * BLOCK;
                for (int r = 0; r < BLOCK; r++) {
                    weighted[r] = weights[start + r] * x[at + r];
                }
                for (int d = 0; d <= c; d++) {
                    gram[c * width + d] += dot(weighted, 0, x, start * width + d * BLOCK);
                }
            }
        }
        for (int i = 0; i < gram.length; i++) {
            gram[i] /= totalWeight;
        }
        return gram;
    }

    private double[][] factors(double[] gram) {
        double[][] all = new double[classes][];
        for (int e = 0; e < classes; e++) {
            double[] system = new double[gram.length];
            for (int i = 0; i < gram.length; i++) {
                system[i] = Math.max(0, eigenvalues[e]) * gram[i];
            }
            for (int c = 0; c < width; c++) {
                system[c * width + c] += l2 / totalWeight;
            }
            Symmetric.cholesky(system, width);
            all[e] = system;
        }
        return all;
    }

    /** A step along the gradient that is sure to lower the loss: 1 over a bound of the curvature without penalty. */
    double safeStep() {
        double squares = 1; // of the intercept
        for (int start = 0; start < weights.length; start += BLOCK) {
            for (int c = 0; c < width; c++) {
                int at = start * width + c * BLOCK;
                for (int r = 0; r < BLOCK; r++) {
                    squares += weights[start + r] * x[at + r] * x[at + r] / totalWeight;
                }
            }
        }
        return 1 / (HIGHEST_CURVATURE * squares);
    }

    @Override
    public double[] start() {
        double[] point = new double[classes * (width + 1)];
        double mean = 0;
        for (int k = 0; k < classes; k++) {
            mean += StrictMath.log(frequencies[k]) / classes;
        }
        for (int k = 0; k < classes; k++) {
            point[k * (width + 1) + width] = StrictMath.log(frequencies[k]) - mean;
        }
        return point;
    }

    @Override
    public double evaluate(double[] point, double[] gradient) {
        java.util.Arrays.fill(gradient, 0);
        double[] scores = new double[classes * BLOCK];
        double loss = 0;
        for (int start = 0; start < weights.length; start += BLOCK) {
            scores(point, start, scores);
            loss += residuals(start, scores);
            for (int k = 0; k < classes; k++) {
                int at = k * (width + 1);
                for (int c = 0; c < width; c++) {
                    gradient[at + c] += dot(scores, k * BLOCK, x, start * width + c * BLOCK);
                }
                double sum = 0;
                for (int r = 0; r < BLOCK; r++) {
                    sum += scores[k * BLOCK + r];
                }
                gradient[at + width] += sum;
            }
        }
        loss += averageRow(point, gradient);
        double squares = 0;
        for (int k = 0; k < classes; k++) {
            for (int c = 0; c < width; c++) {
                int i = k * (width + 1) + c;
                squares += point[i] * point[i];
                gradient[i] += l2 * point[i];
            }
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= totalWeight;
        }
        return (loss + l2 / 2 * squares) / totalWeight;
    }

    private void scores(double[] point, int start, double[] scores) {
        for (int k = 0; k < classes; k++) {
            int at = k * (width + 1);
            int to = k * BLOCK;
            java.util.Arrays.fill(scores, to, to + BLOCK, point[at + width]);
            for (int c = 0; c < width; c++) {
                double coefficient = point[at + c];
                int from = start * width + c * BLOCK;
                for (int r = 0; r < BLOCK; r++) {
                    scores[to + r] += coefficient * x[from + r];
                }
            }
        }
    }

    /**
     * Turns scores into weighted residuals {@code w * (p - 1[label])} and returns the weighted log loss of the block.
     */
    private double residuals(int start, double[] scores) {
        double loss = 0;
        for (int r = 0; r < BLOCK; r++) {
            double weight = weights[start + r];
            if (weight == 0) {
                for (int k = 0; k < classes; k++) {
                    scores[k * BLOCK + r] = 0;
                }
                continue;
            }
            int label = labels[start + r];
            double most = scores[r];
            for (int k = 1; k < classes; k++) {
                most = Math.max(most, scores[k * BLOCK + r]);
            }
            double own = scores[label * BLOCK + r] - most;
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                double e = StrictMath.exp(scores[k * BLOCK + r] - most);
                scores[k * BLOCK + r] = e;
                sum += e;
            }
            loss += weight * (StrictMath.log(sum) - own);
            double scale = weight / sum;
            for (int k = 0; k < classes; k++) {
                scores[k * BLOCK + r] *= scale;
            }
            scores[label * BLOCK + r] -= weight;
        }
        return loss;
    }

    /** The row of weight 1 at the average of the features that belongs to every class alike. */
    private double averageRow(double[] point, double[] gradient) {
        double most = Double.NEGATIVE_INFINITY;
        double mean = 0;
        for (int k = 0; k < classes; k++) {
            double intercept = point[k * (width + 1) + width];
            most = Math.max(most, intercept);
            mean += intercept / classes;
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += StrictMath.exp(point[k * (width + 1) + width] - most);
        }
        for (int k = 0; k < classes; k++) {
            int i = k * (width + 1) + width;
            gradient[i] += StrictMath.exp(point[i] - most) / sum - 1.0 / classes;
        }
        return most + StrictMath.log(sum) - mean;
    }

    @Override
    public void precondition(double[] vector, double[] out) {
        java.util.Arrays.fill(out, 0);
        double[] part = new double[width];
        for (int e = 0; e < classes; e++) {
            if (eigenvalues[e] < NO_EIGENVALUE) {
                continue;
            }
            java.util.Arrays.fill(part, 0);
            double intercept = 0;
            for (int k = 0; k < classes; k++) {
                double share = eigenvectors[k * classes + e];
                int at = k * (width + 1);
                for (int c = 0; c < width; c++) {
                    part[c] += share * vector[at + c];
                }
                intercept += share * vector[at + width];
            }
            Symmetric.solve(factors[e], width, part);
            intercept /= eigenvalues[e];
            for (int k = 0; k < classes; k++) {
                double share = eigenvectors[k * classes + e];
                int at = k * (width + 1);
                for (int c = 0; c < width; c++) {
                    out[at + c] += share * part[c];
                }
                out[at + width] += share * intercept;
            }
        }
    }

    /**
     * Dot product over one block, in four sums that are added last: a fixed order that still keeps the processor busy.
     */
    private static double dot(double[] a, int fromA, double[] b, int fromB) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        for (int r = 0; r < BLOCK; r += 4) {
            s0 += a[fromA + r] * b[fromB + r];
            s1 += a[fromA + r + 1] * b[fromB + r + 1];
            s2 += a[fromA + r + 2] * b[fromB + r + 2];
            s3 += a[fromA + r + 3] * b[fromB + r + 3];
        }
        return (s0 + s1) + (s2 + s3);
    }
}

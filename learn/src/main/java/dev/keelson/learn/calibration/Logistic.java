package dev.keelson.learn.calibration;

import java.util.Arrays;

/** The logistic function, its inverse, and logistic regression on at most two columns, the same on every machine. */
final class Logistic {
    /** How near a probability may come to 0 and 1 before a logarithm is taken. */
    static final double CLIP = 1e-12;

    private static final int MAX_STEPS = 200;
    private static final int MAX_HALVINGS = 60;

    /** Rounding of the mean loss, which must not stop a step near the minimum. */
    private static final double SLACK = 1e-14;

    /** Newton decrement, squared, at which a last step is taken. */
    private static final double SETTLED = 1e-20;

    private Logistic() {}

    static double clip(double p) {
        return Math.min(1 - CLIP, Math.max(CLIP, p));
    }

    static double logit(double p) {
        double clipped = clip(p);
        return StrictMath.log(clipped) - StrictMath.log1p(-clipped);
    }

    static double sigmoid(double z) {
        if (z >= 0) {
            return 1 / (1 + StrictMath.exp(-z));
        }
        double e = StrictMath.exp(z);
        return e / (1 + e);
    }

    /**
     * Weighted logistic regression by damped Newton steps on standardised columns.
     *
     * @param columns at most two; a constant one gets coefficient 0
     * @param target share of successes of each row, 0 to 1
     * @param weight of each row, positive in sum
     * @param ridge penalty on the squared coefficients of the standardised columns, for each unit of weight; 0 only
     *     where the targets lie inside (0, 1), so that the minimum is finite
     * @return the coefficients, then the intercept
     */
    static double[] fit(double[][] columns, double[] target, double[] weight, double ridge) {
        int n = target.length;
        int width = columns.length;
        double total = 0;
        for (double w : weight) {
            total += w;
        }
        double[] mean = new double[width];
        double[] scale = new double[width];
        double[][] standard = new double[width][n];
        for (int j = 0; j < width; j++) {
            mean[j] = mean(columns[j], weight, total);
            double squares = 0;
            double largest = 0;
            for (int i = 0; i < n; i++) {
                double distance = columns[j][i] - mean[j];
                squares += weight[i] * distance * distance;
                largest = Math.max(largest, Math.abs(columns[j][i]));
            }
            double deviation = Math.sqrt(squares / total);
            scale[j] = deviation > 1e-12 * largest ? deviation : 0;
            for (int i = 0; i < n && scale[j] > 0; i++) {
                standard[j][i] = (columns[j][i] - mean[j]) / scale[j];
            }
        }
        double[] beta = minimise(standard, target, weight, total, ridge);
        for (int j = 0; j < width; j++) {
            beta[j] = scale[j] > 0 ? beta[j] / scale[j] : 0;
            beta[width] -= beta[j] * mean[j];
        }
        return beta;
    }

    private static double mean(double[] values, double[] weight, double total) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += weight[i] * values[i];
        }
        return sum / total;
    }

    private static double[] minimise(double[][] x, double[] target, double[] weight, double total, double ridge) {
        int size = x.length + 1;
        double[] beta = new double[size];
        double share = clip(mean(target, weight, total));
        beta[size - 1] = StrictMath.log(share) - StrictMath.log1p(-share);
        double[] gradient = new double[size];
        double[][] hessian = new double[size][size];
        double loss = loss(x, target, weight, total, ridge, beta);
        for (int step = 0; step < MAX_STEPS; step++) {
            derivatives(x, target, weight, total, ridge, beta, gradient, hessian);
            double[] move = solve(hessian, gradient);
            double decrement = 0; // twice what the step should gain
            for (int j = 0; j < size; j++) {
                decrement += gradient[j] * move[j];
            }
            double[] next = new double[size];
            double better = Double.POSITIVE_INFINITY;
            double length = 1;
            for (int halving = 0; halving < MAX_HALVINGS; halving++) {
                for (int j = 0; j < size; j++) {
                    next[j] = beta[j] - length * move[j];
                }
                better = loss(x, target, weight, total, ridge, next);
                if (better <= loss + SLACK) {
                    break;
                }
                length /= 2;
            }
            if (!(better <= loss + SLACK)) {
                return beta; // no step helps
            }
            beta = next;
            loss = better;
            if (!(decrement > SETTLED)) { // the next step would be the square of this one
                return beta;
            }
        }
        return beta;
    }

    private static double score(double[][] x, double[] beta, int row) {
        double z = beta[x.length];
        for (int j = 0; j < x.length; j++) {
            z += beta[j] * x[j][row];
        }
        return z;
    }

    private static double loss(
            double[][] x, double[] target, double[] weight, double total, double ridge, double[] beta) {
        double sum = 0;
        for (int i = 0; i < target.length; i++) {
            double z = score(x, beta, i);
            sum += weight[i] * (Math.max(0, z) + StrictMath.log1p(StrictMath.exp(-Math.abs(z))) - target[i] * z);
        }
        double penalty = 0;
        for (int j = 0; j < x.length; j++) {
            penalty += ridge / 2 * beta[j] * beta[j];
        }
        return sum / total + penalty;
    }

    private static void derivatives(
            double[][] x,
            double[] target,
            double[] weight,
            double total,
            double ridge,
            double[] beta,
            double[] gradient,
            double[][] hessian) {
        int width = x.length;
        Arrays.fill(gradient, 0);
        for (double[] row : hessian) {
            Arrays.fill(row, 0);
        }
        double[] value = new double[width + 1];
        value[width] = 1;
        for (int i = 0; i < target.length; i++) {
            for (int j = 0; j < width; j++) {
                value[j] = x[j][i];
            }
            double p = sigmoid(score(x, beta, i));
            double first = weight[i] / total * (p - target[i]);
            double second = weight[i] / total * p * (1 - p);
            for (int j = 0; j <= width; j++) {
                gradient[j] += first * value[j];
                for (int k = 0; k <= j; k++) {
                    hessian[j][k] += second * value[j] * value[k];
                }
            }
        }
        for (int j = 0; j < width; j++) {
            gradient[j] += ridge * beta[j];
            hessian[j][j] += ridge;
        }
    }

    /** Solves by Cholesky's method, only the lower triangle being read; directions without curvature get no move. */
    private static double[] solve(double[][] matrix, double[] right) {
        int size = right.length;
        double[][] lower = new double[size][size];
        for (int j = 0; j < size; j++) {
            double pivot = matrix[j][j];
            for (int k = 0; k < j; k++) {
                pivot -= lower[j][k] * lower[j][k];
            }
            if (!(pivot > 1e-300)) {
                continue; // a constant column: its row stays 0
            }
            lower[j][j] = Math.sqrt(pivot);
            for (int i = j + 1; i < size; i++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i][k] * lower[j][k];
                }
                lower[i][j] = sum / lower[j][j];
            }
        }
        double[] solution = right.clone();
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < i; k++) {
                solution[i] -= lower[i][k] * solution[k];
            }
            solution[i] = lower[i][i] > 0 ? solution[i] / lower[i][i] : 0;
        }
        for (int i = size - 1; i >= 0; i--) {
            for (int k = i + 1; k < size; k++) {
                solution[i] -= lower[k][i] * solution[k];
            }
            solution[i] = lower[i][i] > 0 ? solution[i] / lower[i][i] : 0;
        }
        return solution;
    }
}

package dev.keelson.learn.logistic;

/** Small dense symmetric matrices, row by row in one array. */
final class Symmetric {
    private static final int MAX_SWEEPS = 60;

    private Symmetric() {}

    /**
     * Replaces the lower triangle of a positive definite matrix by its Cholesky factor.
     *
     * @throws IllegalArgumentException if the matrix is not positive definite
     */
    static void cholesky(double[] a, int n) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i * n + j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i * n + k] * a[j * n + k];
                }
                if (i > j) {
                    a[i * n + j] = sum / a[j * n + j];
                } else if (sum > 0) {
                    a[i * n + i] = Math.sqrt(sum);
                } else {
                    throw new IllegalArgumentException(
                            "The matrix is not positive definite: pivot %d is %s.".formatted(i, sum));
                }
            }
        }
    }

    /** Solves in place with a factor of {@link #cholesky}. */
    static void solve(double[] factor, int n, double[] b) {
        for (int i = 0; i < n; i++) {
            double sum = b[i];
            for (int k = 0; k < i; k++) {
                sum -= factor[i * n + k] * b[k];
            }
            b[i] = sum / factor[i * n + i];
        }
        for (int i = n - 1; i >= 0; i--) {
            double sum = b[i];
            for (int k = i + 1; k < n; k++) {
                sum -= factor[k * n + i] * b[k];
            }
            b[i] = sum / factor[i * n + i];
        }
    }

    /**
     * Eigenvalues and orthonormal eigenvectors by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations,
     * 8.5).
     *
     * @param a the matrix, destroyed
     * @param vectors receives eigenvector e as column e
     */
    static void eigen(double[] a, int n, double[] values, double[] vectors) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                vectors[i * n + j] = i == j ? 1 : 0;
            }
        }
        for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
            double off = 0;
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    off += Math.abs(a[p * n + q]);
                    rotate(a, n, p, q, vectors);
                }
            }
            if (off == 0) {
                break;
            }
        }
        for (int i = 0; i < n; i++) {
            values[i] = a[i * n + i];
        }
    }

    private static void rotate(double[] a, int n, int p, int q, double[] vectors) {
        double apq = a[p * n + q];
        if (Math.abs(apq) < Double.MIN_NORMAL) {
            a[p * n + q] = 0;
            a[q * n + p] = 0;
            return;
        }
        double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        for (int k = 0; k < n; k++) {
            double kp = a[k * n + p];
            double kq = a[k * n + q];
            a[k * n + p] = c * kp - s * kq;
            a[k * n + q] = s * kp + c * kq;
        }
        for (int k = 0; k < n; k++) {
            double pk = a[p * n + k];
            double qk = a[q * n + k];
            a[p * n + k] = c * pk - s * qk;
            a[q * n + k] = s * pk + c * qk;
        }
        a[p * n + q] = 0;
        a[q * n + p] = 0;
        for (int k = 0; k < n; k++) {
            double kp = vectors[k * n + p];
            double kq = vectors[k * n + q];
            vectors[k * n + p] = c * kp - s * kq;
            vectors[k * n + q] = s * kp + c * kq;
        }
    }
}

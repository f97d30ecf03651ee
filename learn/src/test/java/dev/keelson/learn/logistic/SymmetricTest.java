package dev.keelson.learn.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SymmetricTest {

    @Test
    void solveInvertsTheProduct() {
        int n = 6;
        double[] a = positive(n, 3);
        double[] x = {1, -2, 3, -4, 5, -6};
        double[] b = product(a, n, x);

        Symmetric.cholesky(a, n);
        Symmetric.solve(a, n, b);

        for (int i = 0; i < n; i++) {
            assertThat(b[i]).isCloseTo(x[i], within(1e-9));
        }
    }

    @Test
    void eigenvectorsAreScaledByTheirValues() {
        int n = 5;
        double[] a = positive(n, 4);
        double[] values = new double[n];
        double[] vectors = new double[n * n];

        Symmetric.eigen(a.clone(), n, values, vectors);

        for (int e = 0; e < n; e++) {
            double[] v = new double[n];
            for (int i = 0; i < n; i++) {
                v[i] = vectors[i * n + e];
            }
            double[] image = product(a, n, v);
            for (int i = 0; i < n; i++) {
                assertThat(image[i]).isCloseTo(values[e] * v[i], within(1e-10));
            }
        }
    }

    @Test
    void indefiniteMatrixIsRefused() {
        assertThatThrownBy(() -> Symmetric.cholesky(new double[] {1, 2, 2, 1}, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double[] positive(int n, long seed) {
        Random random = new Random(seed);
        double[] b = random.doubles((long) n * n, -1, 1).toArray();
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    a[i * n + j] += b[i * n + k] * b[j * n + k];
                }
            }
            a[i * n + i] += 0.1;
        }
        return a;
    }

    private static double[] product(double[] a, int n, double[] x) {
        double[] b = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                b[i] += a[i * n + j] * x[j];
            }
        }
        return b;
    }
}

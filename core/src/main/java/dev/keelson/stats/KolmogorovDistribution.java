package dev.keelson.stats;

import java.util.Arrays;

/**
 * Law of the one-sample two-sided Kolmogorov-Smirnov statistic for a finite sample.
 *
 * <p>Source: Simard, R. and L'Ecuyer, P. (2011), Computing the two-sided Kolmogorov-Smirnov distribution, Journal of
 * Statistical Software 39(11), with the choice of method per region that SciPy makes ({@code scipy.stats.kstwo}):
 * Durbin's matrix algorithm (Marsaglia, Tsang, Wang 2003), Pomeranz (1974), Pelz and Good (1976), twice the exact
 * one-sided law (Miller 1956).
 */
final class KolmogorovDistribution {

    private static final double SCALE = 0x1p128;
    private static final double UNSCALE = 0x1p-128;
    private static final int SCALE_BITS = 128;
    private static final double PI2 = Math.PI * Math.PI;
    private static final double PI4 = PI2 * PI2;
    private static final double PI6 = PI4 * PI2;
    private static final double SQRT_2PI = Math.sqrt(2 * Math.PI);
    private static final double HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
    private static final double MIN_LOG = -708;

    private KolmogorovDistribution() {}

    /**
     * Probability that the statistic exceeds {@code d}.
     *
     * @param d statistic, 0 to 1
     * @param n sample size, at least 1
     */
    static double sf(double d, long n) {
        if (d >= 1) {
            return 0;
        }
        if (d <= 0) {
            return 1;
        }
        double t = n * d;
        if (t <= 1) { // Ruben and Gambino
            if (t <= 0.5) {
                return 1;
            }
            double product;
            if (n <= 140) {
                product = 1;
                for (int i = 1; i <= n; i++) {
                    product *= i * (1.0 / n) * (2 * t - 1);
                }
            } else {
                product = Math.exp(
                        0.5 * Math.log((double) n) - n + HALF_LOG_2PI + stirlingError(n) + n * Math.log(2 * t - 1));
            }
            return clip(1 - product);
        }
        if (t >= n - 1) { // Ruben and Gambino
            return clip(2 * Math.pow(1 - d, (double) n));
        }
        if (d >= 0.5) {
            return clip(2 * oneSided(d, n));
        }
        double nd2 = t * d;
        if (n <= 140) {
            if (nd2 <= 0.754693) {
                return clip(1 - durbin(d, (int) n));
            }
            if (nd2 <= 4) {
                return clip(1 - pomeranz(d, (int) n));
            }
            return clip(2 * oneSided(d, n));
        }
        if (nd2 >= 370) {
            return 0;
        }
        if (nd2 >= 2.2) {
            return clip(2 * oneSided(d, n));
        }
        double cdf = n <= 100_000 && n * Math.pow(d, 1.5) <= 1.4 ? durbin(d, (int) n) : pelzGood(d, n);
        return clip(1 - cdf);
    }

    private static double clip(double p) {
        return Math.max(0, Math.min(1, p));
    }

    /**
     * Exact one-sided law (Birnbaum and Tingey 1951): sum over j of
     * {@code C(n,j) * d * (d + j/n)^(j-1) * (1 - d - j/n)^(n-j)}. Each term is {@code d / a} times a binomial
     * probability with success probability {@code a = d + j/n}, evaluated by Loader's saddle-point form, which keeps
     * full relative precision for any n.
     */
    static double oneSided(double d, long n) {
        double t = n * d;
        double sum = Math.exp(n * Math.log1p(-d));
        double stirlingN = stirlingError(n);
        long last = (long) Math.floor(n - t);
        // Terms rise to a mode in the middle and fall again, so each half stops when what is left cannot matter.
        long middle = Math.min(Math.max(last / 2, 1), last);
        for (long j = middle; j >= 1; j--) {
            double term = oneSidedTerm(j, n, d, t, stirlingN);
            sum += term;
            if (term * j < sum * 1e-18) {
                break;
            }
        }
        for (long j = middle + 1; j <= last; j++) {
            double term = oneSidedTerm(j, n, d, t, stirlingN);
            sum += term;
            if (term * (last - j) < sum * 1e-18) {
                break;
            }
        }
        return sum;
    }

    private static double oneSidedTerm(long j, long n, double d, double t, double stirlingN) {
        double rest = n - j;
        if (rest - t <= 0) {
            return 0;
        }
        double exponent = stirlingN
                - stirlingError(j)
                - stirlingError(n - j)
                + j * Math.log1p(t / j)
                + rest * Math.log1p(-t / rest);
        return d / (d + (double) j / n) * Math.exp(exponent) * Math.sqrt(n / (j * rest)) / SQRT_2PI;
    }

    /** log(n!) minus its Stirling approximation. */
    private static double stirlingError(long n) {
        if (n < 16) {
            double factorial = 1;
            for (int i = 2; i <= n; i++) {
                factorial *= i;
            }
            return n == 0 ? 0 : Math.log(factorial) - (n + 0.5) * Math.log((double) n) + n - HALF_LOG_2PI;
        }
        double r = 1.0 / n;
        double r2 = r * r;
        return r
                * (1.0 / 12
                        - r2
                                * (1.0 / 360
                                        - r2
                                                * (1.0 / 1260
                                                        - r2
                                                                * (1.0 / 1680
                                                                        - r2 * (1.0 / 1188 - r2 * 691.0 / 360360)))));
    }

    /** Distribution function by Durbin's matrix algorithm. */
    private static double durbin(double d, int n) {
        double nd = n * d;
        int k = (int) Math.ceil(nd);
        double h = k - nd;
        int m = 2 * k - 1;
        double[] v = new double[m];
        double[] w = new double[m];
        double factor = 1;
        for (int j = 1; j <= m; j++) {
            w[j - 1] = factor;
            factor /= j; // may underflow, which does no harm
            v[j - 1] = (1 - Math.pow(h, j)) * factor;
        }
        v[m - 1] = (1 + Math.pow(Math.max(2 * h - 1, 0), m) - 2 * Math.pow(h, m)) * factor;
        double[] matrix = new double[m * m];
        for (int i = 1; i < m; i++) {
            for (int row = i - 1; row < m; row++) {
                matrix[row * m + i] = w[row - i + 1];
            }
        }
        for (int row = 0; row < m; row++) {
            matrix[row * m] = v[row];
        }
        for (int column = 0; column < m; column++) {
            matrix[(m - 1) * m + column] = v[m - 1 - column];
        }
        double[] power = new double[m * m];
        for (int i = 0; i < m; i++) {
            power[i * m + i] = 1;
        }
        int exponent = 0;
        int matrixExponent = 0;
        for (int left = n; left > 0; left >>= 1) {
            if ((left & 1) == 1) {
                power = multiply(power, matrix, m);
                exponent += matrixExponent;
            }
            matrix = multiply(matrix, matrix, m);
            matrixExponent *= 2;
            if (Math.abs(matrix[(k - 1) * m + k - 1]) > SCALE) {
                for (int i = 0; i < matrix.length; i++) {
                    matrix[i] *= UNSCALE;
                }
                matrixExponent += SCALE_BITS;
            }
        }
        double p = power[(k - 1) * m + k - 1];
        for (int i = 1; i <= n; i++) {
            p = i * p / n;
            if (Math.abs(p) < UNSCALE) {
                p *= SCALE;
                exponent -= SCALE_BITS;
            }
        }
        return exponent == 0 ? p : Math.scalb(p, exponent);
    }

    private static double[] multiply(double[] a, double[] b, int m) {
        double[] product = new double[m * m];
        for (int i = 0; i < m; i++) {
            for (int k = 0; k < m; k++) {
                double left = a[i * m + k];
                for (int j = 0; j < m; j++) {
                    product[i * m + j] += left * b[k * m + j];
                }
            }
        }
        return product;
    }

    /** Distribution function by the recursion of Pomeranz. */
    private static double pomeranz(double d, int n) {
        double t = n * d;
        int floor = (int) Math.floor(t);
        double f = t - floor;
        double g = Math.min(f, 1 - f);
        int ceil = f > 0 ? 1 : 0;
        int round = f > 0.5 ? 1 : 0;
        int size = 2 * (floor + 1);
        double[] powers = new double[size];
        double[] twice = new double[size];
        double[] rest = new double[size];
        powers[0] = 1;
        twice[0] = 1;
        rest[0] = 1;
        for (int m = 1; m < size; m++) {
            powers[m] = powers[m - 1] * (g / n) / m;
            twice[m] = twice[m - 1] * (2 * g / n) / m;
            rest[m] = rest[m - 1] * ((1 - 2 * g) / n) / m;
        }
        double[] previous = new double[size];
        double[] row = new double[size];
        row[0] = 1;
        int previousStart = 0;
        int start = 0;
        int exponent = 0;
        int first = firstOfRow(0, n, floor, ceil, round);
        for (int i = 1; i < 2 * n + 2; i++) {
            int firstBefore = first;
            double[] swap = previous;
            previous = row;
            row = swap;
            int swapStart = previousStart;
            previousStart = start;
            start = swapStart;
            Arrays.fill(row, 0);
            first = firstOfRow(i, n, floor, ceil, round);
            int last = lastOfRow(i, n, floor, ceil, round);
            double[] kernel = i == 1 || i == 2 * n + 1 ? powers : (i % 2 == 1 ? twice : rest);
            int length = last - firstBefore + 1;
            if (length > 0) {
                double max = 0;
                for (int out = 0; out <= last - first; out++) {
                    int at = out + first - firstBefore;
                    double sum = 0;
                    for (int j = 0; j <= Math.min(at, length - 1); j++) {
                        int from = firstBefore - previousStart + j;
                        if (from < size && at - j < size) {
                            sum += previous[from] * kernel[at - j];
                        }
                    }
                    row[out] = sum;
                    max = Math.max(max, sum);
                }
                if (max > 0 && max < UNSCALE) {
                    for (int j = 0; j < size; j++) {
                        row[j] *= SCALE;
                    }
                    exponent -= SCALE_BITS;
                }
                start = previousStart + first - firstBefore;
            }
        }
        double answer = row[n - start];
        for (int m = 1; m <= n; m++) {
            if (Math.abs(answer) > SCALE) {
                answer *= UNSCALE;
                exponent += SCALE_BITS;
            }
            answer *= m;
        }
        return exponent == 0 ? answer : Math.scalb(answer, exponent);
    }

    private static int firstOfRow(int i, int n, int floor, int ceil, int round) {
        int half = (i + 1) / 2;
        int first;
        if (i == 0) {
            first = -floor - ceil - 1;
        } else if (i % 2 == 1) {
            first = half == n + 1 ? n - floor - ceil - 1 : half - 1 - floor - round - 1;
        } else {
            first = half - 1 - floor - 1;
        }
        return Math.max(first + 2, 0);
    }

    private static int lastOfRow(int i, int n, int floor, int ceil, int round) {
        int half = (i + 1) / 2;
        int last;
        if (i == 0) {
            last = floor + ceil - 1;
        } else if (i % 2 == 1) {
            last = half == n + 1 ? n + floor + ceil - 1 : half + floor - 1 + ceil - 1;
        } else {
            last = half + floor + round - 1;
        }
        return Math.min(last, n);
    }

    /** Distribution function by the expansion of Pelz and Good. */
    private static double pelzGood(double d, long n) {
        double z = Math.sqrt((double) n) * d;
        double z2 = z * z;
        double z3 = z2 * z;
        double z4 = z2 * z2;
        double z6 = z4 * z2;
        double logQ = -PI2 / 8 / z2;
        if (logQ < MIN_LOG) {
            return 0;
        }
        double q = Math.exp(logQ);
        double k1a = -z2;
        double k1b = PI2 / 4;
        double k2a = 6 * z6 + 2 * z4;
        double k2b = (2 * z4 - 5 * z2) * PI2 / 4;
        double k2c = PI4 * (1 - 2 * z2) / 16;
        double k3d = PI6 * (5 - 30 * z2) / 64;
        double k3c = PI4 * (-60 * z2 + 212 * z4) / 16;
        double k3b = PI2 * (135 * z4 - 96 * z6) / 4;
        double k3a = -30 * z6 - 90 * z4 * z4;
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int terms = (int) Math.ceil(16 * z / Math.PI);
        for (int k = terms; k > 0; k--) {
            double m = 2 * k - 1;
            double m2 = m * m;
            double m4 = m2 * m2;
            double m6 = m4 * m2;
            double power = Math.pow(q, 8 * k);
            s0 = s0 * power + 1;
            s1 = s1 * power + k1a + k1b * m2;
            s2 = s2 * power + k2a + k2b * m2 + k2c * m4;
            s3 = s3 * power + k3a + k3b * m2 + k3c * m4 + k3d * m6;
        }
        s0 *= q * SQRT_2PI / z;
        s1 *= q * SQRT_2PI / (6 * z4);
        s2 *= q * SQRT_2PI / (72 * z4 * z3);
        s3 *= q * SQRT_2PI / (6480 * z4 * z6);
        double logStep = -PI2 / 2 / z2;
        double extra2 = 0;
        double extra3 = 0;
        for (int k = terms; k > 0; k--) {
            double k2 = (double) k * k;
            double power = Math.exp(logStep * k2);
            extra2 += k2 * power;
            extra3 += (3 * z2 - PI2 * k2) * k2 * power;
        }
        s2 += extra2 * PI2 * SQRT_2PI / (-36 * z3);
        s3 += extra3 * PI2 * SQRT_2PI / (216 * z6);
        double root = Math.sqrt((double) n);
        return s0 + s1 / root + s2 / n + s3 / (n * root);
    }
}

package dev.keelson.learn.tune;

import java.util.Arrays;

/**
 * Covariance matrix adaptation evolution strategy in ask-and-tell form, with negative weights, over the unit cube.
 *
 * <p>Source: Hansen, N. (2016), The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772, figure 6 and table 1. Not
 * thread-safe.
 */
final class CmaEs {
    private static final double FIRST_SIGMA = 1.0 / 6;
    private static final double LEAST_EIGENVALUE = 1e-20;

    private final int n;
    private final int lambda;
    private final double[] weights;
    private final int mu;
    private final double muEff;
    private final double c1;
    private final double cMu;
    private final double cSigma;
    private final double dSigma;
    private final double cC;
    private final double chi;

    private final double[] mean;
    private double sigma = FIRST_SIGMA;
    private final double[][] covariance;
    private final double[] pathC;
    private final double[] pathSigma;
    private int generation;
    private double[][] basis;
    private double[] scales;

    CmaEs(int dimensions) {
        n = dimensions;
        lambda = populationSize(n);
        mu = lambda / 2;
        double[] raw = new double[lambda];
        for (int i = 0; i < lambda; i++) {
            raw[i] = StrictMath.log((lambda + 1) / 2.0) - StrictMath.log(i + 1);
        }
        muEff = effective(raw, 0, mu);
        double muEffNegative = effective(raw, mu, lambda);
        c1 = 2 / ((n + 1.3) * (n + 1.3) + muEff);
        cMu = Math.min(1 - c1, 2 * (0.25 + muEff + 1 / muEff - 2) / ((n + 2.0) * (n + 2) + muEff));
        cSigma = (muEff + 2) / (n + muEff + 5);
        dSigma = 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma;
        cC = (4 + muEff / n) / (n + 4 + 2 * muEff / n);
        chi = Math.sqrt(n) * (1 - 1 / (4.0 * n) + 1 / (21.0 * n * n));
        double negativeSum = Math.min(
                Math.min(1 + c1 / cMu, 1 + 2 * muEffNegative / (muEff + 2)), (1 - c1 - cMu) / (n * cMu));
        weights = normalised(raw, negativeSum);
        mean = new double[n];
        Arrays.fill(mean, 0.5);
        covariance = new double[n][n];
        for (int i = 0; i < n; i++) {
            covariance[i][i] = 1;
        }
        pathC = new double[n];
        pathSigma = new double[n];
        basis = covariance;
        scales = new double[n];
        decompose();
    }

    /** Points of a generation. */
    static int populationSize(int dimensions) {
        return 4 + (int) (3 * StrictMath.log(dimensions));
    }

    private static double effective(double[] raw, int from, int to) {
        double sum = 0;
        double squares = 0;
        for (int i = from; i < to; i++) {
            sum += raw[i];
            squares += raw[i] * raw[i];
        }
        return sum * sum / squares;
    }

    private static double[] normalised(double[] raw, double negativeSum) {
        double positive = 0;
        double negative = 0;
        for (double weight : raw) {
            positive += Math.max(weight, 0);
            negative += Math.max(-weight, 0);
        }
        double[] weights = new double[raw.length];
        for (int i = 0; i < raw.length; i++) {
            weights[i] = raw[i] >= 0 ? raw[i] / positive : raw[i] / negative * negativeSum;
        }
        return weights;
    }

    private void decompose() {
        SymmetricEigen eigen = new SymmetricEigen(covariance);
        basis = eigen.vectors;
        for (int i = 0; i < n; i++) {
            scales[i] = Math.sqrt(Math.max(eigen.values[i], LEAST_EIGENVALUE));
        }
    }

    /** Mean of the present distribution. */
    double mean(int coordinate) {
        return mean[coordinate];
    }

    /** Step size of the present distribution. */
    double sigma() {
        return sigma;
    }

    /** Covariance of the present distribution, before the step size. */
    double covariance(int i, int j) {
        return covariance[i][j];
    }

    /**
     * A point of the present distribution, not yet confined to the cube.
     *
     * @param least standard deviation that each coordinate has at least
     */
    double[] draw(Draws draws, double[] least) {
        double[] step = new double[n];
        for (int k = 0; k < n; k++) {
            double length = scales[k] * StandardNormal.quantile(draws.inside());
            for (int i = 0; i < n; i++) {
                step[i] += basis[i][k] * length;
            }
        }
        double[] point = new double[n];
        for (int i = 0; i < n; i++) {
            double deviation = sigma * Math.sqrt(Math.max(covariance[i][i], LEAST_EIGENVALUE));
            point[i] = mean[i] + sigma * step[i] * Math.max(1, least[i] / deviation);
        }
        return point;
    }

    /**
     * Learns from a generation.
     *
     * @param points as many as {@link #populationSize}, best first
     */
    void tell(double[][] points) {
        double[][] steps = new double[lambda][n];
        double[] mid = new double[n];
        for (int i = 0; i < lambda; i++) {
            for (int j = 0; j < n; j++) {
                steps[i][j] = (points[i][j] - mean[j]) / sigma;
                mid[j] += i < mu ? weights[i] * steps[i][j] : 0;
            }
        }
        double[] whitened = whitened(mid);
        double gain = Math.sqrt(cSigma * (2 - cSigma) * muEff);
        double squares = 0;
        for (int j = 0; j < n; j++) {
            mean[j] += sigma * mid[j];
            pathSigma[j] = (1 - cSigma) * pathSigma[j] + gain * whitened[j];
            squares += pathSigma[j] * pathSigma[j];
        }
        generation++;
        double length = Math.sqrt(squares);
        sigma *= StrictMath.exp(Math.min(1, cSigma / dSigma * (length / chi - 1)));
        double settled = Math.sqrt(1 - StrictMath.pow(1 - cSigma, 2.0 * generation));
        boolean steady = length / settled < (1.4 + 2.0 / (n + 1)) * chi;
        for (int j = 0; j < n; j++) {
            pathC[j] = (1 - cC) * pathC[j] + (steady ? Math.sqrt(cC * (2 - cC) * muEff) * mid[j] : 0);
        }
        adapt(steps, steady);
        decompose();
    }

    private void adapt(double[][] steps, boolean steady) {
        double[] scaled = new double[lambda];
        double sum = 0;
        for (int i = 0; i < lambda; i++) {
            sum += weights[i];
            scaled[i] = weights[i];
            if (weights[i] < 0) {
                double squares = 0;
                for (double each : whitened(steps[i])) {
                    squares += each * each;
                }
                scaled[i] *= n / Math.max(squares, LEAST_EIGENVALUE);
            }
        }
        double lost = steady ? 0 : cC * (2 - cC);
        double kept = 1 + c1 * lost - c1 - cMu * sum;
        for (int a = 0; a < n; a++) {
            for (int b = 0; b <= a; b++) {
                double value = kept * covariance[a][b] + c1 * pathC[a] * pathC[b];
                for (int i = 0; i < lambda; i++) {
                    value += cMu * scaled[i] * steps[i][a] * steps[i][b];
                }
                covariance[a][b] = value;
                covariance[b][a] = value;
            }
        }
    }

    /** The inverse square root of the covariance times a vector. */
    private double[] whitened(double[] vector) {
        double[] result = new double[n];
        for (int k = 0; k < n; k++) {
            double along = 0;
            for (int i = 0; i < n; i++) {
                along += basis[i][k] * vector[i];
            }
            along /= scales[k];
            for (int i = 0; i < n; i++) {
                result[i] += basis[i][k] * along;
            }
        }
        return result;
    }
}

package dev.keelson.learn.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogisticPropertyTest {

    private static double loss(double[][] x, double[] target, double[] weight, double[] beta) {
        double sum = 0;
        double total = 0;
        for (int i = 0; i < target.length; i++) {
            double z = beta[x.length];
            for (int j = 0; j < x.length; j++) {
                z += beta[j] * x[j][i];
            }
            sum += weight[i] * (Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z))) - target[i] * z);
            total += weight[i];
        }
        return sum / total;
    }

    /** Probabilities from almost 0 to almost 1, sometimes few distinct ones, weights of very different sizes. */
    @Test
    void noNeighbourOfTheFitIsBetter() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int n = 3 + random.nextInt(40);
            int distinct = 1 + random.nextInt(10);
            double spread = Math.pow(10, random.nextInt(3) - 1);
            double[][] x = new double[2][n];
            double[] target = new double[n];
            double[] weight = new double[n];
            double softness = 0.02 + 0.1 * random.nextDouble();
            for (int i = 0; i < n; i++) {
                double score = random.nextBoolean() ? spread * random.nextGaussian() : random.nextInt(distinct);
                double p = Logistic.clip(Logistic.sigmoid(score));
                x[0][i] = Math.log(p);
                x[1][i] = -Math.log1p(-p);
                target[i] = random.nextDouble() < p ? 1 - softness : softness;
                weight[i] = Math.pow(10, random.nextInt(4) - 2);
            }

            double[] beta = Logistic.fit(x, target, weight, 0);

            double best = loss(x, target, weight, beta);
            assertThat(best).as("seed %d", seed).isFinite();
            for (int j = 0; j < 3; j++) {
                for (double step : new double[] {-1e-2, -1e-4, 1e-4, 1e-2}) {
                    double[] moved = beta.clone();
                    moved[j] += step;
                    assertThat(loss(x, target, weight, moved))
                            .as("seed %d, coefficient %d", seed, j)
                            .isGreaterThanOrEqualTo(best - 1e-13);
                }
            }
        }
    }

    @Test
    void probabilitiesOfZeroAndOneGiveFiniteCurves() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int n = 2 + random.nextInt(20);
            double[] p = new double[n];
            int[] labels = new int[n];
            for (int i = 0; i < n; i++) {
                p[i] = random.nextInt(3) / 2.0;
                labels[i] = i < 2 ? i : random.nextInt(2);
            }
            CalibrationRows rows = CalibrationRows.binary(p, labels, null);

            for (Calibrator calibrator : new Calibrator[] {new Platt(), new Beta(), new VennAbers()}) {
                double[] corrected = calibrator.fit(rows).applied(rows.p());

                for (double value : corrected) {
                    assertThat(value).as("%s, seed %d", calibrator, seed).isBetween(0.0, 1.0);
                }
            }
        }
    }
}

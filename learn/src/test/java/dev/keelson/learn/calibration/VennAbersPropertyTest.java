package dev.keelson.learn.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VennAbersPropertyTest {

    /** The definition itself: an isotonic fit with the new row among the others. */
    private static double direct(double[] p, int[] labels, double[] weights, double at, int outcome) {
        int n = p.length;
        double[] x = Arrays.copyOf(p, n + 1);
        double[] y = new double[n + 1];
        double[] w = Arrays.copyOf(weights, n + 1);
        for (int i = 0; i < n; i++) {
            y[i] = labels[i];
        }
        x[n] = at;
        y[n] = outcome;
        w[n] = 1;
        return IsotonicCurve.fit(x, y, w).at(at);
    }

    @Test
    void stepsAreThoseOfTheDefinitionForEveryScore() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int n = 1 + random.nextInt(25);
            int steps = 2 + random.nextInt(30);
            double tilt = random.nextDouble();
            double[] p = new double[n];
            int[] labels = new int[n];
            double[] weights = new double[n];
            boolean weighted = seed % 2 == 1;
            for (int i = 0; i < n; i++) {
                p[i] = random.nextInt(steps + 1) / (double) steps;
                labels[i] = random.nextDouble() < tilt * p[i] + (1 - tilt) * random.nextDouble() ? 1 : 0;
                weights[i] = weighted ? 0.2 + 2 * random.nextDouble() : 1;
            }
            double mean = Arrays.stream(weights).sum() / n;
            double[] scaled = Arrays.stream(weights).map(w -> w / mean).toArray();

            VennAbersMap map = new VennAbers().fit(CalibrationRows.binary(p, labels, weighted ? weights : null));

            for (int k = 0; k <= 2 * steps; k++) {
                double at = k / (2.0 * steps);
                ProbabilityRange range = map.range(at);
                assertThat(range.lower())
                        .as("seed %d at %s", seed, at)
                        .isCloseTo(direct(p, labels, scaled, at, 0), within(1e-12));
                assertThat(range.upper())
                        .as("seed %d at %s", seed, at)
                        .isCloseTo(direct(p, labels, scaled, at, 1), within(1e-12));
                assertThat(range.merged()).isBetween(range.lower(), range.upper());
            }
        }
    }

    @Test
    void oneRowIsEnough() {
        VennAbersMap map = new VennAbers().fit(CalibrationRows.binary(new double[] {0.4}, new int[] {1}, null));

        assertThat(map.range(0.4)).isEqualTo(new ProbabilityRange(0.5, 1));
        assertThat(map.range(0.3)).isEqualTo(new ProbabilityRange(0, 1));
        assertThat(map.range(0.5)).isEqualTo(new ProbabilityRange(0.5, 1));
    }

    @Test
    void oneOfTheTwoProbabilitiesIsCalibrated() {
        Random random = new Random(5);
        double sumSelected = 0;
        double sumOutcome = 0;
        int repetitions = 2_000;
        for (int r = 0; r < repetitions; r++) {
            double[] p = new double[20];
            int[] labels = new int[20];
            for (int i = 0; i < 20; i++) {
                p[i] = random.nextDouble();
                labels[i] = random.nextDouble() < p[i] * p[i] ? 1 : 0;
            }
            double score = random.nextDouble();
            int outcome = random.nextDouble() < score * score ? 1 : 0;

            ProbabilityRange range =
                    new VennAbers().fit(CalibrationRows.binary(p, labels, null)).range(score);

            sumSelected += outcome == 1 ? range.upper() : range.lower();
            sumOutcome += outcome;
        }

        assertThat(sumSelected / repetitions).isCloseTo(sumOutcome / repetitions, within(0.04));
    }

    @Test
    void pairOfTwoClassesIsTheTwoClassMap() {
        Random random = new Random(3);
        double[] p = new double[90];
        int[] labels = new int[30];
        double[] second = new double[30];
        for (int i = 0; i < 30; i++) { // class 2 never has mass nor rows
            second[i] = random.nextDouble();
            p[3 * i] = 1 - second[i];
            p[3 * i + 1] = second[i];
            labels[i] = random.nextInt(2);
        }

        VennAbersMap three = new VennAbers().fit(new CalibrationRows(p, 3, labels, null));
        VennAbersMap two = new VennAbers().fit(CalibrationRows.binary(second, labels, null));

        double[] vector = {0.3, 0.7, 0};
        assertThat(three.range(vector, 1, 0)).isEqualTo(two.range(0.7));
        assertThat(three.range(vector, 0, 1).upper())
                .isEqualTo(1 - two.range(0.7).lower());
        assertThat(three.range(vector, 2, 0).lower()).isEqualTo(0);
        assertThat(three.range(vector, 2, 0).upper()).isLessThan(0.2);
    }

    @Test
    void couplingReturnsTheProbabilitiesThatPairsAgreeOn() {
        // many rows of one vector, with labels in its proportions: each pair's steps merge to almost its share
        int n = 30_000;
        double[] p = new double[3 * n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            p[3 * i] = 0.2;
            p[3 * i + 1] = 0.3;
            p[3 * i + 2] = 0.5;
            labels[i] = i % 10 < 2 ? 0 : i % 10 < 5 ? 1 : 2;
        }

        double[] corrected =
                new VennAbers().fit(new CalibrationRows(p, 3, labels, null)).applied(new double[] {0.2, 0.3, 0.5});

        assertThat(corrected).containsExactly(new double[] {0.2, 0.3, 0.5}, within(1e-3));
    }
}

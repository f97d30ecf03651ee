package dev.keelson.learn.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogLinearPoolTest {
    private static final int N = 800;

    /** Forecasts of three classes: softmax of a known signal times {@code clarity} plus noise. */
    private static double[] forecasts(double[][] truth, double noise, long seed) {
        Random random = new Random(seed);
        double[] p = new double[truth.length * 3];
        for (int i = 0; i < truth.length; i++) {
            double[] scores = new double[3];
            for (int k = 0; k < 3; k++) {
                scores[k] = truth[i][k] + noise * random.nextGaussian();
            }
            LogLinearPool.normalise(scores, 1);
            System.arraycopy(scores, 0, p, i * 3, 3);
        }
        return p;
    }

    private static double[][] truth(long seed) {
        Random random = new Random(seed);
        double[][] scores = new double[N][3];
        for (double[] row : scores) {
            for (int k = 0; k < 3; k++) {
                row[k] = random.nextGaussian();
            }
        }
        return scores;
    }

    private static int[] draw(double[][] truth, long seed) {
        Random random = new Random(seed);
        int[] labels = new int[truth.length];
        for (int i = 0; i < labels.length; i++) {
            double[] p = truth[i].clone();
            LogLinearPool.normalise(p, 1);
            double u = random.nextDouble();
            labels[i] = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
        }
        return labels;
    }

    private static double loss(List<double[]> members, double[] weights, int[] labels) {
        double[] p = LogLinearPool.combine(members, weights, 3, 1);
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            sum -= Math.log(p[i * 3 + labels[i]]);
        }
        return sum / labels.length;
    }

    @Test
    void oneMemberHasAllTheWeight() {
        double[][] truth = truth(1);

        assertThat(LogLinearPool.fit(List.of(forecasts(truth, 1, 2)), 3, draw(truth, 3)))
                .containsExactly(1.0);
    }

    @Test
    void weightsAreABetterPointThanAnyOnAGrid() {
        double[][] truth = truth(4);
        int[] labels = draw(truth, 5);
        List<double[]> members = List.of(forecasts(truth, 0.5, 6), forecasts(truth, 0.6, 7), forecasts(truth, 1.5, 8));

        double[] weights = LogLinearPool.fit(members, 3, labels);

        assertThat(weights[0] + weights[1] + weights[2]).isCloseTo(1, within(1e-12));
        double fitted = loss(members, weights, labels);
        for (int a = 0; a <= 20; a++) {
            for (int b = 0; a + b <= 20; b++) {
                double[] grid = {a / 20.0, b / 20.0, (20 - a - b) / 20.0};
                assertThat(fitted).isLessThanOrEqualTo(loss(members, grid, labels) + 1e-12);
            }
        }
    }

    @Test
    void uselessMemberGetsNothing() {
        double[][] truth = truth(9);
        List<double[]> members = List.of(forecasts(truth, 0.2, 10), forecasts(truth(99), 1, 11));

        assertThat(LogLinearPool.fit(members, 3, draw(truth, 12))[1]).isLessThan(0.05);
    }

    @Test
    void equalMembersShareEqually() {
        double[][] truth = truth(13);
        double[] p = forecasts(truth, 1, 14);

        assertThat(LogLinearPool.fit(List.of(p, p.clone()), 3, draw(truth, 15))).containsExactly(0.5, 0.5);
    }

    @Test
    void certaintyThatFailsIsFinite() {
        List<double[]> members = List.of(new double[] {1, 0, 0, 1, 0, 0}, new double[] {0.3, 0.3, 0.4, 0.3, 0.3, 0.4});

        double[] weights = LogLinearPool.fit(members, 3, new int[] {1, 0});

        assertThat(weights[0]).isBetween(0.0, 1.0);
        assertThat(LogLinearPool.combine(members, weights, 3, 1)).doesNotContain(Double.NaN);
    }
}

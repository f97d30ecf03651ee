package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Metrics of classes, numbers and money against scikit-learn and SciPy; the tables tell version and tolerance. */
final class LearningMetricsGoldenTest {

    private static final Offset<Double> EXACT = within(1e-12);

    @Test
    void twoClassScoresAgreeWithScikitLearnOnTiesAndWeights() {
        for (Golden row : Golden.rows("metrics/binary.csv")) {
            double[] scores = row.numbers(0);
            int[] labels = row.wholes(1);
            boolean[] positive = positive(labels);
            double[] weights = row.numbers(2);

            ScoreCurve curve = ScoreCurve.of(scores, positive, weights);
            ConfusionMatrix counts = ConfusionMatrix.at(scores, positive, 0.5);

            assertThat(curve.rocArea()).hasValueCloseTo(row.number(3), EXACT);
            assertThat(curve.averagePrecision()).hasValueCloseTo(row.number(4), EXACT);
            assertThat(counts.precision(1)).isCloseTo(row.number(5), EXACT);
            assertThat(counts.recall(1)).isCloseTo(row.number(6), EXACT);
            assertThat(counts.f1(1)).isCloseTo(row.number(7), EXACT);
            assertThat(counts.matthews()).isCloseTo(row.number(8), EXACT);
            assertThat(counts.balancedAccuracy()).isCloseTo(row.number(9), EXACT);
            assertThat(counts.weightedF1()).isCloseTo(row.number(10), EXACT);
            assertThat(WeightedMean.of(LogLoss.perRow(pairs(scores), 2, labels), weights))
                    .isCloseTo(row.number(11), within(1e-9));
        }
    }

    @Test
    void severalClassesAgreeWithScikitLearn() {
        for (Golden row : Golden.rows("metrics/several_classes.csv")) {
            ConfusionMatrix counts = ConfusionMatrix.of(row.numbers(1), row.whole(0), row.wholes(2));

            assertThat(counts.matthews()).isCloseTo(row.number(3), EXACT);
            assertThat(counts.balancedAccuracy()).isCloseTo(row.number(4), EXACT);
            assertThat(counts.macroF1()).isCloseTo(row.number(5), EXACT);
            assertThat(counts.weightedF1()).isCloseTo(row.number(6), EXACT);
            assertThat(counts.accuracy()).isCloseTo(row.number(7), EXACT);
        }
    }

    @Test
    void regressionErrorsAgreeWithScikitLearn() {
        for (Golden row : Golden.rows("metrics/regression.csv")) {
            double[] predictions = row.numbers(0);
            double[] targets = row.numbers(1);
            double[] weights = row.numbers(2);

            RegressionErrors errors = RegressionErrors.of(predictions, targets, weights);

            assertThat(errors.rmse()).isCloseTo(row.number(3), EXACT);
            assertThat(errors.mae()).isCloseTo(row.number(4), EXACT);
            assertThat(errors.r2()).isCloseTo(row.number(5), EXACT);
            assertThat(WeightedMean.of(RegressionErrors.pinballPerRow(predictions, targets, 0.1), weights))
                    .isCloseTo(row.number(6), EXACT);
            assertThat(WeightedMean.of(RegressionErrors.pinballPerRow(predictions, targets, 0.9), weights))
                    .isCloseTo(row.number(7), EXACT);
        }
    }

    @Test
    void ratiosOfReturnsAgreeWithSciPy() {
        for (Golden row : Golden.rows("metrics/returns.csv")) {
            double[] returns = row.numbers(0);

            assertThat(SharpeRatio.of(returns)).hasValueCloseTo(row.number(3), within(1e-10));
            assertThat(SharpeRatio.probability(returns, 0)).hasValueCloseTo(row.number(4), within(1e-10));
            assertThat(SharpeRatio.expectedMaximum(row.whole(1), row.number(2)))
                    .isCloseTo(row.number(5), within(1e-10));
            assertThat(SharpeRatio.deflated(returns, row.whole(1), row.number(2)))
                    .hasValueCloseTo(row.number(6), within(1e-10));
            assertThat(SortinoRatio.of(returns, 0)).hasValueCloseTo(row.number(7), within(1e-10));
        }
    }

    @Test
    void simultaneousKellyGrowsNoSlowerThanANumericalOptimum() {
        for (Golden row : Golden.rows("metrics/simultaneous_kelly.csv")) {
            int[] outcomes = row.wholes(0);
            double[][] p = split(row.numbers(1), outcomes);
            double[][] odds = split(row.numbers(2), outcomes);
            List<SimultaneousKelly.Event> events = new ArrayList<>();
            for (int e = 0; e < outcomes.length; e++) {
                events.add(new SimultaneousKelly.Event(p[e], odds[e]));
            }

            double[][] stakes = SimultaneousKelly.stakes(events, 42);

            double left = 1 - Arrays.stream(stakes).flatMapToDouble(Arrays::stream).sum();
            assertThat(growth(p, odds, stakes, 0, 1, left)).isCloseTo(row.number(3), within(1e-7));
        }
    }

    private static double[][] split(double[] values, int[] lengths) {
        double[][] parts = new double[lengths.length][];
        int from = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Arrays.copyOfRange(values, from, from + lengths[i]);
            from += lengths[i];
        }
        return parts;
    }

    /** Expected log wealth over all joint outcomes, event by event. */
    private static double growth(
            double[][] p, double[][] odds, double[][] stakes, int event, double probability, double wealth) {
        if (event == p.length) {
            return probability == 0 ? 0 : probability * Math.log(wealth);
        }
        double rest = 1 - Arrays.stream(p[event]).sum();
        double sum = growth(p, odds, stakes, event + 1, probability * rest, wealth);
        for (int c = 0; c < p[event].length; c++) {
            double won = stakes[event][c] * odds[event][c];
            sum += growth(p, odds, stakes, event + 1, probability * p[event][c], wealth + won);
        }
        return sum;
    }

    private static boolean[] positive(int[] labels) {
        boolean[] positive = new boolean[labels.length];
        for (int i = 0; i < labels.length; i++) {
            positive[i] = labels[i] == 1;
        }
        return positive;
    }

    private static double[] pairs(double[] scores) {
        double[] p = new double[2 * scores.length];
        for (int i = 0; i < scores.length; i++) {
            double clipped = Math.min(1 - 1e-9, Math.max(1e-9, scores[i]));
            p[2 * i] = 1 - clipped;
            p[2 * i + 1] = clipped;
        }
        return p;
    }
}

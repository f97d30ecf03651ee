package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ScoresTest {

    @Test
    void perfectForecastScoresZeroAndCertainMistakeStaysFinite() {
        double[] perfect = {1, 0, 0, 0, 0, 1};
        int[] labels = {0, 2};

        assertThat(LogLoss.of(perfect, 3, labels)).isZero();
        assertThat(Brier.of(perfect, 3, labels)).isZero();
        assertThat(Rps.of(perfect, 3, labels)).isZero();
        assertThat(LogLoss.of(perfect, 3, new int[] {1, 1})).isCloseTo(-Math.log(1e-15), within(1e-9));
        assertThat(Brier.of(perfect, 3, new int[] {2, 0})).isEqualTo(2);
        assertThat(Rps.of(perfect, 3, new int[] {2, 0})).isEqualTo(1);
    }

    @Test
    void uniformForecastOfThreeClassesHasKnownScores() {
        double[] p = {1 / 3.0, 1 / 3.0, 1 / 3.0};

        assertThat(LogLoss.of(p, 3, new int[] {1})).isCloseTo(Math.log(3), within(1e-12));
        assertThat(Brier.of(p, 3, new int[] {1})).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(Rps.of(p, 3, new int[] {1})).isCloseTo(1 / 9.0, within(1e-12));
        assertThat(Rps.of(p, 3, new int[] {0})).isCloseTo(5 / 18.0, within(1e-12));
    }

    @Test
    void rankedScorePunishesTheFartherMiss() {
        double[] home = {0.8, 0.15, 0.05};

        assertThat(Rps.of(home, 3, new int[] {2})).isGreaterThan(Rps.of(home, 3, new int[] {1}));
    }

    @Test
    void scoresOfRowsAverageToTheScore() {
        double[] p = {0.5, 0.3, 0.2, 0.1, 0.6, 0.3};
        int[] labels = {0, 2};

        double[] rows = LogLoss.perRow(p, 3, labels);

        assertThat(rows).containsExactly(new double[] {-Math.log(0.5), -Math.log(0.3)}, within(1e-12));
        assertThat((rows[0] + rows[1]) / 2).isCloseTo(LogLoss.of(p, 3, labels), within(1e-12));
    }

    @Test
    void wrongShapesAndValuesAreRefused() {
        assertThatThrownBy(() -> LogLoss.of(new double[] {0.5}, 2, new int[] {0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 probabilities for 1 rows of 2 classes");
        assertThatThrownBy(() -> Brier.of(new double[] {0.5, Double.NaN}, 2, new int[] {0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("class 1 in row 0 (NaN)");
        assertThatThrownBy(() -> Rps.of(new double[] {0.5, 0.5}, 2, new int[] {2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("label of row 0 (2)");
        assertThatThrownBy(() -> Accuracy.of(new double[0], 2, new int[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reliabilityOfCalibratedForecastsLiesOnTheDiagonal() {
        SplittableRandom random = new SplittableRandom(1);
        int n = 20_000;
        double[] p = new double[2 * n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            p[2 * i] = random.nextDouble();
            p[2 * i + 1] = 1 - p[2 * i];
            labels[i] = random.nextDouble() < p[2 * i] ? 0 : 1;
        }

        ReliabilityBins width = ReliabilityBins.ofClass(p, 2, labels, 0, ReliabilityBins.Binning.EQUAL_WIDTH, 10);
        ReliabilityBins count = ReliabilityBins.ofClass(p, 2, labels, 0, ReliabilityBins.Binning.EQUAL_COUNT, 10);

        assertThat(width.bins()).hasSize(10);
        assertThat(width.bins().stream().mapToLong(ReliabilityBins.Bin::count).sum())
                .isEqualTo(n);
        assertThat(count.bins())
                .hasSize(10)
                .allSatisfy(bin -> assertThat(bin.count()).isEqualTo(n / 10));
        assertThat(width.bins().stream()
                        .filter(bin -> bin.observed().contains(bin.meanForecast()))
                        .count())
                .isGreaterThanOrEqualTo(8);
        assertThat(width.ece()).isLessThan(0.02);
        assertThat(width.maxError()).isGreaterThanOrEqualTo(width.ece());
        assertThat(Ece.equalCount(p, 2, labels)).isLessThan(0.02);
    }

    @Test
    void equalProbabilitiesStayInOneBinOfEqualCount() {
        double[] p = {0.6, 0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4};

        ReliabilityBins bins =
                ReliabilityBins.ofClass(p, 2, new int[] {0, 0, 1, 1}, 0, ReliabilityBins.Binning.EQUAL_COUNT, 3);

        assertThat(bins.bins()).hasSize(1);
        assertThat(bins.bins().getFirst().count()).isEqualTo(4);
        assertThat(bins.ece()).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void confusionMatrixCountsAndRates() {
        double[] p = {0.9, 0.1, 0, 0.2, 0.7, 0.1, 0.6, 0.3, 0.1, 0.1, 0.1, 0.8};

        ConfusionMatrix matrix = ConfusionMatrix.of(p, 3, new int[] {0, 1, 1, 2});

        assertThat(matrix.count(1, 0)).isEqualTo(1);
        assertThat(matrix.precision(0)).isEqualTo(0.5);
        assertThat(matrix.recall(1)).isEqualTo(0.5);
        assertThat(matrix.f1(1)).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(matrix.macroF1()).isCloseTo((2 / 3.0 + 2 / 3.0 + 1) / 3, within(1e-12));
    }

    @Test
    void areaIsHalfForTiesAndAbsentForOneClass() {
        assertThat(Auc.binary(new double[] {1, 1, 1}, new boolean[] {true, false, true}))
                .hasValue(0.5);
        assertThat(Auc.binary(new double[] {1, 2, 3}, new boolean[] {false, false, true}))
                .hasValue(1);
        assertThat(Auc.binary(new double[] {1, 2}, new boolean[] {true, true})).isEmpty();
    }
}

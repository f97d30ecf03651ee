package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.Golden;
import org.junit.jupiter.api.Test;

/** Scores, margins and stakes against numpy and SciPy; the tables tell the version and the tolerance. */
final class MetricsGoldenTest {

    @Test
    void scoresAgreeWithNumpy() {
        for (Golden row : Golden.rows("metrics/scores.csv")) {
            int classes = row.whole(0);
            double[] p = row.numbers(1);
            int[] labels = row.wholes(2);

            assertThat(LogLoss.of(p, classes, labels)).isCloseTo(row.number(3), within(1e-12));
            assertThat(Brier.of(p, classes, labels)).isCloseTo(row.number(4), within(1e-12));
            assertThat(Rps.of(p, classes, labels)).isCloseTo(row.number(5), within(1e-12));
            assertThat(Accuracy.of(p, classes, labels)).isCloseTo(row.number(6), within(1e-12));
            assertThat(Ece.equalWidth(p, classes, labels)).isCloseTo(row.number(7), within(1e-12));
            if (Double.isNaN(row.number(8))) {
                assertThat(Auc.oneVersusRest(p, classes, labels)).isEmpty();
            } else {
                assertThat(Auc.oneVersusRest(p, classes, labels)).hasValueCloseTo(row.number(8), within(1e-12));
            }
        }
    }

    @Test
    void marginsAgreeWithARootFinder() {
        for (Golden row : Golden.rows("metrics/odds_margin.csv")) {
            double[] odds = row.numbers(0);

            assertThat(OddsMargin.overround(odds)).isCloseTo(row.number(1), within(1e-12));
            assertThat(OddsMargin.proportional(odds)).containsExactly(row.numbers(2), within(1e-12));
            assertThat(OddsMargin.power(odds)).containsExactly(row.numbers(3), within(1e-10));
            assertThat(OddsMargin.shin(odds)).containsExactly(row.numbers(4), within(1e-10));
        }
    }

    @Test
    void kellyGrowsNoSlowerThanANumericalOptimum() {
        for (Golden row : Golden.rows("metrics/kelly.csv")) {
            double[] p = row.numbers(0);
            double[] odds = row.numbers(1);

            double[] stakes = Kelly.exclusive(p, odds);

            double left = 1;
            for (double stake : stakes) {
                assertThat(stake).isNotNegative();
                left -= stake;
            }
            double growth = 0;
            for (int i = 0; i < p.length; i++) {
                growth += p[i] * Math.log(left + stakes[i] * odds[i]);
            }
            assertThat(growth).as("%s", row).isGreaterThanOrEqualTo(row.number(2) - 1e-9);
        }
    }
}

package dev.keelson.learn.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThresholdCurveGoldenTest {

    @Test
    void everyThresholdIsJudgedAsByScikitLearn() {
        List<Golden> cases = Golden.rows("threshold/curves.csv");
        for (Golden row : cases) {
            int[] outcomes = row.wholes(1);
            boolean[] positive = new boolean[outcomes.length];
            for (int i = 0; i < outcomes.length; i++) {
                positive[i] = outcomes[i] == 1;
            }

            ThresholdCurve curve =
                    ThresholdCurve.of(new DecisionRows(row.numbers(0), positive, row.numbers(2), row.wholes(3)));

            double[] thresholds = row.numbers(4);
            assertThat(curve.points()).hasSize(thresholds.length);
            for (int i = 0; i < thresholds.length; i++) {
                Performance performance = curve.points().get(i).performance();
                assertThat(curve.points().get(i).threshold()).isEqualTo(thresholds[i]);
                assertThat(performance.bets()).isEqualTo((int) row.numbers(5)[i]);
                assertThat(performance.profit()).isCloseTo(row.numbers(6)[i], within(1e-9));
                assertThat(performance.precision()).isCloseTo(row.numbers(7)[i], within(1e-9));
                assertThat(performance.recall()).isCloseTo(row.numbers(8)[i], within(1e-9));
                assertThat(performance.f1()).isCloseTo(row.numbers(9)[i], within(1e-9));
                double sharpe = row.numbers(10)[i];
                if (Double.isNaN(sharpe)) {
                    assertThat(performance.sharpe()).isNaN();
                } else {
                    assertThat(performance.sharpe()).isCloseTo(sharpe, within(1e-9));
                }
            }
        }
        assertThat(cases).hasSize(6);
    }
}

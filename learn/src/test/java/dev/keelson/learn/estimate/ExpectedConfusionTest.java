package dev.keelson.learn.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.estimate.ExpectedConfusion.Metric;
import dev.keelson.stats.Golden;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ExpectedConfusionTest {

    @Test
    void metricsAndTheirScatterAgreeWithTheDefinition() {
        for (Golden row : Golden.rows("estimate/expected.csv")) {
            int n = row.whole(1);
            int steps = row.whole(2);
            double[] p = Golden.sample(row.whole(0), n, 0, 1, 0);
            double[] score = Golden.sample(row.whole(0) + 50, n, 0, 0.3, steps);
            Arrays.setAll(score, i -> score[i] + (steps == 0 ? p[i] : Math.floor(p[i] * steps) / steps));
            boolean[] decided = new boolean[n];
            for (int i = 0; i < n; i++) {
                decided[i] = score[i] >= row.number(3);
            }

            ExpectedConfusion confusion = ExpectedConfusion.of(p, decided);

            for (Metric metric : Metric.values()) {
                int at = metric.ordinal();
                assertThat(confusion.value(metric)).as("%s of %s", metric, row).isCloseTo(row.number(4 + at), within(1e-12));
                double deviation = row.number(10 + at);
                assertThat(confusion.standardDeviation(metric))
                        .as("scatter of %s of %s", metric, row)
                        .isCloseTo(deviation, within(0.03 * deviation + 1e-12));
            }
            assertThat(ExpectedConfusion.rocAuc(score, p)).isCloseTo(row.number(9), within(steps == 0 ? 1e-12 : 1e-3));
        }
    }

    @Test
    void certainOutcomesHaveNoScatter() {
        ExpectedConfusion confusion =
                ExpectedConfusion.of(new double[] {1, 0, 1, 0}, new boolean[] {true, false, false, true});

        assertThat(confusion.value(Metric.ACCURACY)).isEqualTo(0.5);
        assertThat(confusion.standardDeviation(Metric.F1)).isZero();
        assertThat(ExpectedConfusion.rocAuc(new double[] {3, 1}, new double[] {1, 1})).isEqualTo(0.5);
    }

    @Test
    void impossibleChancesAreRefused() {
        assertThatThrownBy(() -> ExpectedConfusion.of(new double[] {0.2, 1.2}, new boolean[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 1 (1.2)");
        assertThatThrownBy(() -> ExpectedConfusion.of(new double[0], new boolean[0])).hasMessageContaining("0 chances");
    }
}

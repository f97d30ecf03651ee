package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Intervals and adjusted p-values against SciPy and numpy; the tables tell the version and the tolerance. */
final class IntervalGoldenTest {

    @Test
    void wilsonAgreesWithScipy() {
        for (Golden row : Golden.rows("stats/wilson.csv")) {
            Interval interval = Proportion.wilson(row.whole(0), row.whole(1), row.number(2));

            assertThat(interval.lower()).isCloseTo(row.number(3), within(1e-12));
            assertThat(interval.upper()).isCloseTo(row.number(4), within(1e-12));
        }
    }

    @Test
    void differenceAgreesWithNewcombesExample() {
        // Newcombe (1998), table II: 56/70 against 48/80, method 10
        Interval interval = Proportion.difference(48, 80, 56, 70, 0.95);

        assertThat(interval.lower()).isCloseTo(0.0524, within(5e-5));
        assertThat(interval.upper()).isCloseTo(0.3339, within(5e-5));
        assertThat(interval.estimate()).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void falseDiscoveryRatesAgreeWithScipy() {
        for (Golden row : Golden.rows("stats/false_discovery.csv")) {
            assertThat(BenjaminiHochberg.adjust(row.numbers(0))).containsExactly(row.numbers(1), within(1e-12));
            assertThat(BenjaminiHochberg.adjustYekutieli(row.numbers(0)))
                    .containsExactly(row.numbers(2), within(1e-12));
        }
    }

    @Test
    void clusteredMeanAgreesWithTheSandwich() {
        for (Golden row : Golden.rows("stats/clustered_mean.csv")) {
            int n = row.whole(1);
            int clusters = row.whole(2);
            double[] scores = Golden.sample(row.whole(0), n, -1, 3, 0);
            int[] cluster = Arrays.stream(Golden.sample(row.whole(0) + 70, n, 0, 1, 0))
                    .mapToInt(u -> (int) Math.floor(clusters * u))
                    .toArray();

            ClusteredMean mean = ClusteredMean.of(scores, cluster);

            assertThat(mean.mean()).isCloseTo(row.number(3), within(1e-12));
            assertThat(mean.standardError()).isCloseTo(row.number(4), within(1e-12));
            assertThat(mean.interval(0.95).lower()).isCloseTo(row.number(5), within(1e-10));
            assertThat(mean.interval(0.95).upper()).isCloseTo(row.number(6), within(1e-10));
        }
    }

    @Test
    void bootstrapAgreesWithScipyWithinResamplingNoise() {
        for (Golden row : Golden.rows("stats/bca.csv")) {
            double[] values = Arrays.stream(Golden.sample(row.whole(0), row.whole(1), 0, 1, 0))
                    .map(u -> u * u * u * u)
                    .toArray();
            int[] own = new int[values.length];
            Arrays.setAll(own, i -> i);
            double width = row.number(4) - row.number(3);

            BcaBootstrap.Result result = BcaBootstrap.mean(values, own, 5_000, 0.95, 1);

            assertThat(result.method()).isEqualTo(BcaBootstrap.Method.BCA);
            assertThat(result.interval().estimate()).isCloseTo(row.number(2), within(1e-12));
            assertThat(result.interval().lower()).isCloseTo(row.number(3), within(0.03 * width));
            assertThat(result.interval().upper()).isCloseTo(row.number(4), within(0.03 * width));
        }
    }

    @Test
    void bcaEndsOfGivenResamplesAgreeWithScipy() {
        for (Golden row : Golden.rows("stats/bca_exact.csv")) {
            double[] top = row.numbers(1);
            double[] bottom = row.numbers(2);
            double[] draws = row.numbers(3);
            Arrays.sort(draws);
            double sumTop = Arrays.stream(top).sum();
            double sumBottom = Arrays.stream(bottom).sum();
            double[] left = new double[top.length];
            for (int g = 0; g < left.length; g++) {
                left[g] = (sumTop - top[g]) / (sumBottom - bottom[g]);
            }

            BcaBootstrap.Result result = BcaBootstrap.interval(draws, sumTop / sumBottom, left, row.number(4));

            assertThat(result.interval().lower()).isCloseTo(row.number(5), within(1e-12));
            assertThat(result.interval().upper()).isCloseTo(row.number(6), within(1e-12));
        }
    }
}

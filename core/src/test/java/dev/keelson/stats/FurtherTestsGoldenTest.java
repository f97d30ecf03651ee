package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Mann-Whitney, Anderson-Darling and Hellinger against SciPy; the tables tell the version and the tolerance. */
final class FurtherTestsGoldenTest {

    private static double[] first(Golden row) {
        return Golden.sample(row.whole(0), row.whole(1), 0, 1, row.whole(6));
    }

    private static double[] second(Golden row) {
        return Golden.sample(row.whole(2), row.whole(3), row.number(4), row.number(5), row.whole(6));
    }

    @Test
    void mannWhitneyAgreesWithScipy() {
        for (Golden row : Golden.rows("stats/mann_whitney.csv")) {
            MannWhitney.Result result = MannWhitney.test(first(row), second(row));

            assertThat(result.u()).as("u of %s", row).isEqualTo(row.number(7));
            assertThat(result.pValue()).as("p of %s", row).isCloseTo(row.number(8), within(1e-12));
        }
    }

    @Test
    void andersonDarlingAgreesWithScipy() {
        for (Golden row : Golden.rows("stats/anderson_darling.csv")) {
            double[] third = Golden.sample(row.whole(2) + 100, 40, 0.02, 1, row.whole(6));

            AndersonDarling.Result result = row.whole(7) == 1
                    ? AndersonDarling.test(List.of(first(row), second(row), third))
                    : AndersonDarling.test(first(row), second(row));

            double scale = Math.max(1, Math.abs(row.number(8)));
            assertThat(result.statistic()).as("statistic of %s", row).isCloseTo(row.number(8), within(1e-10 * scale));
            assertThat(result.pValue()).as("p of %s", row).isCloseTo(row.number(9), within(1e-10));
        }
    }

    @Test
    void hellingerAgreesWithNumpy() {
        for (Golden row : Golden.rows("stats/hellinger.csv")) {
            Hellinger.Result result = Hellinger.ofCounts(row.counts(0), row.counts(1));

            assertThat(result.distance()).isCloseTo(row.number(2), within(1e-12));
        }
    }

    @Test
    void missingValuesAreLeftOutAndEqualValuesShowNothing() {
        double[] a = {1, Double.NaN, 1, 1};
        double[] b = {1, 1, Double.NaN};

        assertThat(MannWhitney.test(a, b)).isEqualTo(new MannWhitney.Result(3, 0.5, 1, false));
        assertThat(AndersonDarling.test(a, b)).isEqualTo(new AndersonDarling.Result(0, 1));
        assertThat(Hellinger.ofCounts(new long[] {4, 0, 2}, new long[] {2, 0, 1}).distance())
                .isZero();
    }

    @Test
    void bothDirectionsGiveTheSamePValue() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] a = Arrays.stream(random.ints(4 + random.nextInt(30), 0, 20).toArray()).asDoubleStream().toArray();
            double[] b = Arrays.stream(random.ints(4 + random.nextInt(30), 3, 23).toArray()).asDoubleStream().toArray();

            MannWhitney.Result forth = MannWhitney.test(a, b);
            MannWhitney.Result back = MannWhitney.test(b, a);
            assertThat(forth.share()).as("seed %d", seed).isCloseTo(1 - back.share(), within(1e-12));
            assertThat(forth.pValue()).as("seed %d", seed).isCloseTo(back.pValue(), within(1e-12)).isBetween(0.0, 1.0);
            assertThat(AndersonDarling.test(a, b).statistic())
                    .as("seed %d", seed)
                    .isCloseTo(AndersonDarling.test(b, a).statistic(), within(1e-8));
        }
    }

    @Test
    void levelsHoldWithoutShiftAndShiftsAreFound() {
        int falseByRanks = 0;
        int falseByTails = 0;
        int foundByRanks = 0;
        int spreadByTails = 0;
        int spreadByRanks = 0;
        int exact = 0;
        for (int seed = 0; seed < 1_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] a = random.doubles(60).toArray();
            double[] b = random.doubles(80).toArray();
            double[] moved = Arrays.stream(b).map(x -> x + 0.15).toArray();
            double[] wider = Arrays.stream(b).map(x -> 0.5 + 2 * (x - 0.5)).toArray();

            falseByRanks += MannWhitney.test(a, b).pValue() <= 0.05 ? 1 : 0;
            falseByTails += AndersonDarling.test(a, b).pValue() <= 0.05 ? 1 : 0;
            foundByRanks += MannWhitney.test(a, moved).pValue() <= 0.05 ? 1 : 0;
            spreadByTails += AndersonDarling.test(a, wider).pValue() <= 0.05 ? 1 : 0;
            spreadByRanks += MannWhitney.test(a, wider).pValue() <= 0.05 ? 1 : 0;
            exact += MannWhitney.test(Arrays.copyOf(a, 6), Arrays.copyOf(b, 7)).pValue() <= 0.05 ? 1 : 0;
        }

        assertThat(falseByRanks).isBetween(30, 72);
        assertThat(falseByTails).isBetween(30, 72);
        assertThat(exact).isBetween(20, 65);
        assertThat(foundByRanks).isGreaterThan(800);
        assertThat(spreadByTails).isGreaterThan(900);
        assertThat(spreadByRanks).isLessThan(200);
    }

    @Test
    void hellingerExcessLeavesOutTheNoise() {
        SplittableRandom random = new SplittableRandom(3);
        double plain = 0;
        double noise = 0;
        for (int repeat = 0; repeat < 300; repeat++) {
            long[] a = new long[12];
            long[] b = new long[12];
            for (int i = 0; i < 2_000; i++) {
                a[random.nextInt(12)]++;
                b[random.nextInt(12)] += i % 4 == 0 ? 1 : 0;
            }
            Hellinger.Result result = Hellinger.ofCounts(a, b);
            plain += result.distance() * result.distance();
            noise += result.noise();
        }

        assertThat(plain / noise).isBetween(0.93, 1.07);
        assertThat(Hellinger.ofCounts(new long[] {5, 0}, new long[] {0, 5}).distance()).isEqualTo(1);
    }

    @Test
    void impossibleSamplesAreRefused() {
        assertThatThrownBy(() -> MannWhitney.test(new double[] {Double.NaN}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> AndersonDarling.test(List.of(new double[] {1, 2, 3, 4})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 samples");
        assertThatThrownBy(() -> AndersonDarling.test(new double[] {1}, new double[] {2, 3}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 4");
    }
}

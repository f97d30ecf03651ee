package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.FDistribution;
import org.junit.jupiter.api.Test;

final class EffectiveRowsTest {
    private static final int REPEATS = 10;

    @Test
    void independentRowsCountAsThemselvesAndClustersDoNot() {
        int believed = 0;
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long[][] independent = new long[12][4];
            long[][] clustered = new long[12][4];
            for (int w = 0; w < 12; w++) {
                for (int i = 0; i < 160; i++) {
                    independent[w][random.nextInt(4)]++;
                    clustered[w][random.nextInt(4)] += REPEATS;
                }
            }

            believed += DesignEffect.ofWindows(independent).value() > 1 ? 1 : 0;

            assertThat(DesignEffect.ofWindows(independent).currentSize(1_500)).isLessThanOrEqualTo(1_500);
            assertThat(DesignEffect.ofWindows(clustered).value()).isGreaterThan(4);
        }

        assertThat(believed).isBetween(8, 34); // one in twenty
    }

    @Test
    void aDesignEffectThatIsLearnedMakesTestsLessSureAsFishersLawDoes() {
        DesignEffect learned = new DesignEffect(3, 100, 3, 22);

        for (double p : new double[] {0.5, 0.05, 1e-3, 1e-9}) {
            double statistic = -2 * Math.log(p); // of chi-square with two degrees of freedom

            assertThat(learned.allowing(p))
                    .isCloseTo(FDistribution.of(2, 22).survivalProbability(statistic / 2), withinPercentage(1e-6));
            assertThat(learned.needed(learned.allowing(p))).isCloseTo(p, withinPercentage(1e-6));
            assertThat(new DesignEffect(3, 100).allowing(p)).isEqualTo(p);
        }
        assertThat(learned.allowing(1)).isEqualTo(1);
    }

    @Test
    void rowsThatAreEachThereTenTimesSayWhatTheySayOnce() {
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] a = random.doubles(90).toArray();
            double[] b = random.doubles(60).map(x -> x + 0.05).toArray();
            double[] manyA = repeated(a);
            double[] manyB = repeated(b);

            MannWhitney.Result ranks = MannWhitney.testSorted(SortedSample.of(manyA), SortedSample.of(manyB), 90, 60);
            AndersonDarling.Result tails = AndersonDarling.test(manyA, manyB, 90, 60);

            assertThat(ranks.share()).isCloseTo(MannWhitney.test(a, b).share(), within(1e-12));
            assertThat(ranks.pValue()).isCloseTo(MannWhitney.test(a, b).pValue(), within(1e-4));
            assertThat(tails.statistic()).isCloseTo(AndersonDarling.test(a, b).statistic(), within(0.08));
            assertThat(tails.pValue()).isGreaterThanOrEqualTo(AndersonDarling.test(manyA, manyB).pValue());
        }
    }

    @Test
    void asManyEffectiveRowsAsRowsAreThePlainTests() {
        double[] a = IntStream.range(0, 20).mapToDouble(i -> i % 7).toArray();
        double[] b = IntStream.range(0, 9).mapToDouble(i -> 2 + i % 5).toArray();

        assertThat(MannWhitney.testSorted(SortedSample.of(a), SortedSample.of(b), 20, 9)).isEqualTo(MannWhitney.test(a, b));
        assertThat(AndersonDarling.test(a, b, 20, 9)).isEqualTo(AndersonDarling.test(a, b));
    }

    private static double[] repeated(double[] values) {
        return DoubleStream.of(values)
                .flatMap(each -> DoubleStream.generate(() -> each).limit(REPEATS))
                .toArray();
    }
}

package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class IntervalTest {

    @Test
    void wilsonCoversTheShareAboutAsOftenAsItSays() {
        int covered = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long hits = random.doubles(60).filter(u -> u < 0.3).count();
            covered += Proportion.wilson(hits, 60, 0.9).contains(0.3) ? 1 : 0;
        }

        assertThat(covered / 2_000.0).isBetween(0.87, 0.94);
    }

    @Test
    void sharesOfZeroAndOneHaveOneClosedEnd() {
        assertThat(Proportion.wilson(0, 10, 0.95).lower()).isZero();
        assertThat(Proportion.wilson(10, 10, 0.95).upper()).isEqualTo(1);
        assertThat(Proportion.test(0, 10, 0, 20).pValue()).isEqualTo(1);
        assertThatThrownBy(() -> Proportion.wilson(3, 2, 0.95))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 successes of 2 trials");
    }

    @Test
    void zTestAgreesWithChiSquare() {
        Proportion.ZTest test = Proportion.test(460, 1_000, 405, 1_000);
        ChiSquareTwoSample.Result chiSquare = ChiSquareTwoSample.test(new long[] {460, 540}, new long[] {405, 595});

        assertThat(test.difference()).isCloseTo(-0.055, within(1e-12));
        assertThat(test.z() * test.z()).isCloseTo(chiSquare.statistic(), within(1e-9));
        assertThat(test.pValue()).isCloseTo(chiSquare.pValue(), within(1e-12));
    }

    @Test
    void additionalTrialsJustSuffice() {
        OptionalLong missing = Proportion.additionalTrials(0.46, 20_000, 0.42, 300, 0.05, 0.5);

        long enough = 300 + missing.orElseThrow();
        assertThat(Proportion.test(0.46, 20_000, 0.42, (double) enough).pValue())
                .isLessThanOrEqualTo(0.05);
        assertThat(Proportion.test(0.46, 20_000, 0.42, enough - 1.0).pValue()).isGreaterThan(0.05);
    }

    @Test
    void additionalTrialsAreZeroWhenEnoughAndAbsentWhenNoneWouldDo() {
        assertThat(Proportion.additionalTrials(0.46, 20_000, 0.30, 3_000, 0.05, 0.8))
                .hasValue(0);
        assertThat(Proportion.additionalTrials(0.46, 100, 0.45, 50, 0.05, 0.8)).isEmpty();
        assertThat(Proportion.additionalTrials(0.46, 100, 0.46, 50, 0.05, 0.8)).isEmpty();
    }

    @Test
    void clusteredIntervalIsWiderThanTheNaiveOneWhenClustersMoveTogether() {
        SplittableRandom random = new SplittableRandom(4);
        double[] scores = new double[1_000];
        int[] cluster = new int[1_000];
        int[] own = new int[1_000];
        double common = 0;
        for (int i = 0; i < 1_000; i++) {
            if (i % 20 == 0) {
                common = random.nextDouble();
            }
            scores[i] = common + 0.2 * random.nextDouble();
            cluster[i] = -i / 20;
            own[i] = i;
        }

        ClusteredMean clustered = ClusteredMean.of(scores, cluster);
        ClusteredMean naive = ClusteredMean.of(scores, own);

        assertThat(clustered.clusters()).isEqualTo(50);
        assertThat(clustered.standardError()).isGreaterThan(3 * naive.standardError());
        assertThat(clustered.mean()).isEqualTo(naive.mean());
        assertThat(clustered.lowerBound(0.975))
                .isCloseTo(clustered.interval(0.95).lower(), within(1e-12));
        assertThat(clustered.upperBound(0.975))
                .isCloseTo(clustered.interval(0.95).upper(), within(1e-12));
        assertThat(clustered.pValue(clustered.interval(0.95).upper())).isCloseTo(0.05, within(1e-9));
    }

    @Test
    void oneClusterBoundsNothing() {
        ClusteredMean mean = ClusteredMean.of(new double[] {1, 2}, new int[] {7, 7});

        assertThat(mean.interval(0.95).lower()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(mean.interval(0.95).upper()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(mean.lowerBound(0.95)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(mean.pValue(0)).isEqualTo(1);
    }

    @Test
    void pairedDifferenceOfEqualScoresIsZeroWithoutWidth() {
        double[] scores = {0.1, 0.5, 0.3};

        ClusteredMean difference = ClusteredMean.ofDifference(scores, scores, new int[] {1, 1, 2});

        assertThat(difference.mean()).isZero();
        assertThat(difference.interval(0.95).width()).isZero();
        assertThat(difference.pValue(0)).isEqualTo(1);
    }

    @Test
    void bootstrapIsRepeatableAndKnowsItsFallbacks() {
        double[] profit = {1, -1, 3, -1, -1, 2, -1, 0};
        double[] stake = {1, 1, 1, 1, 1, 1, 1, 0};
        int[] day = {1, 1, 2, 2, 3, 3, 4, 5};

        BcaBootstrap.Result first = BcaBootstrap.ratio(profit, stake, day, 500, 0.9, 42);
        BcaBootstrap.Result again = BcaBootstrap.ratio(profit, stake, day, 500, 0.9, 42);
        BcaBootstrap.Result constant = BcaBootstrap.mean(new double[] {2, 2, 2}, new int[] {1, 2, 3}, 500, 0.9, 42);

        assertThat(first).isEqualTo(again);
        assertThat(first.interval().estimate()).isCloseTo(2 / 7.0, within(1e-12));
        assertThat(constant.method()).isEqualTo(BcaBootstrap.Method.POINT);
        assertThat(constant.interval().width()).isZero();
        assertThatThrownBy(() -> BcaBootstrap.ratio(new double[] {1}, new double[] {0}, new int[] {1}, 500, 0.9, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("denominator");
    }

    @Test
    void resamplingClustersWidensTheInterval() {
        double[] values = new double[400];
        int[] cluster = new int[400];
        int[] own = new int[400];
        Arrays.setAll(values, i -> (i / 20) % 2);
        Arrays.setAll(cluster, i -> i / 20);
        Arrays.setAll(own, i -> i);

        double clustered =
                BcaBootstrap.mean(values, cluster, 1_000, 0.95, 3).interval().width();
        double naive = BcaBootstrap.mean(values, own, 1_000, 0.95, 3).interval().width();

        assertThat(clustered).isGreaterThan(3 * naive);
    }
}

package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockBootstrapTest {
    private static final int EPOCHS = 200;
    private static final int[] EVENTS = ones();

    private static int[] ones() {
        int[] events = new int[EPOCHS];
        Arrays.fill(events, 1);
        return events;
    }

    private static double[] noise(long seed, double mean) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[EPOCHS];
        for (int e = 0; e < EPOCHS; e++) {
            values[e] = mean + random.nextGaussian();
        }
        return values;
    }

    @Test
    void errorOfIndependentEpochsIsThatOfTheMean() {
        List<BlockBootstrap.Result> results =
                BlockBootstrap.means(new double[][] {noise(1, 0.4)}, EVENTS, 1, 4_000, 7);

        assertThat(results.getFirst().error()).isCloseTo(1 / Math.sqrt(EPOCHS), within(0.01));
        assertThat(results.getFirst().pValue()).isLessThan(0.001);
    }

    @Test
    void blocksSeeThatNeighboursAreAlike() {
        double[] alike = new double[EPOCHS];
        double[] drawn = noise(3, 0);
        for (int e = 0; e < EPOCHS; e++) {
            alike[e] = drawn[e / 10]; // ten epochs in a row
        }

        double alone = BlockBootstrap.means(new double[][] {alike}, EVENTS, 1, 2_000, 7).getFirst().error();
        double blocks = BlockBootstrap.means(new double[][] {alike}, EVENTS, 20, 2_000, 7).getFirst().error();

        assertThat(blocks).isGreaterThan(2 * alone);
    }

    @Test
    void pValueOfTheIntervalSaysWhetherItLeavesOutZero() {
        double[][] many = new double[12][];
        for (int s = 0; s < many.length; s++) {
            many[s] = noise(300 + s, 0.04 * s);
        }

        List<BlockBootstrap.Result> results = BlockBootstrap.means(many, EVENTS, 3, 2_000, 7);

        assertThat(results).allSatisfy(each -> {
            boolean leftOut = each.interval().lower() > 0 || each.interval().upper() < 0;
            assertThat(each.intervalPValue()).isGreaterThanOrEqualTo(each.pValue());
            assertThat(each.intervalPValue() < 0.0505).isEqualTo(leftOut);
        });
        assertThat(results.getFirst().intervalPValue()).isGreaterThan(0.3);
        assertThat(results.getLast().intervalPValue()).isLessThan(0.01);
    }

    @Test
    void moreSeriesMeanWiderIntervalsAndGreaterPValues() {
        double[][] many = new double[20][];
        for (int s = 0; s < many.length; s++) {
            many[s] = noise(100 + s, s == 0 ? 0.17 : 0);
        }

        BlockBootstrap.Result alone = BlockBootstrap.means(new double[][] {many[0]}, EVENTS, 1, 2_000, 7).getFirst();
        BlockBootstrap.Result among = BlockBootstrap.means(many, EVENTS, 1, 2_000, 7).getFirst();

        assertThat(among.interval().estimate()).isEqualTo(alone.interval().estimate());
        assertThat(among.interval().width()).isGreaterThan(1.3 * alone.interval().width());
        assertThat(among.pValue()).isGreaterThan(alone.pValue());
    }

    @Test
    void seriesOfNothingIsNothing() {
        BlockBootstrap.Result result =
                BlockBootstrap.means(new double[][] {new double[EPOCHS], noise(1, 1)}, EVENTS, 5, 500, 7).getFirst();

        assertThat(result.interval()).isEqualTo(new Interval(0, 0, 0, 0.95));
        assertThat(result.pValue()).isEqualTo(1);
    }

    @Test
    void nullIsRejectedAboutAsOftenAsSaid() {
        int rejected = 0;
        for (int seed = 0; seed < 200; seed++) {
            double[][] both = {noise(1_000 + seed, 0), noise(9_000 + seed, 0)};
            boolean any = BlockBootstrap.means(both, EVENTS, 1, 300, seed).stream().anyMatch(r -> r.pValue() < 0.05);
            rejected += any ? 1 : 0;
        }

        assertThat(rejected).isBetween(2, 22); // 5 % of 200, with room for chance and for 300 resamples
    }

    @Test
    void differentLengthsAreRefused() {
        assertThatThrownBy(() -> BlockBootstrap.means(new double[][] {new double[3]}, EVENTS, 1, 10, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Series 0 has 3 epochs; 200 were expected.");
    }
}

package dev.keelson.learn.conformal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdaptiveConformalTest {

    /** Scores whose scale doubles every 500 rows. */
    private static double[] drifting(long seed, int n) {
        Random random = new Random(seed);
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            scores[i] = Math.abs(random.nextGaussian()) * (1 << (i / 500));
        }
        return scores;
    }

    @Test
    void missesApproachTheTargetWhateverTheRowsDo() {
        for (long seed = 0; seed < 10; seed++) {
            for (double step : new double[] {0.005, 0.02, 0.05}) {
                double[] scores = drifting(seed, 3_000);

                AdaptiveConformal end =
                        AdaptiveConformal.start(0.1, step).walk(scores, 200).end();

                assertThat(Math.abs(end.missed() - 0.1)).isLessThanOrEqualTo((0.9 + step) / (3_000 * step));
                assertThat(end.alpha()).isBetween(-step, 1 + step);
                assertThat(end.rows()).isEqualTo(3_000);
            }
        }
    }

    @Test
    void fixedLevelMissesTooManyWhenRowsDrift() {
        double[] scores = drifting(1, 3_000);

        double adaptive =
                AdaptiveConformal.start(0.1, 0.05).walk(scores, 200).end().missed();
        double fixed =
                AdaptiveConformal.start(0.1, 1e-12).walk(scores, 200).end().missed();

        assertThat(adaptive).isCloseTo(0.1, within(0.007));
        assertThat(fixed).isGreaterThan(adaptive + 0.02);
    }

    @Test
    void quantileSeesOnlyTheWindowBefore() {
        double[] scores = {5, 1, 4, 2, 3, 3, 9, 1, 1, 1, 7, 2};
        AdaptiveConformal.Walk walk = AdaptiveConformal.start(0.4, 0.1).walk(scores, 4);

        AdaptiveConformal state = AdaptiveConformal.start(0.4, 0.1);
        for (int t = 0; t < scores.length; t++) {
            double expected = state.quantile(Arrays.copyOfRange(scores, Math.max(0, t - 4), t));
            assertThat(walk.quantiles()[t]).isEqualTo(expected);
            assertThat(walk.covered()[t]).isEqualTo(scores[t] <= expected);
            state = state.after(walk.covered()[t]);
        }
        assertThat(walk.end()).isEqualTo(state);
    }

    @Test
    void levelBeyondZeroAndOneCoversAllAndNothing() {
        double[] scores = {1, 2, 3};

        assertThat(new AdaptiveConformal(0.1, 0.01, -0.001, 5, 5).quantile(scores))
                .isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(new AdaptiveConformal(0.1, 0.01, 1, 5, 0).quantile(scores)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(AdaptiveConformal.start(0.1, 0.05).after(false).alpha()).isCloseTo(0.055, within(1e-15));
        assertThat(AdaptiveConformal.start(0.1, 0.05).after(true).alpha()).isCloseTo(0.105, within(1e-15));
    }

    @Test
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> AdaptiveConformal.start(0.1, 0)).hasMessageContaining("step");
        assertThatThrownBy(() -> AdaptiveConformal.start(1, 0.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AdaptiveConformal.start(0.1, 0.1).walk(new double[] {Double.NaN}, 5))
                .hasMessageContaining("NaN");
    }
}

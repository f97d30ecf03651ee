package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PredictionLimitTest {
    @Test
    void fewValuesAskForMoreThanThreeDeviations() {
        double[] twelve = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

        double limit = PredictionLimit.above(twelve, 3);

        // mean 6.5, s = sqrt(13); scipy.stats.t.isf(norm.sf(3), 11) = 3.8501 (SciPy 1.16)
        assertThat(limit).isCloseTo(6.5 + 3.8501 * Math.sqrt(13) * Math.sqrt(13.0 / 12), within(0.01));
    }

    @Test
    void nextValueExceedsItAsOftenAsThreeKnownDeviations() {
        SplittableRandom random = new SplittableRandom(7);
        int trials = 200_000;
        int exceeded = 0;
        int plain = 0;

        for (int i = 0; i < trials; i++) {
            double[] values = new double[12];
            double mean = 0;
            for (int j = 0; j < 12; j++) {
                values[j] = random.nextGaussian();
                mean += values[j] / 12;
            }
            double squares = 0;
            for (double value : values) {
                squares += (value - mean) * (value - mean);
            }
            double next = random.nextGaussian();
            exceeded += next > PredictionLimit.above(values, 3) ? 1 : 0;
            plain += next > mean + 3 * Math.sqrt(squares / 11) ? 1 : 0;
        }

        assertThat((double) exceeded / trials).isCloseTo(0.00135, within(0.0004));
        assertThat((double) plain / trials).isGreaterThan(0.004);
    }

    @Test
    void nothingAndOneValueAreTheirOwnLimit() {
        assertThat(PredictionLimit.above(new double[0], 3)).isZero();
        assertThat(PredictionLimit.above(new double[] {0.4}, 3)).isEqualTo(0.4);
        assertThat(PredictionLimit.above(new double[] {1, 1, 1}, 3)).isEqualTo(1);
        assertThatThrownBy(() -> PredictionLimit.above(new double[] {1}, 0)).hasMessageContaining("standard deviations");
    }
}

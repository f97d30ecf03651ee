package dev.keelson.learn.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ExponentialTest {

    @Test
    void exponentialIsExactToTenDigits() {
        for (double x = -99.9; x < 100; x += 0.0371) {
            assertThat(Exponential.exp(x) / StrictMath.exp(x)).isCloseTo(1, within(1e-10));
        }
        assertThat(Exponential.exp(0)).isEqualTo(1);
        assertThat(Exponential.exp(1e9)).isEqualTo(Exponential.exp(100));
        assertThat(Exponential.exp(-1e9)).isPositive();
    }

    @Test
    void sigmoidAndTangentAreThoseOfFloats() {
        for (float x = -30; x < 30; x += 0.0173f) {
            assertThat((double) Exponential.tanh(x)).isCloseTo(StrictMath.tanh(x), within(6.1e-8));
            assertThat((double) Exponential.sigmoid(x)).isCloseTo(1 / (1 + StrictMath.exp(-x)), within(6.1e-8));
        }
        assertThat(Exponential.tanh(200)).isEqualTo(1);
        assertThat(Exponential.tanh(-200)).isEqualTo(-1);
        assertThat(Exponential.sigmoid(-200)).isBetween(0f, 1e-40f);
    }
}

package dev.keelson.learn.conformal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConformalQuantileTest {

    /** Alphas in parts of a thousand: numerators over 1000. */
    private static final int[] THOUSANDTHS = {
        1, 5, 10, 20, 25, 50, 100, 150, 200, 250, 300, 333, 400, 500, 700, 900, 999
    };

    @Test
    void rankIsExactForEverySizeUpTo2000() {
        for (int part : THOUSANDTHS) {
            double alpha = part / 1000.0;
            BigDecimal covered = new BigDecimal(1000 - part).movePointLeft(3);
            for (int n = 0; n <= 2_000; n++) {
                long byIntegers = ((n + 1L) * (1000 - part) + 999) / 1000;
                int byDecimals = covered.multiply(BigDecimal.valueOf(n + 1L))
                        .setScale(0, RoundingMode.CEILING)
                        .intValueExact();

                int rank = ConformalQuantile.rank(n, alpha);

                if (rank != byIntegers || rank != byDecimals) { // an assertion a pair would take a second
                    assertThat(rank).as("n = %d, alpha = %s", n, alpha).isEqualTo((int) byIntegers);
                }
            }
        }
    }

    @Test
    void halfRankIsExactForEverySizeUpTo2000() {
        for (int part : THOUSANDTHS) {
            for (int n = 0; n <= 2_000; n++) {
                long byIntegers = ((n + 1L) * (2000 - part) + 1999) / 2000;

                int rank = ConformalQuantile.halfRank(n, part / 1000.0);

                if (rank != byIntegers) {
                    assertThat(rank).as("n = %d, alpha = %d/1000", n, part).isEqualTo((int) byIntegers);
                }
            }
        }
    }

    @Test
    void floatingPointWouldMissSomeRanks() {
        long missed = IntStream.rangeClosed(1, 2_000)
                .filter(n -> Math.ceil((n + 1) * (1 - 0.1)) != ConformalQuantile.rank(n, 0.1)
                        || Math.ceil((n + 1) * (1 - 0.7)) != ConformalQuantile.rank(n, 0.7))
                .count();

        assertThat(missed).isPositive();
    }

    @Test
    void alphaOfCoverageIsDecimal() {
        assertThat(1 - 0.9).isNotEqualTo(0.1);
        assertThat(ConformalQuantile.alphaOfCoverage(0.9)).isEqualTo(0.1);
        assertThat(ConformalQuantile.alphaOfCoverage(0.95)).isEqualTo(0.05);
        assertThatThrownBy(() -> ConformalQuantile.alphaOfCoverage(90)).hasMessageContaining("90");
    }

    @Test
    void quantileIsAScoreOrInfinite() {
        double[] scores = {3, 1, 2, 5, 4, 9, 8, 7, 6};

        assertThat(ConformalQuantile.of(scores, 0.1)).isEqualTo(9);
        assertThat(ConformalQuantile.of(scores, 0.2)).isEqualTo(8);
        assertThat(ConformalQuantile.of(scores, 0.09)).isPositive().isInfinite();
        assertThat(ConformalQuantile.of(scores, 0)).isPositive().isInfinite();
        assertThat(ConformalQuantile.of(scores, 1)).isNegative().isInfinite();
        assertThat(ConformalQuantile.of(new double[0], 0.5)).isPositive().isInfinite();
        assertThat(ConformalQuantile.of(new double[] {2}, 0.5)).isEqualTo(2);
        assertThat(scores[0]).isEqualTo(3);
    }

    @Test
    void notANumberIsRefused() {
        assertThatThrownBy(() -> ConformalQuantile.of(new double[] {1, Double.NaN}, 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Maybe");
        assertThatThrownBy(() -> ConformalQuantile.of(new double[] {1}, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ConformalQuantile.rank(10, 0)).hasMessageContaining("between 0 and 1");
    }
}

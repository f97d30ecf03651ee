package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class EValuesTest {

    @Test
    void bothAgreeWithTheirDefinitions() {
        for (Golden row : Golden.rows("stats/e_values.csv")) {
            near(EValues.closedMeans(row.numbers(0)), row.numbers(1));
            near(EValues.benjaminiHochberg(row.numbers(0)), row.numbers(2));
        }
    }

    private static void near(double[] values, double[] expected) {
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isCloseTo(expected[i], within(1e-12 * Math.max(1e-290, expected[i])));
        }
    }

    @Test
    void neitherFallsBelowALevelDividedByTheirNumberNorRisesAboveWhatWasShown() {
        for (int seed = 0; seed < 1_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] e = random.doubles(1 + random.nextInt(9)).map(u -> Math.pow(u, -1.3) - 1).toArray();

            double[] closed = EValues.closedMeans(e);
            double[] shares = EValues.benjaminiHochberg(e);

            for (int i = 0; i < e.length; i++) {
                assertThat(closed[i]).as("seed %d", seed).isBetween(e[i] / e.length * (1 - 1e-12), e[i] * (1 + 1e-12));
                assertThat(shares[i]).as("seed %d", seed).isBetween(e[i] / e.length * (1 - 1e-12), e[i] * (1 + 1e-12));
            }
        }
    }

    /** Bets on coins that share what happens: the worst they do to each other is to win together. */
    @Test
    void chanceOfAnyFalseRejectionHoldsUnderDependence() {
        double alpha = 0.05;
        int anyFalse = 0;
        int anyAlone = 0;
        double share = 0;
        int paths = 2_000;
        for (int path = 0; path < paths; path++) {
            SplittableRandom random = new SplittableRandom(path);
            double[] e = new double[6];
            Arrays.fill(e, 1);
            boolean[] rejectedClosed = new boolean[6];
            boolean[] alone = new boolean[6];
            double worstShare = 0;
            for (int t = 0; t < 150; t++) {
                boolean common = random.nextBoolean();
                for (int i = 0; i < e.length; i++) {
                    boolean own = random.nextInt(3) == 0 ? random.nextBoolean() : common;
                    double chance = i == 5 && random.nextInt(8) == 0 ? 1 : own ? 1 : 0; // the last is better than chance
                    e[i] *= 1 + (chance == 1 ? 0.25 : -0.25);
                }
                double[] closed = EValues.closedMeans(e);
                double[] shares = EValues.benjaminiHochberg(e);
                int rejected = 0;
                int falsely = 0;
                for (int i = 0; i < e.length; i++) {
                    rejectedClosed[i] |= closed[i] >= 1 / alpha;
                    alone[i] |= e[i] >= 1 / alpha;
                    rejected += shares[i] >= 1 / alpha ? 1 : 0;
                    falsely += i < 5 && shares[i] >= 1 / alpha ? 1 : 0;
                }
                worstShare = t == 149 && rejected > 0 ? (double) falsely / rejected : worstShare;
            }
            anyFalse += any(rejectedClosed) ? 1 : 0;
            anyAlone += any(alone) ? 1 : 0;
            share += worstShare;
        }

        assertThat(anyFalse / (double) paths).isLessThanOrEqualTo(alpha);
        assertThat(share / paths).isLessThanOrEqualTo(alpha);
        assertThat(anyAlone / (double) paths).as("each by itself").isGreaterThan(alpha);
    }

    private static boolean any(boolean[] rejected) {
        for (int i = 0; i < 5; i++) {
            if (rejected[i]) {
                return true;
            }
        }
        return false;
    }

    @Test
    void whatIsNoEValueIsRefused() {
        assertThat(EValues.closedMeans(new double[0])).isEmpty();
        assertThat(EValues.closedMeans(new double[] {Double.POSITIVE_INFINITY, 1})).containsExactly(Double.POSITIVE_INFINITY, 1);
        assertThatThrownBy(() -> EValues.benjaminiHochberg(new double[] {1, Double.NaN}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The e-value at index 1 (NaN) must be at least 0.");
    }
}

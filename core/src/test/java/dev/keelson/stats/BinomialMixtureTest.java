package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BinomialMixtureTest {
    private static final double ALPHA = 0.05;
    /** Variance 100 of trials with share 0.2: 625 of them, of which 125 are expected to succeed. */
    private static final double TRIALS = 625;

    // Values of gostevehoward/confseq, test/uniform_boundaries_unittest.cpp: tuned at 100 and 0.05, tolerance 1e-5.

    @Test
    void mixturesAgreeWithConfseq() {
        double two = BinomialMixture.tuning(0.2, TRIALS, ALPHA, false);
        double one = BinomialMixture.tuning(0.2, TRIALS, ALPHA, true);

        assertThat(BinomialMixture.logTwoSided(135, TRIALS, 0.2, two)).isCloseTo(-0.6941012, within(1e-5));
        assertThat(BinomialMixture.logOneSided(135, TRIALS, 0.2, one)).isCloseTo(-0.07134019, within(1e-5));
        assertThat(BinomialMixture.excess(TRIALS, 0.2, ALPHA, one)).isCloseTo(28.41238, within(1e-5));
    }

    @Test
    void withTwoTrialsNoNumberOfSuccessesIsEnough() {
        double one = BinomialMixture.tuning(0.2, TRIALS, ALPHA, true);

        assertThat(BinomialMixture.excess(2, 0.2, ALPHA, one)).isCloseTo(2 * 0.8, within(1e-5));
    }

    @Test
    void intervalsAgreeWithConfseq() {
        assertInterval(700, 1_000, 100, 0.651629, 0.745949);
        assertInterval(15, 50, 50, 0.129556, 0.511896);
        assertInterval(5, 50, 50, 0.013021, 0.269264);
        assertInterval(1, 50, 50, 0, 0.13489);
        assertInterval(1, 2, 50, 0, 1);
        assertInterval(100, 200, 1, 0.328923, 0.671076);
        assertInterval(0, 1, 50, 0, 1);
        assertInterval(1, 1, 50, 0, 1);
    }

    private static void assertInterval(long successes, long trials, double best, double lower, double upper) {
        Interval interval = BinomialMixture.interval(successes, trials, ALPHA, best);

        assertThat(interval.lower()).isCloseTo(lower, within(1e-5));
        assertThat(interval.upper()).isCloseTo(upper, within(1e-5));
        assertThat(interval.estimate()).isEqualTo((double) successes / trials);
    }

    @Test
    void withoutTrialsNothingIsKnown() {
        assertThat(BinomialMixture.interval(0, 0, ALPHA, 100)).isEqualTo(new Interval(0, 0.5, 1, 0.95));
        assertThat(BinomialMixture.ranks(0, 0.99, ALPHA, 1_000)).isEqualTo(new BinomialMixture.Ranks(0, 1));
        assertThat(BinomialMixture.logOneSided(0, 0, 0.01, 0.3)).isCloseTo(0, within(1e-12));
    }

    @Test
    void countsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> BinomialMixture.logOneSided(3, 2, 0.01, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3.0 successes of 2.0 trials");
    }

    @Test
    void aShareWithinItsLimitIsRarelyRefusedAtAnyTimeAndOneBeyondIsSoon() {
        double r = BinomialMixture.tuning(0.01, 2_000, ALPHA, true);
        double needed = -Math.log(ALPHA);
        int wrong = 0;
        int right = 0;
        int naive = 0;
        for (int path = 0; path < 200; path++) {
            SplittableRandom random = new SplittableRandom(path);
            int atLimit = 0;
            int beyond = 0;
            boolean refused = false;
            boolean naively = false;
            boolean found = false;
            for (int t = 1; t <= 3_000; t++) {
                atLimit += random.nextDouble() < 0.01 ? 1 : 0;
                beyond += random.nextDouble() < 0.05 ? 1 : 0;
                if (t % 10 == 0) {
                    refused |= BinomialMixture.logOneSided(atLimit, t, 0.01, r) >= needed;
                    naively |= t >= 50 && (atLimit - 0.01 * t) / Math.sqrt(0.0099 * t) > 1.645;
                    found |= t <= 500 && BinomialMixture.logOneSided(beyond, t, 0.01, r) >= needed;
                }
            }
            wrong += refused ? 1 : 0;
            naive += naively ? 1 : 0;
            right += found ? 1 : 0;
        }

        assertThat(wrong / 200.0).isLessThanOrEqualTo(0.05);
        assertThat(naive / 200.0).isGreaterThan(0.25);
        assertThat(right / 200.0).isGreaterThan(0.95);
    }

    @Test
    void ranksHoldAQuantileAtAllTimes() {
        int missed = 0;
        for (int path = 0; path < 200; path++) {
            SplittableRandom random = new SplittableRandom(1_000L + path);
            double[] seen = new double[2_000];
            boolean outside = false;
            for (int t = 1; t <= seen.length; t++) {
                seen[t - 1] = random.nextDouble();
                if (t % 50 == 0) {
                    double[] sorted = Arrays.copyOf(seen, t);
                    Arrays.sort(sorted);
                    BinomialMixture.Ranks ranks = BinomialMixture.ranks(t, 0.9, ALPHA, 500);
                    double lower = ranks.lower() == 0 ? Double.NEGATIVE_INFINITY : sorted[(int) ranks.lower() - 1];
                    double upper = ranks.upper() > t ? Double.POSITIVE_INFINITY : sorted[(int) ranks.upper() - 1];
                    outside |= !(lower <= 0.9 && 0.9 <= upper);
                }
            }
            missed += outside ? 1 : 0;
        }

        assertThat(missed / 200.0).isLessThanOrEqualTo(0.05);
    }

    @Test
    void ranksCloseInOnTheQuantile() {
        BinomialMixture.Ranks ranks = BinomialMixture.ranks(100_000, 0.99, ALPHA, 5_000);

        assertThat(ranks.lower()).isBetween(98_800L, 98_999L);
        assertThat(ranks.upper()).isBetween(99_001L, 99_200L);
    }
}

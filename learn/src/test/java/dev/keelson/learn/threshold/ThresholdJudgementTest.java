package dev.keelson.learn.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThresholdJudgementTest {

    private static DecisionRows rows(int n, long seed) {
        Random random = new Random(seed);
        double[] scores = new double[n];
        boolean[] positive = new boolean[n];
        double[] profits = new double[n];
        int[] days = new int[n];
        for (int i = 0; i < n; i++) {
            scores[i] = random.nextDouble();
            positive[i] = random.nextDouble() < scores[i];
            profits[i] = positive[i] ? 0.6 : -1;
            days[i] = i / 10;
        }
        return new DecisionRows(scores, positive, profits, days);
    }

    @ParameterizedTest
    @EnumSource(Utility.class)
    void utilityLiesInItsIntervalWhichShrinksWithTheDays(Utility utility) {
        ThresholdSettings settings = ThresholdSettings.of(utility, 3);
        ThresholdDecision decision = new ThresholdDecision.Act(0.6);

        ThresholdJudgement few = ThresholdJudgement.of(rows(300, 1), decision, settings);
        ThresholdJudgement many = ThresholdJudgement.of(rows(6_000, 1), decision, settings);

        assertThat(few.utility().estimate()).isEqualTo(few.performance().of(utility));
        assertThat(few.utility().contains(few.utility().estimate())).isTrue();
        assertThat(many.utility().contains(many.utility().estimate())).isTrue();
        if (utility != Utility.PROFIT) {
            assertThat(many.utility().width()).isLessThan(few.utility().width() / 2);
        }
        assertThat(ThresholdJudgement.of(rows(300, 1), decision, settings)).isEqualTo(few);
    }

    @Test
    void accuracyCountsWhatWasRightlyLeftAlone() {
        DecisionRows rows = new DecisionRows(
                new double[] {0.9, 0.8, 0.3, 0.2, 0.1},
                new boolean[] {true, false, true, false, false},
                null,
                new int[] {1, 1, 2, 2, 3});

        ThresholdJudgement judged = ThresholdJudgement.of(
                rows, new ThresholdDecision.Act(0.5), ThresholdSettings.of(Utility.ACCURACY, 1));

        assertThat(judged.performance().accuracy()).isCloseTo(3.0 / 5, within(1e-15));
        assertThat(judged.utility().lower()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(judged.utility().upper()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void notActingBringsNothing() {
        ThresholdJudgement judged = ThresholdJudgement.of(
                rows(300, 1), new ThresholdDecision.NoBet("no"), ThresholdSettings.of(Utility.PROFIT, 1));

        assertThat(judged.performance().bets()).isZero();
        assertThat(judged.utility().lower()).isZero();
        assertThat(judged.utility().upper()).isZero();
    }
}

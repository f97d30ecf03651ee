package dev.keelson.learn.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.split.Fold;
import dev.keelson.metrics.SharpeRatio;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ThresholdChoiceTest {

    /** Even bets, ten a day; {@code worth} times the score is the true edge, less a margin. */
    private static DecisionRows bets(int n, long seed, double worth, double margin) {
        Random random = new Random(seed);
        double[] scores = new double[n];
        boolean[] won = new boolean[n];
        double[] profits = new double[n];
        int[] days = new int[n];
        for (int i = 0; i < n; i++) {
            scores[i] = random.nextGaussian() * 0.1;
            won[i] = random.nextDouble() < 0.5 + (worth * scores[i] - margin) / 2;
            profits[i] = won[i] ? 1 : -1;
            days[i] = i / 10;
        }
        return new DecisionRows(scores, won, profits, days);
    }

    /** Four folds, each block after the rows that train for it. */
    private static List<Fold> folds(int n) {
        List<Fold> folds = new ArrayList<>();
        for (int f = 1; f <= 4; f++) {
            folds.add(new Fold(
                    IntStream.range(0, n * f / 5).toArray(),
                    IntStream.range(n * f / 5, n * (f + 1) / 5).toArray(),
                    n * f / 5,
                    n * (f + 1) / 5 - 1));
        }
        return folds;
    }

    @Test
    void scoresWithoutWorthEndInNoBet() {
        int acted = 0;
        double optimism = 0;
        for (long seed = 0; seed < 30; seed++) {
            ThresholdSettings settings = new ThresholdSettings(Utility.PROFIT, 100, 0.95, 0, 200, seed);

            ThresholdChoice choice = ThresholdChoice.of(bets(1_500, seed, 0, 0), folds(1_500), settings);

            acted += choice.decision() instanceof ThresholdDecision.Act ? 1 : 0;
            optimism += Objects.requireNonNull(choice.nested()).optimism() / 30;
        }
        assertThat(acted).isLessThanOrEqualTo(3);
        assertThat(optimism).isGreaterThan(10);
    }

    @Test
    void worthIsFoundNearTheScoreWhereItBegins() {
        // the edge score - 0.02 is positive above 0.02
        DecisionRows rows = bets(20_000, 1, 1, 0.02);

        ThresholdChoice choice = ThresholdChoice.of(rows, folds(20_000), ThresholdSettings.of(Utility.PROFIT, 42));

        assertThat(choice.decision())
                .isInstanceOfSatisfying(
                        ThresholdDecision.Act.class,
                        act -> assertThat(act.threshold()).isCloseTo(0.02, within(0.03)));
        ThresholdChoice.Nested nested = Objects.requireNonNull(choice.nested());
        assertThat(nested.profit().lower()).isPositive();
        assertThat(nested.decisions()).hasSize(4).allMatch(decision -> decision instanceof ThresholdDecision.Act);
        assertThat(nested.performance().rows()).isEqualTo(16_000);
        assertThat(nested.optimism()).isBetween(0.0, 100.0);
        assertThat(nested.hindsight() - nested.optimism())
                .isCloseTo(nested.performance().profit(), within(1e-9));
    }

    @Test
    void thresholdHasTheGreatestUtilityOfItsCurve() {
        for (Utility utility : Utility.values()) {
            DecisionRows rows = bets(2_000, 2, 1, 0);
            ThresholdSettings settings = ThresholdSettings.of(utility, 1).withLeastBets(30);

            ThresholdChoice choice = ThresholdChoice.of(rows, List.of(), settings);

            double best =
                    Objects.requireNonNull(choice.inSample()).performance().of(utility);
            assertThat(choice.curve().points())
                    .filteredOn(point -> point.performance().bets() >= 30)
                    .allMatch(point -> !(point.performance().of(utility) > best));
            assertThat(choice.inSample().performance().bets()).isGreaterThanOrEqualTo(30);
            assertThat(choice.nested()).isNull();
        }
    }

    @Test
    void sharpeIsOverAllDays() {
        DecisionRows rows = bets(200, 3, 1, 0);
        ThresholdCurve.Point point = ThresholdCurve.of(rows).points().get(20);

        double[] daily = new double[20];
        for (int i = 0; i < 200; i++) {
            if (rows.scores()[i] >= point.threshold()) {
                daily[i / 10] += rows.profit(i);
            }
        }
        assertThat(point.performance().sharpe()).isCloseTo(SharpeRatio.of(daily).orElseThrow(), within(1e-12));
    }

    @Test
    void tooFewBetsAreNoBet() {
        DecisionRows rows = bets(99, 4, 1, 0);

        ThresholdChoice choice = ThresholdChoice.of(rows, List.of(), ThresholdSettings.of(Utility.PROFIT, 1));

        assertThat(choice.decision())
                .isInstanceOfSatisfying(
                        ThresholdDecision.NoBet.class,
                        none -> assertThat(none.reason()).contains("No threshold has 100 bets"));
        assertThat(choice.inSample()).isNull();
        assertThat(choice.decision().acts(1e9)).isFalse();
    }

    @Test
    void fewDaysShowNothing() {
        boolean[] won = new boolean[200];
        double[] profits = new double[200];
        int[] days = new int[200];
        for (int i = 0; i < 200; i++) {
            won[i] = true;
            profits[i] = 1;
            days[i] = i % 9;
        }
        DecisionRows rows = new DecisionRows(new double[200], won, profits, days);

        ThresholdChoice choice = ThresholdChoice.of(rows, List.of(), ThresholdSettings.of(Utility.PROFIT, 1));

        assertThat(choice.decision()).isInstanceOf(ThresholdDecision.NoBet.class);
        assertThat(Objects.requireNonNull(choice.inSampleProfit()).lower()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void f1NeedsNoProfitAndIsNotGatedByIt() {
        DecisionRows money = bets(1_000, 5, 1, 0.3);
        DecisionRows rows = new DecisionRows(money.scores(), money.positive(), null, money.days());

        ThresholdChoice choice = ThresholdChoice.of(rows, folds(1_000), ThresholdSettings.of(Utility.F1, 1));

        assertThat(choice.decision()).isInstanceOf(ThresholdDecision.Act.class);
        assertThat(Objects.requireNonNull(choice.nested()).performance().f1()).isPositive();
        assertThatThrownBy(() -> ThresholdChoice.of(rows, List.of(), ThresholdSettings.of(Utility.SHARPE, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sharpe needs the profit");
    }

    @Test
    void sameSeedGivesTheSameChoice() {
        DecisionRows rows = bets(1_000, 6, 1, 0);
        ThresholdSettings settings = ThresholdSettings.of(Utility.SHARPE, 9);

        assertThat(ThresholdChoice.of(rows, folds(1_000), settings))
                .isEqualTo(ThresholdChoice.of(rows, folds(1_000), settings));
    }

    @Test
    void rowsWithNothingToActOnAreNeverActedOn() {
        DecisionRows rows = new DecisionRows(
                new double[] {Double.NEGATIVE_INFINITY, 0.5}, new boolean[] {true, false}, null, new int[] {1, 2});

        ThresholdCurve curve = ThresholdCurve.of(rows);

        assertThat(curve.points()).hasSize(1);
        assertThat(curve.points().getFirst().performance().bets()).isEqualTo(1);
        assertThat(curve.points().getFirst().performance().f1()).isZero();
    }

    @Test
    void badRowsAreRefused() {
        assertThatThrownBy(() -> new DecisionRows(new double[] {Double.NaN}, new boolean[1], null, new int[1]))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new DecisionRows(
                        new double[] {1}, new boolean[1], new double[] {Double.POSITIVE_INFINITY}, new int[1]))
                .hasMessageContaining("profit");
        DecisionRows rows = bets(500, 1, 1, 0);
        List<Fold> twice = List.of(folds(500).get(0), folds(500).get(0));
        assertThatThrownBy(() -> ThresholdChoice.of(rows, twice, ThresholdSettings.of(Utility.F1, 1)))
                .hasMessageContaining("validated in two folds");
        Fold backward = new Fold(
                IntStream.range(400, 500).toArray(), IntStream.range(0, 400).toArray(), 0, 0);
        assertThatThrownBy(() -> ThresholdChoice.of(rows, List.of(backward), ThresholdSettings.of(Utility.F1, 1)))
                .hasMessageContaining("walk forward");
    }

    @Test
    void thinnedCurveKeepsItsEnds() {
        ThresholdCurve curve = ThresholdCurve.of(bets(500, 1, 1, 0));

        ThresholdCurve thinned = curve.thinned(50);

        assertThat(thinned.points()).hasSize(50).isSubsetOf(curve.points());
        assertThat(thinned.points().getFirst()).isEqualTo(curve.points().getFirst());
        assertThat(thinned.points().getLast()).isEqualTo(curve.points().getLast());
        assertThat(curve.thinned(500)).isSameAs(curve);
    }

    @Test
    void blocksKeepTheSpreadOfDaysThatHangTogether() {
        Random random = new Random(8);
        double[] daily = new double[990];
        double level = 0;
        for (int i = 0; i < daily.length; i++) {
            level = 0.8 * level + random.nextGaussian();
            daily[i] = level;
        }

        for (int block : new int[] {1, 30}) {
            double sum = 0;
            double squares = 0;
            for (int start = 0; start < 990; start++) {
                double drawn = 0;
                for (int day = start; day < start + block; day++) {
                    drawn += daily[day % 990];
                }
                sum += drawn / 990;
                squares += drawn * drawn / 990;
            }
            double deviation = Math.sqrt((squares - sum * sum) * 990 / block);

            Interval interval = BlockBootstrap.total(daily, block, 1_000, 0.95, 1);

            assertThat(interval.width()).isCloseTo(2 * 1.96 * deviation, Percentage.withPercentage(8));
            assertThat(interval).isEqualTo(BlockBootstrap.total(daily, block, 1_000, 0.95, 1));
        }
        assertThat(BlockBootstrap.total(daily, 30, 1_000, 0.95, 1).width())
                .isGreaterThan(
                        2 * BlockBootstrap.total(daily, 1, 1_000, 0.95, 1).width());
        assertThat(BlockBootstrap.blockLength(1_000)).isEqualTo(10);
    }
}

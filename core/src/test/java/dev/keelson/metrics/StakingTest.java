package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class StakingTest {

    private static final double NONE = Double.NaN;

    @Test
    void missingOrImpossibleOddsSilenceTheMarket() {
        assertThat(OddsMargin.overround(2.1, NONE, 3)).isNaN();
        assertThat(OddsMargin.power(2.1, 1, 3)).containsOnly(NONE);
        assertThat(OddsMargin.shin(2.1, 0, 3)).containsOnly(NONE);
        assertThat(OddsMargin.implied(OddsMargin.Method.PROPORTIONAL, new double[] {2, 2, NONE, 2}, 2))
                .containsExactly(0.5, 0.5, NONE, NONE);
        assertThatThrownBy(() -> OddsMargin.implied(OddsMargin.Method.SHIN, new double[] {2, 2, 3}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a multiple");
    }

    @Test
    void impliedProbabilitiesSumToOneAndKeepTheOrder() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] odds = random.doubles(3).map(u -> 1.01 + 20 * u * u).toArray();
            for (OddsMargin.Method method : OddsMargin.Method.values()) {
                double[] p = OddsMargin.implied(method, odds, 3);

                assertThat(p[0] + p[1] + p[2]).as("seed %d %s", seed, method).isCloseTo(1, within(1e-12));
                assertThat(Double.compare(p[0], p[1])).isEqualTo(Double.compare(odds[1], odds[0]));
            }
        }
    }

    @Test
    void powerAndShinTakeMoreFromOutsidersThanProportionDoes() {
        double[] odds = {1.2, 6.5, 15};

        double plain = OddsMargin.proportional(odds)[2];

        assertThat(OddsMargin.power(odds)[2]).isLessThan(plain);
        assertThat(OddsMargin.shin(odds)[2]).isLessThan(plain);
    }

    @Test
    void singleKellyFollowsTheFormula() {
        assertThat(Kelly.single(0.55, 2)).isCloseTo(0.1, within(1e-12));
        assertThat(Kelly.single(0.45, 2)).isZero();
        assertThat(Kelly.single(1, 1.5)).isEqualTo(1);
        assertThat(Kelly.single(0.9, NONE)).isZero();
        assertThat(Kelly.single(0.9, 1)).isZero();
    }

    @Test
    void exclusiveKellyOfOneOfferedOutcomeIsTheSingleStake() {
        double[] stakes = Kelly.exclusive(new double[] {0.55, 0.3, 0.15}, new double[] {2, NONE, 1});

        assertThat(stakes).containsExactly(new double[] {0.1, 0, 0}, within(1e-12));
    }

    @Test
    void fairOddsDeserveNoStake() {
        assertThat(Kelly.exclusive(new double[] {0.5, 0.25, 0.25}, new double[] {2, 4, 4}))
                .containsOnly(0);
    }

    @Test
    void flatStakesAreCountedByHand() {
        double[] p = {0.5, 0.3, 0.2, 0.4, 0.3, 0.3, 0.3, 0.3, 0.4};
        double[] odds = {2.2, 3.0, 4.0, 2.0, 4.0, 3.5, NONE, NONE, NONE};
        int[] labels = {0, 1, 2};
        int[] days = {1, 1, 2};

        Staking all = Staking.simulate(new StakingRule.Flat(1, 0, false), 100, p, 3, odds, labels, days);
        Staking best = Staking.simulate(new StakingRule.Flat(1, 0.1, true), 100, p, 3, odds, labels, days);

        // edges: 0.1, -0.1, -0.2 | -0.2, 0.2, 0.05 | none
        assertThat(all.bets()).isEqualTo(3);
        assertThat(all.won()).isEqualTo(2);
        assertThat(all.turnover()).isEqualTo(3);
        assertThat(all.profit()).isCloseTo(1.2 + 3 - 1, within(1e-12));
        assertThat(all.roi()).hasValueCloseTo(3.2 / 3, within(1e-12));
        assertThat(all.curve().stream().map(Staking.DayBank::day)).containsExactly(1, 2);
        assertThat(all.finalBank()).isCloseTo(103.2, within(1e-12));
        assertThat(all.maxDrawdown()).isZero();
        assertThat(all.stakes()).containsExactly(1.0, 2.0, 0.0);
        // 0.5 * 2.2 - 1 is 0.1 and a little, so it exceeds 0.1
        assertThat(best.bets()).isEqualTo(2);
    }

    @Test
    void kellyStakesOfOneDayComeFromTheBankAtItsStart() {
        double[] p = {0.55, 0.45, 0.55, 0.45, 0.55, 0.45};
        double[] odds = {2, NONE, 2, NONE, 2, NONE};
        StakingRule rule = new StakingRule.FractionalKelly(0.5, 0, 1);

        Staking oneDay = Staking.simulate(rule, 100, p, 2, odds, new int[] {1, 1, 0}, new int[] {5, 5, 5});
        Staking threeDays = Staking.simulate(rule, 100, p, 2, odds, new int[] {1, 1, 0}, new int[] {5, 6, 7});

        assertThat(oneDay.stakes()).allSatisfy(stake -> assertThat(stake).isCloseTo(5, within(1e-9)));
        assertThat(oneDay.finalBank()).isCloseTo(95, within(1e-9));
        assertThat(threeDays.finalBank()).isCloseTo(100 * 0.95 * 0.95 * 1.05, within(1e-9));
        assertThat(threeDays.maxDrawdown()).isCloseTo(1 - 0.95 * 0.95, within(1e-9));
        assertThat(oneDay.roi()).hasValueCloseTo(-1 / 3.0, within(1e-9));
    }

    @Test
    void capAndBankLimitTheStakes() {
        double[] p = {0.9, 0.1, 0.9, 0.1};
        double[] odds = {2, NONE, 2, NONE};

        Staking capped = Staking.simulate(
                new StakingRule.FractionalKelly(1, 0, 0.05), 100, p, 2, odds, new int[] {0, 0}, new int[] {1, 1});
        Staking scaled = Staking.simulate(
                new StakingRule.FractionalKelly(1, 0, 1), 100, p, 2, odds, new int[] {1, 1}, new int[] {1, 1});

        assertThat(capped.stakes()).containsExactly(5.0, 5.0);
        assertThat(scaled.turnover()).isCloseTo(100, within(1e-9));
        assertThat(scaled.finalBank()).isCloseTo(0, within(1e-9));
        assertThat(scaled.maxDrawdown()).isCloseTo(1, within(1e-9));
    }

    @Test
    void noBetsHaveNoYield() {
        Staking none = Staking.simulate(
                new StakingRule.Flat(1, 0, false),
                10,
                new double[] {0.5, 0.5},
                2,
                new double[] {1.9, 1.9},
                new int[] {0},
                new int[] {1});

        assertThat(none.roi()).isEmpty();
        assertThat(none.curve()).isEqualTo(List.of(new Staking.DayBank(1, 10)));
    }

    @Test
    void daysOutOfOrderAreRefused() {
        assertThatThrownBy(() -> Staking.simulate(
                        new StakingRule.Flat(1, 0, false),
                        10,
                        new double[] {0.5, 0.5, 0.5, 0.5},
                        2,
                        new double[] {2, 2, 2, 2},
                        new int[] {0, 0},
                        new int[] {3, 2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("day of row 1 (2) lies before that of row 0 (3)");
    }

    @Test
    void drawdownFindsItsHighAndLow() {
        MaxDrawdown drawdown = MaxDrawdown.of(new double[] {100, 120, 90, 110, 60, 130});

        assertThat(drawdown.share()).isEqualTo(0.5);
        assertThat(drawdown.from()).isEqualTo(1);
        assertThat(drawdown.to()).isEqualTo(4);
        assertThat(MaxDrawdown.of(new double[] {10, -5, 3}).share()).isEqualTo(1.5);
        assertThat(MaxDrawdown.of(new double[] {10, -1, -5, 3}).to()).isEqualTo(2);
        assertThat(MaxDrawdown.of(new double[] {10, 11}).share()).isZero();
    }

    @Test
    void sharpeRatioAndItsProbability() {
        double[] returns = {0.01, -0.02, 0.03, 0.01, 0.00, 0.02};

        assertThat(SharpeRatio.of(returns)).hasValueCloseTo(0.4838206248226147, within(1e-12));
        assertThat(SharpeRatio.probability(returns, SharpeRatio.of(returns).orElseThrow()))
                .hasValueCloseTo(0.5, within(1e-12));
        assertThat(SharpeRatio.probability(returns, 0).orElseThrow()).isBetween(0.75, 0.95);
        assertThat(SharpeRatio.of(new double[] {0.1, 0.1, 0.1})).isEmpty();
        assertThat(SharpeRatio.of(new double[] {0.1})).isEmpty();
        assertThat(SharpeRatio.of(new double[0])).isEmpty();
    }
}

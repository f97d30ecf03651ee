package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MoneyMetricsTest {

    private static final double[] P = {0.6, 0.4, 0.6, 0.4, 0.6, 0.4};
    private static final double[] ODDS = {2, 2, 2, 2, 2, 2};

    @Test
    void oneEventAloneIsPlainKelly() {
        double[] p = {0.55, 0.45};
        double[] odds = {2.1, 1.8};

        double[][] stakes = SimultaneousKelly.stakes(List.of(new SimultaneousKelly.Event(p, odds)), 42);

        assertThat(stakes[0]).containsExactly(Kelly.exclusive(p, odds), within(1e-3));
    }

    @Test
    void manyEventsNeverStakeMoreThanTheBankAndEachLessThanAlone() {
        SimultaneousKelly.Event event = new SimultaneousKelly.Event(new double[] {0.6, 0.4}, new double[] {2, Double.NaN});
        List<SimultaneousKelly.Event> many = new ArrayList<>(Collections.nCopies(20, event)); // 3^20 joint outcomes

        double[][] stakes = SimultaneousKelly.stakes(many, 42);

        assertThat(Arrays.stream(stakes).flatMapToDouble(Arrays::stream).sum()).isBetween(0.8, 1.0);
        assertThat(Arrays.stream(stakes).map(each -> each[0]).toList()).allSatisfy(each -> assertThat(each)
                .isBetween(0.0, 0.2));
        assertThat(SimultaneousKelly.stakes(many, 42)).isDeepEqualTo(stakes);
    }

    @Test
    void nothingIsStakedWithoutAnEdgeOrWithoutEvents() {
        SimultaneousKelly.Event fair = new SimultaneousKelly.Event(new double[] {0.5, 0.5}, new double[] {1.9, 1.9});

        assertThat(SimultaneousKelly.stakes(List.of(fair, fair), 1)).isDeepEqualTo(new double[][] {{0, 0}, {0, 0}});
        assertThat(SimultaneousKelly.stakes(List.of(), 1)).isEmpty();
    }

    @Test
    void proportionalStakesFollowTheBank() {
        Staking staking = Staking.simulate(
                new StakingRule.Proportional(0.1, 0, true), 100, P, 2, ODDS, new int[] {0, 0, 1}, new int[] {1, 2, 3});

        assertThat(staking.stakes().stream().mapToDouble(Double::doubleValue).toArray())
                .containsExactly(new double[] {10, 11, 12.1}, within(1e-9));
        assertThat(staking.finalBank()).isCloseTo(108.9, within(1e-9));
    }

    @Test
    void simultaneousRuleStakesADayTogether() {
        StakingRule rule = new StakingRule.SimultaneousFractionalKelly(1, 0, 1, 42);

        Staking together = Staking.simulate(rule, 100, P, 2, ODDS, new int[] {0, 0, 1}, new int[] {1, 1, 1});
        Staking apart = Staking.simulate(
                new StakingRule.FractionalKelly(1, 0, 1), 100, P, 2, ODDS, new int[] {0, 0, 1}, new int[] {1, 1, 1});

        assertThat(together.turnover()).isLessThan(apart.turnover());
        assertThat(together.stakes().getFirst()).isCloseTo(together.stakes().getLast(), within(1e-6));
    }

    @Test
    void commissionIsKeptOfWinningsOnly() {
        StakingLimits exchange = new StakingLimits(0.05, 1, 1, 0, Double.POSITIVE_INFINITY);

        Staking staking = Staking.simulate(
                new StakingRule.Flat(10, 0, true), exchange, 100, P, 2, ODDS, new int[] {0, 1, 0}, new int[] {1, 1, 2});

        assertThat(staking.profits()).containsExactly(9.5, -10.0, 9.5);
    }

    @Test
    void limitsCutEventDayAndStake() {
        int[] labels = {0, 0, 0};
        int[] oneDay = {1, 1, 1};
        StakingRule rule = new StakingRule.FractionalKelly(1, 0, 1); // 0.2 each

        assertThat(stakes(rule, new StakingLimits(0, 0.1, 1, 0, 1e9), labels, oneDay)).containsOnly(10.0);
        assertThat(stakes(rule, new StakingLimits(0, 1, 0.3, 0, 1e9), labels, oneDay))
                .allSatisfy(stake -> assertThat(stake).isCloseTo(10, within(1e-9)));
        assertThat(stakes(rule, new StakingLimits(0, 1, 1, 0, 7), labels, oneDay)).containsOnly(7.0);
        assertThat(stakes(rule, new StakingLimits(0, 1, 1, 25, 1e9), labels, oneDay)).containsOnly(0.0);
        assertThatThrownBy(() -> new StakingLimits(1, 1, 1, 0, 1)).hasMessageContaining("commission");
    }

    @Test
    void tradingPaysForEveryChangeAndForTheWayOut() {
        Trading trading = Trading.simulate(new double[] {1, 1, 0, -1}, new double[] {0.1, -0.05, 0.5, -0.1}, 0.001);

        assertThat(trading.returns().get(0)).isCloseTo(0.1 - 0.001, within(1e-12));
        assertThat(trading.returns().get(1)).isCloseTo(-0.05, within(1e-12));
        assertThat(trading.returns().get(2)).isCloseTo(-0.001, within(1e-12));
        assertThat(trading.returns().get(3)).isCloseTo(0.1 - 0.002, within(1e-12));
        assertThat(trading.turnover()).isEqualTo(4);
        assertThat(trading.held()).isEqualTo(3);
        assertThat(trading.winRate()).hasValueCloseTo(2 / 3.0, within(1e-12));
        assertThat(trading.totalReturn()).isCloseTo(1.099 * 0.95 * 0.999 * 1.098 - 1, within(1e-12));
        assertThat(trading.drawdown().share()).isCloseTo(1 - 0.95 * 0.999, within(1e-12));
    }

    @Test
    void aRuinedTraderStops() {
        Trading trading = Trading.simulate(new double[] {-2, 1}, new double[] {0.8, 0.5}, 0);

        assertThat(trading.wealth()).containsExactly(1.0, 0.0, 0.0);
        assertThat(trading.held()).isEqualTo(1);
        assertThat(trading.drawdown().share()).isEqualTo(1);
    }

    @Test
    void closingLineValueIsTheExpectedProfitAtTheFairClose() {
        assertThat(ClosingLineValue.perBet(new double[] {2.1, 2, 3}, new double[] {0.5, 0.45, Double.NaN}))
                .containsExactly(new double[] {0.05, -0.1, Double.NaN}, within(1e-12));
        assertThatThrownBy(() -> ClosingLineValue.perBet(new double[] {1}, new double[] {0.5}))
                .hasMessageContaining("Bet 0 has odds 1.0");
    }

    @Test
    void degenerateScoresHaveNoAreaAndEqualTargetsNoR2() {
        ScoreCurve all = ScoreCurve.of(new double[] {0.2, 0.8}, new boolean[] {true, true});

        assertThat(all.rocArea()).isEmpty();
        assertThat(all.averagePrecision()).hasValue(1);
        assertThat(ScoreCurve.of(new double[] {0.2}, new boolean[] {false}).averagePrecision()).isEmpty();
        assertThat(RegressionErrors.of(new double[] {1, 2}, new double[] {3, 3}).explained()).isEmpty();
        assertThat(SortinoRatio.of(new double[] {0.1, 0.2}, 0)).isEmpty();
        assertThatThrownBy(() -> WeightedMean.of(new double[] {1}, new double[] {0})).hasMessageContaining("sum to 0.0");
    }

    private static List<Double> stakes(StakingRule rule, StakingLimits limits, int[] labels, int[] days) {
        return Staking.simulate(rule, limits, 100, P, 2, ODDS, labels, days).stakes();
    }
}

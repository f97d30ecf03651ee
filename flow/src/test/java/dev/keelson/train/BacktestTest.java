package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.train.BacktestDefinition.Limits;
import dev.keelson.train.BacktestDefinition.Portfolio;
import dev.keelson.train.BacktestDefinition.Rebalance;
import dev.keelson.train.BacktestDefinition.Settled;
import dev.keelson.train.BacktestDefinition.Stake;
import dev.keelson.train.BacktestDefinition.Stakes;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BacktestTest {
    private static final double NONE = Double.NaN;
    private static final int DAY = 18_262; // 2020-01-01

    /** Bets on "won" at odds of 2 with a probability of 0.6 on days in a row. */
    private static BacktestInput bets(Stakes stakes, int[] day, int[] labels, Map<String, double[]> columns) {
        int n = day.length;
        double[] p = new double[2 * n];
        for (int i = 0; i < n; i++) {
            p[2 * i] = 0.4;
            p[2 * i + 1] = 0.6;
        }
        List<String> ids = IntStream.range(0, n).mapToObj(i -> "b" + i).toList();
        return new BacktestInput(
                stakes,
                42,
                List.of("lost", "won"),
                ids,
                ids,
                day,
                new long[n],
                IntStream.of(day).map(d -> d + 1).toArray(),
                labels,
                p,
                columns);
    }

    private static Stakes stakes(Stake stake, List<String> closing, @Nullable Settled settled) {
        return new Stakes(List.of("odds"), 1, stake, 100, Limits.NONE, closing, settled, 7);
    }

    private static double[] twos(int n) {
        return IntStream.range(0, n).mapToDouble(i -> 2).toArray();
    }

    private static int[] days(int n) {
        return IntStream.range(DAY, DAY + n).toArray();
    }

    @Test
    void handComputedFlatBets() {
        Stakes flat = stakes(new Stake.Flat(10), List.of(), null);

        Backtest backtest = Backtest.run(
                bets(flat, days(4), new int[] {1, 0, 0, 1}, Map.of("odds", twos(4))), Backtest.Trials.ONE);

        JsonNode totals = backtest.document().path("totals");
        assertThat(totals.path("bets").asInt()).isEqualTo(4);
        assertThat(totals.path("win_rate").path("value").asDouble()).isEqualTo(0.5);
        assertThat(totals.path("profit").path("value").asDouble()).isZero();
        assertThat(totals.path("hit_rate").asDouble()).isEqualTo(0.5);
        assertThat(totals.path("max_drawdown").path("share").asDouble()).isCloseTo(20 / 110.0, within(1e-12));
        assertThat(totals.path("max_drawdown").path("days").asInt()).isEqualTo(3);
        assertThat(totals.path("max_drawdown").path("recovered").isNull()).isTrue();
        assertThat(backtest.document().path("curve")).hasSize(5);
        assertThat(backtest.document().path("periods").path("season").path(0).path("period").asText()).isEqualTo("2019/20");
        assertThat(backtest.conclusion()).startsWith("No evidence of profit").contains("contains 0");
        assertThat(backtest.details().lines()).hasSize(5);
    }

    @Test
    void flatStakesOfABankThatIsGoneSayThatItIs() {
        int n = 15;
        BacktestInput input =
                bets(stakes(new Stake.Flat(10), List.of(), null), days(n), new int[n], Map.of("odds", twos(n)));

        Backtest backtest = Backtest.run(input, Backtest.Trials.ONE);

        assertThat(backtest.document().at("/totals/max_drawdown/share").asDouble()).isCloseTo(1.5, within(1e-12));
        assertThat(backtest.document().at("/curve/15/drawdown").asDouble()).isCloseTo(1.5, within(1e-12));
        assertThat(backtest.metrics()).containsEntry("backtest/max_drawdown", 1.5).containsEntry("backtest/days_without_bank", 6.0);
        assertThat(backtest.conclusion())
                .contains("The bank was gone on %s, and at 0 or below at the end of 6 of 15 days"
                        .formatted(backtest.bank().get(10).at()));
    }

    @Test
    void whatIsNotDefinedIsNullAndNoMetric() {
        Stakes flat = stakes(new Stake.Flat(1), List.of("close"), null);

        Backtest none = Backtest.run(
                bets(flat, days(3), new int[] {1, 0, 1}, Map.of("odds", new double[] {NONE, 1, 1.5}, "close", twos(3))),
                Backtest.Trials.ONE);
        Backtest alike = Backtest.run(
                bets(flat, days(3), new int[] {1, 1, 1}, Map.of("odds", twos(3), "close", twos(3))), Backtest.Trials.ONE);

        assertThat(none.conclusion()).startsWith("No bet was placed");
        assertThat(none.document().at("/totals/roi").isNull()).isTrue();
        assertThat(none.metrics()).containsKey("backtest/bets").doesNotContainKeys("backtest/roi", "backtest/sharpe", "backtest/clv");
        assertThat(alike.document().at("/totals/sharpe").isNull()).isTrue();
        assertThat(alike.document().at("/totals/roi/lower").isNull()).isTrue();
        assertThat(alike.conclusion()).contains("too few for an interval");
    }

    @Test
    void returnedAndHalfWonStakesCountAsWhatTheyAre() {
        Stakes settled = stakes(new Stake.Flat(10), List.of(), new Settled("gain", "staked"));

        Backtest backtest = Backtest.run(
                bets(
                        settled,
                        days(4),
                        new int[] {1, 1, 0, 0},
                        Map.of("odds", twos(4), "gain", new double[] {10, 2.5, -2.5, NONE}, "staked", new double[] {20, 5, 5, 5})),
                Backtest.Trials.ONE);

        assertThat(backtest.document().at("/totals/profit/value").asDouble()).isCloseTo(5 + 5 - 5 - 10, within(1e-12));
        assertThat(backtest.document().at("/totals/won").asInt()).isEqualTo(2);
    }

    @Test
    void closingOddsChangeNothingButTheClosingLineValue() {
        Stakes kelly = stakes(new Stake.Kelly(0.25, Stake.Kind.EXCLUSIVE), List.of("close"), null);
        int[] labels = {1, 0, 1, 1, 0};
        Map<String, double[]> low = Map.of("odds", twos(5), "close", new double[] {1.8, 1.9, 2, 2.1, NONE});
        Map<String, double[]> high = Map.of("odds", twos(5), "close", new double[] {3, 3, 3, 3, 3});

        Backtest first = Backtest.run(bets(kelly, days(5), labels, low), Backtest.Trials.ONE);
        Backtest second = Backtest.run(bets(kelly, days(5), labels, high), Backtest.Trials.ONE);

        assertThat(first.bank()).isEqualTo(second.bank());
        assertThat(first.document().at("/totals/clv_bets").asInt()).isEqualTo(4);
        assertThat(first.document().at("/totals/clv/value").asDouble())
                .isCloseTo((2 / 1.8 + 2 / 1.9 + 1 + 2 / 2.1) / 4 - 1, within(1e-12));
        assertThat(second.document().at("/totals/clv/value").asDouble()).isCloseTo(2 / 3.0 - 1, within(1e-12));
        assertThat(first.document().path("notes").toString()).contains("margin");
    }

    @Test
    void whatIsStakedCannotBeStakedAgainBeforeItsResultIsKnown() {
        Stakes half = stakes(new Stake.Proportional(0.5), List.of(), null);
        BacktestInput soon = bets(half, days(3), new int[] {1, 1, 1}, Map.of("odds", twos(3)));
        BacktestInput late = new BacktestInput(
                half, 42, soon.classes(), soon.rowIds(), soon.assets(), soon.day(), soon.eventTime(),
                new int[] {DAY + 9, DAY + 9, DAY + 9}, soon.labels(), soon.predictions(), soon.columns());

        assertThat(Backtest.run(soon, Backtest.Trials.ONE).document().at("/totals/turnover").asDouble())
                .isCloseTo(50 + 75 + 112.5, within(1e-9));
        assertThat(Backtest.run(late, Backtest.Trials.ONE).document().at("/totals/turnover").asDouble())
                .isCloseTo(50 + 50, within(1e-9)); // the third day finds the bank staked
    }

    @Test
    void aProfitThatManyTrialsMayShowByLuckIsSaidToBe() {
        int n = 200;
        int[] labels = IntStream.range(0, n).map(i -> i % 5 < 3 ? 1 : 0).toArray();
        BacktestInput input =
                bets(stakes(new Stake.Flat(1), List.of(), null), days(n), labels, Map.of("odds", twos(n)));

        assertThat(Backtest.run(input, Backtest.Trials.ONE).conclusion()).startsWith("Profit:").doesNotContain("luck");
        assertThat(Backtest.run(input, new Backtest.Trials(1, 5000)).conclusion()).contains("5,001 tried models", "luck");
    }

    @Test
    void holdingEverythingIsNoBetterThanEverything() {
        int days = 40;
        String[] assets = {"a", "b"};
        List<String> names = IntStream.range(0, 2 * days).mapToObj(i -> assets[i % 2]).toList();
        double[] price = IntStream.range(0, 2 * days)
                .mapToDouble(i -> i % 2 == 0 ? 100 + i : 100 - 0.5 * i)
                .toArray();
        double[] score = IntStream.range(0, 2 * days).mapToDouble(i -> i % 2 == 0 ? 0.9 : 0.1).toArray();
        int[] day = IntStream.range(0, 2 * days).map(i -> DAY + i / 2).toArray();
        BacktestInput one = new BacktestInput(
                new Portfolio("price", -1, new Rebalance(Rebalance.Unit.WEEKLY, null), 1, 0.001),
                42,
                List.of(),
                IntStream.range(0, 2 * days).mapToObj(i -> "r" + i).toList(),
                names,
                day,
                IntStream.of(day).mapToLong(d -> d * 86_400_000_000L).toArray(),
                day,
                new int[0],
                score,
                Map.of("price", price));

        Backtest best = Backtest.run(one, Backtest.Trials.ONE);
        Backtest all = Backtest.run(
                one.with(new Portfolio("price", -1, new Rebalance(Rebalance.Unit.WEEKLY, null), 5, 0.001)),
                Backtest.Trials.ONE);

        assertThat(best.document().at("/totals/return").asDouble())
                .isCloseTo(price[2 * days - 2] / price[0] * 0.999 * 0.999 - 1, within(1e-12)); // bought once, sold once
        assertThat(best.conclusion()).startsWith("Better than holding all rows");
        assertThat(all.document().at("/totals/excess/value").asDouble()).isZero();
        assertThat(all.conclusion()).startsWith("No evidence of being better");
    }

    @Test
    void stakesReadAsTheyAreWritten() {
        for (String text : List.of("flat", "flat(10)", "proportional(0.01)", "kelly(0.25)")) {
            assertThat(Stake.parse(text, Stake.Kind.EXCLUSIVE).orElseThrow().text()).isEqualTo(text);
        }
        assertThat(Stake.parse("proportional(1%)", Stake.Kind.SINGLE)).contains(new Stake.Proportional(0.01));
        assertThat(List.of("kelly", "kelly(2)", "flat(0)", "flat(1%)", "martingale(2)"))
                .allMatch(text -> Stake.parse(text, Stake.Kind.SINGLE).isEmpty());
        assertThatThrownBy(() -> new Limits(1, 1, 1, 1, 1, 2, 0, 1, 0)).hasMessageContaining("commission");
    }
}

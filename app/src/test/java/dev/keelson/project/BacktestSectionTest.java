package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Problem;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.BacktestDefinition.Limits;
import dev.keelson.train.BacktestDefinition.Portfolio;
import dev.keelson.train.BacktestDefinition.Rebalance;
import dev.keelson.train.BacktestDefinition.Settled;
import dev.keelson.train.BacktestDefinition.Stake;
import dev.keelson.train.BacktestDefinition.Stakes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BacktestSectionTest {
    private static final String TEXT = """
            keelson: 1
            project: betting
            timezone: UTC
            sources:
              bets:
                file: bets.csv
                key: bet_id
                event_time: placed_at
                outcomes: { columns: [status, profit, closing], known_after: 2d }
                columns:
                  bet_id: string
                  placed_at: timestamp
                  sport: string
                  odds: double
                  against: double
                  stake: double
                  status: { type: enum, values: [won, lost, void] }
                  profit: double
                  closing: double
                labels:
                  won: { expression: bet_won(status), classes: [lost, won] }
                  gain: "profit(status, odds, stake)"
            models:
              m:
                label: LABEL
                features: [stake]
                validate: { embargo: 10d }
                backtest: BACKTEST
            """;

    @TempDir
    Path folder;

    private @Nullable BacktestDefinition read(String label, String backtest) {
        return FootballProject.read(folder, text(label, backtest), SourceHeaders.none(), Map.of())
                .models()
                .getFirst()
                .backtest();
    }

    private static String text(String label, String backtest) {
        return TEXT.replace("LABEL", label).replace("BACKTEST", backtest);
    }

    @Test
    void whatIsLeftOutTakesItsDefault() {
        assertThat(read("bets.won", "{ odds: odds }"))
                .isEqualTo(new Stakes(List.of("odds"), 1, new Stake.Flat(1), 1000, Limits.NONE, List.of(), null, null));
        assertThat(read("bets.won", "{ odds: [against, odds], stake: kelly(0.5) }"))
                .isEqualTo(Stakes.of(List.of("against", "odds"), new Stake.Kelly(0.5, Stake.Kind.EXCLUSIVE), 1000));
        assertThat(read("bets.gain", "{ price: odds }"))
                .isEqualTo(new Portfolio("odds", -1, new Rebalance(Rebalance.Unit.MONTHLY, null), 10, 0));
    }

    @Test
    void everythingCanBeSaid() {
        assertThat(read(
                        "bets.won",
                        "{ odds: [against], class: lost, stake: kelly(25%), kelly: simultaneous, bankroll: 50, commission: 2%,"
                                + " limits: { per_bet: 1%, per_event: 0.02, per_day: 300bp, min_odds: 1.5, max_odds: 9, min_stake: 1,"
                                + " max_stake: 20, min_edge: 3% }, closing: closing, settled: { profit: profit, stake: stake },"
                                + " season: 7 }"))
                .isEqualTo(new Stakes(
                        List.of("against"),
                        0,
                        new Stake.Kelly(0.25, Stake.Kind.SIMULTANEOUS),
                        50,
                        new Limits(0.02, 0.01, 0.02, 0.03, 1.5, 9, 1, 20, 0.03),
                        List.of("closing"),
                        new Settled("profit", "stake"),
                        7));
        assertThat(read("bets.won", "{ price: odds, rebalance: 12h, top: 3, cost: 10bp, class: lost }"))
                .isEqualTo(new Portfolio(
                        "odds", 0, new Rebalance(Rebalance.Unit.DURATION, Duration.ofHours(12)), 3, 0.001));
    }

    @Test
    void whatWasReadIsWrittenAndReadBack() {
        for (String text : List.of(
                "{ odds: odds, stake: proportional(1%), closing: closing, settled: { profit: profit } }",
                "{ odds: [against, odds], stake: kelly(0.5), kelly: single, limits: { per_day: 5% }, season: 1 }",
                "{ odds: [against, odds], stake: flat(3) }",
                "{ price: odds, rebalance: weekly, cost: 5bp }")) {
            BacktestDefinition read = Objects.requireNonNull(read("bets.won", text));

            assertThat(BacktestDefinition.fromJson(read.toJson())).isEqualTo(read);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bets.won | { odds: closing } | is an outcome, which is not known yet",
                "bets.won | { price: closing } | is an outcome, which is not known yet",
                "bets.won | { stake: flat } | neither the odds to stake at nor the price to hold at",
                "bets.gain | { odds: odds } | stakes on classes",
                "bets.won | { odds: odds, top: 3 } | no effect in a backtest of odds",
                "bets.won | { price: odds, stake: flat } | no effect in a backtest of prices",
                "bets.won | { odds: odds, stake: kelly(1.5) } | a share of the Kelly stake",
                "bets.won | { odds: odds, stake: flat(0) } | units above 0",
                "bets.won | { odds: odds, kelly: single } | no effect with `stake: flat`",
                "bets.won | { odds: [against, odds], settled: { profit: profit } } | one value alone",
                "bets.won | { odds: [against, odds], closing: closing } | as many as `odds` (2)",
                "bets.won | { odds: odds, class: drawn } | drawn",
                "bets.won | { odds: odds, limits: { min_odds: 5, max_odds: 2 } } | not above the least",
                "bets.won | { odds: odds, limits: { per_bet: 150% } } | no share above 0 and up to 1",
            })
    void aMistakeIsReported(String label, String backtest, String message) {
        List<Problem> problems = FootballProject.problems(folder, text(label, backtest), SourceHeaders.none());

        assertThat(problems).extracting(Problem::message).anyMatch(each -> each.contains(message));
    }
}

package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a model's predictions of the untouched test period would have earned.
 *
 * <p>Bets and holdings are chosen by what was known at the moment of each row alone. Intervals resample whole days
 * (bets) or whole periods between two choices (holdings), bias-corrected and accelerated. Ratios are of days or periods,
 * not of bets. Deterministic: the same input gives the same result.
 *
 * @param metrics name, beginning with {@link #PREFIX}, to finite value; what is not defined is absent
 * @param document totals with intervals, tables by time, the curve, a conclusion and notes
 * @param details the bets, or the holdings, as CSV with a header
 * @param bank the bank over time, the start first
 */
public record Backtest(SortedMap<String, Double> metrics, ObjectNode document, String details, List<Point> bank) {
    /** How the names of the metrics begin. */
    public static final String PREFIX = "backtest/";

    /** Copies the collections. */
    public Backtest {
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        document = document.deepCopy();
        bank = List.copyOf(bank);
    }

    /**
     * A point of the curve.
     *
     * @param at day or moment in ISO 8601
     * @param bank units, or wealth with 1 at the start
     */
    public record Point(String at, double bank) {}

    /**
     * How many models were tried before this one was chosen. The best of many looks good by luck alone, which the
     * deflated Sharpe ratio allows for.
     *
     * @param recipes different recipes (definition and features) that the model was trained by, at least 0
     * @param tuning trials of its searches for settings, at least 0
     */
    public record Trials(int recipes, int tuning) {
        /** This one alone. */
        public static final Trials ONE = new Trials(1, 0);

        /** All of them, at least 1. */
        public int count() {
            return Math.max(1, recipes + tuning);
        }
    }

    /** Simulates what the input declares. */
    public static Backtest run(BacktestInput input, Trials trials) {
        return switch (input.definition()) {
            case BacktestDefinition.Stakes stakes -> new StakesBacktest(input, stakes, trials).run();
            case BacktestDefinition.Portfolio portfolio -> new PortfolioBacktest(input, portfolio, trials).run();
        };
    }

    /**
     * Curves over the same days or moments, the start first: of flat stakes and of the declared ones where these are
     * others ({@code flat}, {@code kelly}, {@code proportional}), or of the holdings and of all rows held alike ({@code
     * holdings}, {@code benchmark}).
     */
    public static Map<String, List<Point>> curves(BacktestInput input) {
        Map<String, List<Point>> curves = new LinkedHashMap<>();
        switch (input.definition()) {
            case BacktestDefinition.Stakes stakes -> {
                StakesBacktest backtest = new StakesBacktest(input, stakes, Trials.ONE);
                curves.put("flat", StakesBacktest.bank(backtest.flat()));
                switch (stakes.stake()) {
                    case BacktestDefinition.Stake.Flat flat -> {
                        // there already
                    }
                    case BacktestDefinition.Stake.Kelly kelly ->
                        curves.put("kelly", StakesBacktest.bank(backtest.staking()));
                    case BacktestDefinition.Stake.Proportional proportional ->
                        curves.put("proportional", StakesBacktest.bank(backtest.staking()));
                }
            }
            case BacktestDefinition.Portfolio portfolio -> {
                Backtest backtest = run(input, Trials.ONE);
                curves.put("holdings", backtest.bank());
                List<Point> all = new ArrayList<>();
                backtest.document()
                        .path("curve")
                        .forEach(each -> all.add(new Point(
                                each.path("at").asText(), each.path("benchmark").asDouble())));
                curves.put("benchmark", all);
            }
        }
        return curves;
    }

    /** What this says in one sentence or two. */
    public String conclusion() {
        return document.path("conclusion").asText();
    }
}

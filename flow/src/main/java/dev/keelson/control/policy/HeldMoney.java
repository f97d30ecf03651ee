package dev.keelson.control.policy;

import dev.keelson.control.Requests;
import dev.keelson.learn.Model;
import dev.keelson.metrics.RankedPortfolio;
import dev.keelson.train.BacktestDefinition.Portfolio;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What holding the rows that a model ranks highest would have brought, by epoch: the return of each time between two choices, costs
 * paid, counted on the day of its choice, from a capital of one each time. Not safe for use by several threads.
 */
final class HeldMoney {
    private final Portfolio portfolio;
    private final List<long[]> times = new ArrayList<>();
    private final List<String> assets = new ArrayList<>();
    private final List<Double> prices = new ArrayList<>();
    private final List<double[]> features = new ArrayList<>();
    private final List<Integer> epochs = new ArrayList<>();
    private final Map<Long, Integer> epochOf = new HashMap<>();

    /**
     * @param rows of all periods, with quotes
     * @param epochOfRow epoch of each row of each period
     */
    HeldMoney(Portfolio portfolio, List<PeriodRows> rows, List<int[]> epochOfRow) {
        this.portfolio = portfolio;
        long first = rows.stream()
                .filter(period -> period.requests().size() > 0)
                .mapToLong(period -> period.requests().eventTimes()[0])
                .findFirst()
                .orElse(0);
        for (int t = 0; t < rows.size(); t++) {
            PeriodRows.Quotes quotes = rows.get(t).quotes();
            Requests requests = rows.get(t).requests();
            for (int i = 0; quotes != null && i < requests.size(); i++) {
                long at = requests.eventTimes()[i];
                times.add(new long[] {at, portfolio.rebalance().period(requests.days()[i], at, first)});
                assets.add(quotes.assets()[i]);
                prices.add(quotes.prices()[i]);
                features.add(requests.features()[i]);
                epochs.add(epochOfRow.get(t)[i]);
                epochOf.putIfAbsent(at, epochOfRow.get(t)[i]);
            }
        }
    }

    /** Adds what one model would have brought from an epoch on. */
    void add(Model model, int from, double[] money) {
        int start = 0;
        while (start < epochs.size() && epochs.get(start) < from) {
            start++;
        }
        int n = epochs.size() - start;
        long[] at = new long[n];
        long[] period = new long[n];
        String[] asset = new String[n];
        double[] price = new double[n];
        double[] score = new double[n];
        double[] told = new double[model.outputs().size()];
        for (int i = 0; i < n; i++) {
            at[i] = times.get(start + i)[0];
            period[i] = times.get(start + i)[1];
            asset[i] = assets.get(start + i);
            price[i] = prices.get(start + i);
            model.predict(features.get(start + i), told);
            score[i] = told[Math.max(0, portfolio.target())];
        }
        RankedPortfolio.simulate(
                        new RankedPortfolio.Universe(at, period, asset, price, score), portfolio.top(), portfolio.cost())
                .periods()
                .forEach(each -> money[epochOf.getOrDefault(each.from(), 0)] += each.result());
    }
}

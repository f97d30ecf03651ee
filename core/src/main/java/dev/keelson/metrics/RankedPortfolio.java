package dev.keelson.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What holding the assets with the highest scores would have earned, beside all of them.
 *
 * <p>Time is parted into periods. At the first moment of each that has rows, those rows are ranked by score (the earlier
 * asset in the alphabet wins ties); the first ones are held in equal shares until the first moment of the next period,
 * the last ones until the last moment of all. A row without score or price takes no part. Shares drift with their prices
 * in between and are made equal again at the next moment; what is bought and sold for that costs a fee, and so does
 * selling everything at the end. The benchmark holds every asset that took part in the ranking, with the same fee.
 *
 * <p>An asset is sold at its last price at or before the moment; one that has none after it was bought is sold at the
 * price that was paid, and counted as {@code unpriced}.
 *
 * @param periods in order of time
 * @param wealth before the first period and after each, starting at 1
 * @param benchmark the same of the benchmark
 * @param turnover sum of all purchases and sales of the holdings, as multiples of the wealth at the time
 * @param costs sum of the fees, as shares of the wealth at the time
 * @param unpriced holdings without a later price
 */
public record RankedPortfolio(
        List<Period> periods,
        List<Double> wealth,
        List<Double> benchmark,
        double turnover,
        double costs,
        int unpriced) {

    /** Copies the lists. */
    public RankedPortfolio {
        periods = List.copyOf(periods);
        wealth = List.copyOf(wealth);
        benchmark = List.copyOf(benchmark);
    }

    /**
     * A time between two moments.
     *
     * @param from moment at which the holdings are chosen
     * @param to moment at which they are sold
     * @param candidates assets that were ranked
     * @param held what was held, the best first
     * @param result return of the holdings after fees, at least -1
     * @param benchmark return of the benchmark after fees
     * @param turnover purchases and sales, as multiples of the wealth at {@code from}
     */
    public record Period(
            long from, long to, int candidates, List<Holding> held, double result, double benchmark, double turnover) {

        /** Copies the list. */
        public Period {
            held = List.copyOf(held);
        }
    }

    /**
     * An asset over a period.
     *
     * @param asset its name
     * @param score by which it was ranked
     * @param bought price at the start
     * @param sold price at the end
     */
    public record Holding(String asset, double score, double bought, double sold) {

        /** Return without fees. */
        public double result() {
            return sold / bought - 1;
        }
    }

    /**
     * Rows in any order. The arrays are not copied and must not change.
     *
     * @param times moment of each row
     * @param periods period of each row, not falling with its moment
     * @param assets what each row is about; once at most at a moment
     * @param prices of the asset at the moment, positive; {@code NaN} or another value for none
     * @param scores by which it is ranked; {@code NaN} for none
     */
    public record Universe(long[] times, long[] periods, String[] assets, double[] prices, double[] scores) {

        /** Checks that everything has as many rows. */
        public Universe {
            int n = times.length;
            if (periods.length != n || assets.length != n || prices.length != n || scores.length != n) {
                throw new IllegalArgumentException(
                        "There are %d moments, %d periods, %d assets, %d prices and %d scores; as many of each are needed."
                                .formatted(n, periods.length, assets.length, prices.length, scores.length));
            }
        }
    }

    /** Where a row stands. */
    private record Quote(long time, double price, double score) {}

    /**
     * Simulates the holdings.
     *
     * @param top most assets that are held at a time, at least 1
     * @param fee cost of buying or selling one wealth, 0 to below 1, e.g. 0.001
     */
    public static RankedPortfolio simulate(Universe rows, int top, double fee) {
        if (top < 1 || !(fee >= 0 && fee < 1)) {
            throw new IllegalArgumentException(
                    "top (%d) must be at least 1 and the fee (%s) 0 to below 1.".formatted(top, fee));
        }
        Map<String, TreeMap<Long, Quote>> quotes = new HashMap<>();
        TreeMap<Long, Long> firstOfPeriod = new TreeMap<>();
        TreeMap<Long, TreeSet<String>> assetsAt = new TreeMap<>();
        for (int i = 0; i < rows.times.length; i++) {
            if (rows.prices[i] > 0 && rows.prices[i] < Double.POSITIVE_INFINITY) {
                Quote quote = new Quote(rows.times[i], rows.prices[i], rows.scores[i]);
                quotes.computeIfAbsent(rows.assets[i], name -> new TreeMap<>()).put(quote.time, quote);
                if (!Double.isNaN(rows.scores[i])) {
                    firstOfPeriod.merge(rows.periods[i], rows.times[i], Math::min);
                }
                assetsAt.computeIfAbsent(rows.times[i], time -> new TreeSet<>()).add(rows.assets[i]);
            }
        }
        List<Long> moments = new ArrayList<>(firstOfPeriod.values());
        if (!moments.isEmpty() && assetsAt.lastKey() > moments.getLast()) {
            moments.add(assetsAt.lastKey());
        }
        Account chosen = new Account(fee);
        Account all = new Account(fee);
        List<Period> periods = new ArrayList<>();
        int unpriced = 0;
        for (int k = 0; k + 1 < moments.size(); k++) {
            long from = moments.get(k);
            long to = moments.get(k + 1);
            List<Holding> ranked = new ArrayList<>();
            List<Boolean> stale = new ArrayList<>();
            List<String> names = new ArrayList<>(assetsAt.getOrDefault(from, new TreeSet<>()));
            names.removeIf(name -> Double.isNaN(quote(quotes, name, from).score));
            names.sort(Comparator.comparingDouble((String name) -> -quote(quotes, name, from).score)); // stable: names as they are
            for (String name : names) {
                Quote bought = quote(quotes, name, from);
                Quote sold = quote(quotes, name, to);
                ranked.add(new Holding(name, bought.score, bought.price, sold.price));
                stale.add(sold.time <= from);
            }
            List<Holding> held = ranked.subList(0, Math.min(top, ranked.size()));
            unpriced += (int) stale.subList(0, held.size()).stream().filter(each -> each).count();
            boolean last = k + 2 == moments.size();
            double before = chosen.turnover;
            double result = chosen.period(held, last);
            periods.add(new Period(
                    from, to, ranked.size(), held, result, all.period(ranked, last), chosen.turnover - before));
        }
        return new RankedPortfolio(periods, chosen.wealth, all.wealth, chosen.turnover, chosen.costs, unpriced);
    }

    private static Quote quote(Map<String, TreeMap<Long, Quote>> quotes, String asset, long moment) {
        TreeMap<Long, Quote> ofAsset = quotes.getOrDefault(asset, new TreeMap<>());
        return Objects.requireNonNull(ofAsset.floorEntry(moment)).getValue(); // it has one at the period's start
    }

    /** Wealth in equal shares. */
    private static final class Account {

        private final double fee;
        private final List<Double> wealth = new ArrayList<>(List.of(1.0));
        private Map<String, Double> shares = new TreeMap<>();
        private double turnover;
        private double costs;

        Account(double fee) {
            this.fee = fee;
        }

        double period(List<Holding> held, boolean last) {
            double share = held.isEmpty() ? 0 : 1.0 / held.size();
            Map<String, Double> wanted = new TreeMap<>();
            held.forEach(holding -> wanted.put(holding.asset, share));
            double change = 0;
            for (Map.Entry<String, Double> entry : wanted.entrySet()) {
                change += Math.abs(entry.getValue() - shares.getOrDefault(entry.getKey(), 0.0));
            }
            for (Map.Entry<String, Double> entry : shares.entrySet()) {
                change += wanted.containsKey(entry.getKey()) ? 0 : entry.getValue();
            }
            double gross = 0;
            for (Holding holding : held) {
                gross += share * holding.result();
            }
            double paid = fee * change;
            double grown = (1 - paid) * (1 + gross);
            if (last) { // everything is sold
                double sold = held.isEmpty() ? 0 : 1 + gross;
                change += sold;
                paid += fee * sold;
                grown *= held.isEmpty() ? 1 : 1 - fee;
            }
            turnover += change;
            costs += paid;
            shares = new TreeMap<>();
            for (Holding holding : held) {
                shares.merge(holding.asset, share * (1 + holding.result()) / (1 + gross), Double::sum);
            }
            wealth.add(wealth.getLast() * grown);
            return grown - 1;
        }
    }
}

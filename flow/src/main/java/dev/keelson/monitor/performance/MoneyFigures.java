package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What bets on predictions earned, and what they are to be expected to earn by the chances of what they are on: profit in money,
 * ROI (profit by stake) and closing line value (odds by closing odds less 1, the margin of the close left in).
 *
 * <p>Intervals of what was earned take the bets of a day together, see {@link Figure}; the ratio is linearised (Cochran 1977,
 * Sampling Techniques, 2.11). Expected profit is the sum of {@code stake * (odds * chance - 1)}; its interval holds the scatter of
 * outcomes, {@code stake^2 * odds^2 * chance * (1 - chance)} a bet, as many times wider as days scatter in the reference, and what
 * resampled calibrations make of the chances.
 */
public final class MoneyFigures {
    private static final double CONFIDENCE = 0.95;

    private final List<Bet> bets;
    private final int[] day;
    private final double staked;

    private MoneyFigures(List<Bet> bets, int[] day) {
        this.bets = bets;
        this.day = day;
        this.staked = bets.stream().mapToDouble(Bet::stake).sum();
    }

    /**
     * Profit by stake of settled bets with its 95 % interval, which takes the bets of a day together. With the bets of one day alone
     * its ends are infinite.
     *
     * @param stakes one for each bet, above 0
     * @param profits likewise
     * @param day of the event of each, any number that stands for it
     * @throws IllegalArgumentException if there is none, or lengths differ
     */
    public static Interval roi(double[] stakes, double[] profits, int[] day) {
        if (stakes.length == 0 || stakes.length != profits.length || stakes.length != day.length) {
            throw new IllegalArgumentException("There are %d stakes, %d profits and %d days; as many of each, at least one, were expected."
                    .formatted(stakes.length, profits.length, day.length));
        }
        return interval(roi(stakes, profits), day);
    }

    private static Figure roi(double[] stakes, double[] profits) {
        double staked = Arrays.stream(stakes).sum();
        double ratio = Arrays.stream(profits).sum() / staked;
        return new Figure(
                ratio, IntStream.range(0, stakes.length).mapToDouble(i -> (profits[i] - ratio * stakes[i]) / staked).toArray());
    }

    private static Interval interval(Figure figure, int[] day) {
        return figure.interval(day, CONFIDENCE, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /** The bets whose result is known. */
    static MoneyFigures settled(PerformanceRows rows) {
        int[] kept = IntStream.range(0, rows.count()).filter(i -> rows.bets().get(i).settled()).toArray();
        return new MoneyFigures(
                Arrays.stream(kept).mapToObj(rows.bets()::get).toList(), Arrays.stream(kept).map(i -> rows.day()[i]).toArray());
    }

    int count() {
        return bets.size();
    }

    /** Profit of all of them: what a bet moves it by is how far it lies from the mean. */
    Figure profit() {
        double total = bets.stream().mapToDouble(Bet::profit).sum();
        double mean = total / bets.size();
        return new Figure(total, bets.stream().mapToDouble(each -> each.profit() - mean).toArray());
    }

    private Figure roi() {
        return roi(bets.stream().mapToDouble(Bet::stake).toArray(), bets.stream().mapToDouble(Bet::profit).toArray());
    }

    /** {@code bets}, {@code staked}, {@code profit}, {@code roi}, {@code clv} and {@code clv_bets}. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("bets", bets.size()).put("staked", staked);
        if (bets.isEmpty()) {
            return json;
        }
        put(json, "profit", profit(), day);
        put(json, "roi", roi(), day);
        int[] closed = IntStream.range(0, bets.size()).filter(i -> bets.get(i).closing() > 1).toArray();
        if (closed.length > 0) {
            double[] values = Arrays.stream(closed).mapToDouble(i -> bets.get(i).odds() / bets.get(i).closing() - 1).toArray();
            double mean = Arrays.stream(values).average().orElseThrow();
            Figure clv = new Figure(mean, Arrays.stream(values).map(each -> (each - mean) / values.length).toArray());
            put(json, "clv", clv, Arrays.stream(closed).map(i -> day[i]).toArray());
        }
        json.put("clv_bets", closed.length);
        return json;
    }

    private static void put(ObjectNode json, String name, Figure figure, int[] day) {
        PerformanceReport.put(json.putObject(name), interval(figure, day));
    }

    /** How many times the variance of profit by days is that of independent bets, at least 1. */
    double designEffect() {
        return bets.isEmpty() ? 1 : profit().designEffect(day);
    }

    // ---- expected

    /**
     * What the bets of rows are to be expected to bring.
     *
     * @param bets how many
     * @param staked on all of them
     * @param profit with its interval
     */
    record Expected(int bets, double staked, Interval profit) {
        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("bets", bets).put("staked", staked);
            PerformanceReport.put(json.putObject("profit"), profit);
            PerformanceReport.put(
                    json.putObject("roi"),
                    new Interval(profit.lower() / staked, profit.estimate() / staked, profit.upper() / staked, CONFIDENCE));
            return json;
        }
    }

    /**
     * Expected profit by chances.
     *
     * @param rows with at least one bet on a class
     * @param chances of all classes, row by row
     * @param resampled chances by resampled calibrations
     * @param designEffect as of {@link #designEffect}
     */
    static Expected expected(PerformanceRows rows, double[] chances, double[][] resampled, double designEffect) {
        int[] on = IntStream.range(0, rows.count()).filter(i -> rows.bets().get(i).taken()).toArray();
        double variance = 0;
        double staked = 0;
        for (int i : on) {
            Bet bet = rows.bets().get(i);
            double chance = chances[i * rows.classes() + bet.on()];
            staked += bet.stake();
            variance += bet.stake() * bet.stake() * bet.odds() * bet.odds() * chance * (1 - chance);
        }
        double profit = sum(rows, on, chances);
        double[] totals = Arrays.stream(resampled).mapToDouble(each -> sum(rows, on, each)).toArray();
        double mean = Arrays.stream(totals).average().orElse(0);
        double calibration = Arrays.stream(totals).map(each -> (each - mean) * (each - mean)).sum() / Math.max(1, totals.length - 1);
        double half = Interval.normalQuantile(CONFIDENCE) * Math.sqrt(variance * designEffect + calibration);
        return new Expected(on.length, staked, new Interval(profit - half, profit, profit + half, CONFIDENCE));
    }

    private static double sum(PerformanceRows rows, int[] on, double[] chances) {
        double sum = 0;
        for (int i : on) {
            Bet bet = rows.bets().get(i);
            sum += bet.stake() * (bet.odds() * chances[i * rows.classes() + bet.on()] - 1);
        }
        return sum;
    }
}

package dev.keelson.learn.threshold;

/** Running counts and sums while rows are acted on one by one. */
final class Tally {
    private final DecisionRows rows;
    private final Periods periods;
    private final double[] daily;
    private final int positives;
    private int bets;
    private int hits;
    private double profit;
    private double squares;

    Tally(DecisionRows rows) {
        this.rows = rows;
        this.periods = new Periods(rows.days());
        this.daily = new double[periods.count()];
        int sum = 0;
        for (boolean positive : rows.positive()) {
            sum += positive ? 1 : 0;
        }
        this.positives = sum;
    }

    void act(int row) {
        bets++;
        hits += rows.positive()[row] ? 1 : 0;
        int day = periods.of(row);
        double before = daily[day];
        daily[day] = before + rows.profit(row);
        squares += (daily[day] - before) * (daily[day] + before);
        profit += rows.profit(row);
    }

    /** Profit of each day, in order of time. */
    double[] daily() {
        return daily;
    }

    Performance performance() {
        double precision = bets == 0 ? 0 : (double) hits / bets;
        double recall = positives == 0 ? 0 : (double) hits / positives;
        return new Performance(
                rows.rows(),
                bets,
                hits,
                precision,
                recall,
                Performance.f1(bets, positives, hits),
                Performance.accuracy(rows.rows(), positives, bets, hits),
                profit,
                Performance.sharpe(profit, squares, daily.length));
    }
}

package dev.keelson.learn.threshold;

/**
 * What acting on some rows brought.
 *
 * @param rows rows there were
 * @param bets rows acted on
 * @param hits rows acted on that were positive
 * @param precision hits over bets; 0 without a bet
 * @param recall hits over positive rows; 0 when there are none
 * @param f1 harmonic mean of both; 0 without a hit
 * @param accuracy share of rows on which acting, or not acting, was right
 * @param profit sum of the profits
 * @param sharpe {@link Utility#SHARPE}; NaN where it is not defined
 */
public record Performance(
        int rows, int bets, int hits, double precision, double recall, double f1, double accuracy, double profit, double sharpe) {

    /** The value of a utility; NaN where it is not defined. */
    public double of(Utility utility) {
        return switch (utility) {
            case F1 -> f1;
            case ACCURACY -> accuracy;
            case PROFIT -> profit;
            case SHARPE -> sharpe;
        };
    }

    static double f1(int bets, int positives, int hits) {
        return bets + positives == 0 ? 0 : 2.0 * hits / (bets + positives);
    }

    static double accuracy(int rows, int positives, int bets, int hits) {
        return (rows - positives - bets + 2.0 * hits) / rows;
    }

    /** A utility of counts and profits by day; NaN where it is not defined. */
    static double value(Utility utility, int rows, int positives, int bets, int hits, double[] daily) {
        return switch (utility) {
            case F1 -> f1(bets, positives, hits);
            case ACCURACY -> accuracy(rows, positives, bets, hits);
            case PROFIT, SHARPE -> {
                double profit = 0;
                double squares = 0;
                for (double day : daily) {
                    profit += day;
                    squares += day * day;
                }
                yield utility == Utility.PROFIT ? profit : sharpe(profit, squares, daily.length);
            }
        };
    }

    static double sharpe(double profit, double squares, int days) {
        double mean = profit / days;
        double variance = (squares - days * mean * mean) / (days - 1.0);
        // rounding of the running sums must not look like variation
        return days >= 2 && variance > 1e-13 * squares ? mean / Math.sqrt(variance) : Double.NaN;
    }
}

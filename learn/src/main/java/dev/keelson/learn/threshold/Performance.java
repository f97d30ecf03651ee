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
 * @param profit sum of the profits
 * @param sharpe {@link Utility#SHARPE}; NaN where it is not defined
 */
public record Performance(
        int rows, int bets, int hits, double precision, double recall, double f1, double profit, double sharpe) {

    /** The value of a utility; NaN where it is not defined. */
    public double of(Utility utility) {
        return switch (utility) {
            case F1 -> f1;
            case PROFIT -> profit;
            case SHARPE -> sharpe;
        };
    }
}

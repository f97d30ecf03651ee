package dev.keelson.monitor.performance;

/**
 * A bet that rested on a prediction. Immutable.
 *
 * @param on position of the class that wins it; -1 for none
 * @param odds decimal odds at which it was taken, above 1
 * @param stake what was bet, in money, above 0
 * @param closing odds when betting ended, above 1; NaN where they are not known
 * @param profit what it brought beside the stake; NaN while that is not known
 */
public record Bet(int on, double odds, double stake, double closing, double profit) {
    /** No bet. */
    public static final Bet NONE = new Bet(-1, Double.NaN, 0, Double.NaN, Double.NaN);

    /** Checks the ranges. */
    public Bet {
        if (on >= 0 && !(odds > 1 && odds < Double.POSITIVE_INFINITY && stake > 0 && stake < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The odds (%s) must be above 1 and the stake (%s) above 0.".formatted(odds, stake));
        }
        if (closing <= 1) {
            throw new IllegalArgumentException("The closing odds (%s) must be above 1.".formatted(closing));
        }
    }

    /** Whether there is one. */
    public boolean taken() {
        return on >= 0;
    }

    /** Whether what it brought is known. */
    public boolean settled() {
        return taken() && Double.isFinite(profit);
    }

    /** The same once a class has happened: won by that on which it was, else lost. */
    public Bet when(int happened) {
        return new Bet(on, odds, stake, closing, happened == on ? stake * (odds - 1) : -stake);
    }
}

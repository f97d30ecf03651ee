package dev.keelson.features.internal;

import dev.keelson.expression.PiRating;
import org.jspecify.annotations.Nullable;

/**
 * Pi-ratings; see {@link PiRating}.
 *
 * @param rating its parameters
 * @param cell where the home rating is kept; the next cell holds the away rating; both NaN before the first event
 */
record PiRatingFold(PiRating rating, int cell) implements PairFold {
    static final int CELLS = 2;
    private static final double BASE = 10;
    private static final double SPREAD = 3;

    /** One of the two ratings of a side. */
    record Reading(int cell) implements Fold {
        @Override
        public double read(KeyState state, long asOf, ViewPlan.Others others) {
            return state.doubleCell(cell);
        }
    }

    @Override
    public void initialise(long[] cells) {
        cells[cell] = Double.doubleToRawLongBits(Double.NaN);
        cells[cell + 1] = Double.doubleToRawLongBits(Double.NaN);
    }

    @Override
    public boolean counts(double homeGoals, double awayGoals) {
        return Math.abs(homeGoals - awayGoals) <= Double.MAX_VALUE;
    }

    @Override
    public void apply(
            KeyState home,
            KeyState away,
            @Nullable KeyState group,
            long eventTime,
            double homeGoals,
            double awayGoals) {
        double homeAtHome = known(home, cell);
        double homeAway = known(home, cell + 1);
        double awayAtHome = known(away, cell);
        double awayAway = known(away, cell + 1);
        double error = (homeGoals - awayGoals) - (goals(homeAtHome) - goals(awayAway));
        double move = rating.rate() * Math.signum(error) * SPREAD * StrictMath.log10(1 + Math.abs(error));
        home.doubleCell(cell, homeAtHome + move);
        home.doubleCell(cell + 1, homeAway + rating.carryOver() * move);
        away.doubleCell(cell + 1, awayAway - move);
        away.doubleCell(cell, awayAtHome - rating.carryOver() * move);
    }

    private static double known(KeyState state, int cell) {
        double value = state.doubleCell(cell);
        return Double.isNaN(value) ? 0 : value;
    }

    private static double goals(double rating) {
        return Math.signum(rating) * (StrictMath.pow(BASE, Math.abs(rating) / SPREAD) - 1);
    }
}

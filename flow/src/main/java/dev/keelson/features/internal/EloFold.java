package dev.keelson.features.internal;

import dev.keelson.expression.FoldExpression.Elo;
import dev.keelson.frame.Micros;
import org.jspecify.annotations.Nullable;

/**
 * Elo ratings of the two sides of an event; see {@link Elo}. A pause longer than the season gap pulls a rating toward
 * the initial one, both when it is updated and when it is read.
 *
 * @param elo its parameters
 * @param seasonGapMicros the pause in microseconds
 * @param cell where the rating is kept; the next cell holds the time of the side's last event
 */
record EloFold(Elo elo, long seasonGapMicros, int cell) implements Fold, PairFold {
    static final int CELLS = 2;

    EloFold(Elo elo, int cell) {
        this(elo, Micros.of(elo.seasonGap()), cell);
    }

    @Override
    public void initialise(long[] cells) {
        cells[cell] = Double.doubleToRawLongBits(Double.NaN);
        cells[cell + 1] = KeyState.NONE;
    }

    @Override
    public boolean counts(double score, double goalDifference) {
        return !Double.isNaN(score);
    }

    /**
     * Moves both ratings.
     *
     * @param score of the home side: 1, 0.5 or 0
     * @param goalDifference absolute; NaN when unknown or not used
     */
    @Override
    public void apply(
            KeyState home,
            KeyState away,
            @Nullable KeyState group,
            long eventTime,
            double score,
            double goalDifference) {
        double homeRating = ratingAt(home, eventTime);
        double awayRating = ratingAt(away, eventTime);
        double expected = 1 / (1 + StrictMath.pow(10, -(homeRating + elo.homeAdvantage() - awayRating) / 400));
        double weight = goalDifference > 1 ? Math.sqrt(goalDifference) : 1;
        double move = elo.k() * weight * (score - expected);
        set(home, homeRating + move, eventTime);
        set(away, awayRating - move, eventTime);
    }

    @Override
    public double read(KeyState state, long asOf, ViewPlan.Others others) {
        return state.cell(cell + 1) == KeyState.NONE ? Double.NaN : ratingAt(state, asOf);
    }

    private double ratingAt(KeyState state, long time) {
        long last = state.cell(cell + 1);
        if (last == KeyState.NONE) {
            return elo.initial();
        }
        double rating = state.doubleCell(cell);
        return time - last > seasonGapMicros ? elo.initial() + elo.carry() * (rating - elo.initial()) : rating;
    }

    private void set(KeyState state, double rating, long eventTime) {
        state.doubleCell(cell, rating);
        state.cell(cell + 1, Math.max(state.cell(cell + 1), eventTime));
    }
}

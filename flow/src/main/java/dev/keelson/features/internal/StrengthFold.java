package dev.keelson.features.internal;

import dev.keelson.expression.Strength;
import dev.keelson.frame.Micros;
import org.jspecify.annotations.Nullable;

/**
 * Attack and defence strengths; see {@link Strength}.
 *
 * <p>Cells of a side: what it scored and was expected to score against average attack, what its opponents scored and
 * were expected to score, all decayed to the time in the last cell. Cells of a group: what home sides scored, what away
 * sides scored, how many events, all decayed likewise.
 *
 * @param strength its parameters
 * @param halfLifeMicros the half-life in microseconds
 * @param cell the first of the cells
 */
record StrengthFold(Strength strength, double halfLifeMicros, int cell) implements PairFold {
    static final int CELLS = 6;
    private static final int SCORED = 0;
    private static final int EXPECTED = 1;
    private static final int CONCEDED = 2;
    private static final int EXPECTED_OF_OPPONENTS = 3;
    /** Decayed means of the group at the time of the side's newest event, per event of one side: scales the prior. */
    private static final int MEAN = 4;

    private static final int TIME = 5;
    private static final int HOME_SUM = 0;
    private static final int AWAY_SUM = 1;
    private static final int EVENTS = 2;

    StrengthFold(Strength strength, int cell) {
        this(strength, (double) Micros.of(strength.halfLife()), cell);
    }

    /** One of the two factors of a side. */
    record Reading(StrengthFold fold, boolean attack) implements Fold {
        @Override
        public double read(KeyState state, long asOf, ViewPlan.Others others) {
            if (state.cell(fold.cell + TIME) == KeyState.NONE) {
                return Double.NaN;
            }
            return attack
                    ? fold.factor(state, SCORED, EXPECTED, asOf, state.doubleCell(fold.cell + MEAN))
                    : fold.factor(state, CONCEDED, EXPECTED_OF_OPPONENTS, asOf, state.doubleCell(fold.cell + MEAN));
        }
    }

    @Override
    public void initialise(long[] cells) {
        for (int i = 0; i < TIME; i++) {
            cells[cell + i] = 0; // the bits of 0.0
        }
        cells[cell + TIME] = KeyState.NONE;
    }

    @Override
    public boolean counts(double homeCount, double awayCount) {
        return homeCount >= 0 && awayCount >= 0 && homeCount <= Double.MAX_VALUE && awayCount <= Double.MAX_VALUE;
    }

    @Override
    public void apply(
            KeyState home,
            KeyState away,
            @Nullable KeyState group,
            long eventTime,
            double homeCount,
            double awayCount) {
        if (group == null) {
            throw new IllegalArgumentException("An event of strength (%s) has no group.".formatted(strength.text()));
        }
        // the group's means contain the event: so they exist from the first one on
        double weight = decayTo(group, eventTime);
        add(group, HOME_SUM, weight * homeCount);
        add(group, AWAY_SUM, weight * awayCount);
        add(group, EVENTS, weight);
        double events = group.doubleCell(cell + EVENTS);
        double homeMean = group.doubleCell(cell + HOME_SUM) / events;
        double awayMean = group.doubleCell(cell + AWAY_SUM) / events;
        double mean = (homeMean + awayMean) / 2;
        double homeAttack = factor(home, SCORED, EXPECTED, eventTime, mean);
        double homeDefence = factor(home, CONCEDED, EXPECTED_OF_OPPONENTS, eventTime, mean);
        double awayAttack = factor(away, SCORED, EXPECTED, eventTime, mean);
        double awayDefence = factor(away, CONCEDED, EXPECTED_OF_OPPONENTS, eventTime, mean);
        double homeWeight = decayTo(home, eventTime);
        add(home, SCORED, homeWeight * homeCount);
        add(home, EXPECTED, homeWeight * homeMean * awayDefence);
        add(home, CONCEDED, homeWeight * awayCount);
        add(home, EXPECTED_OF_OPPONENTS, homeWeight * awayMean * awayAttack);
        double awayWeight = decayTo(away, eventTime);
        add(away, SCORED, awayWeight * awayCount);
        add(away, EXPECTED, awayWeight * awayMean * homeDefence);
        add(away, CONCEDED, awayWeight * homeCount);
        add(away, EXPECTED_OF_OPPONENTS, awayWeight * homeMean * homeAttack);
        home.doubleCell(cell + MEAN, mean);
        away.doubleCell(cell + MEAN, mean);
    }

    private double factor(KeyState state, int counted, int expected, long time, double mean) {
        long last = state.cell(cell + TIME);
        double prior = strength.prior() * mean;
        if (last == KeyState.NONE || !(prior > 0)) {
            return 1; // nothing was ever counted in the group: everybody is average
        }
        double decay = time > last ? decay(time - last) : 1;
        return (prior + decay * state.doubleCell(cell + counted)) / (prior + decay * state.doubleCell(cell + expected));
    }

    /**
     * Decays the sums of a state to a time.
     *
     * @return the weight of an event at that time: less than 1 when the state has seen later ones
     */
    private double decayTo(KeyState state, long time) {
        long last = state.cell(cell + TIME);
        if (last != KeyState.NONE && time <= last) {
            return time == last ? 1 : decay(last - time);
        }
        if (last != KeyState.NONE) {
            double decay = decay(time - last);
            for (int i = 0; i < MEAN; i++) {
                state.doubleCell(cell + i, decay * state.doubleCell(cell + i));
            }
        }
        state.cell(cell + TIME, time);
        return 1;
    }

    private double decay(long micros) {
        return StrictMath.pow(2, -micros / halfLifeMicros);
    }

    private void add(KeyState state, int offset, double value) {
        state.doubleCell(cell + offset, state.doubleCell(cell + offset) + value);
    }
}

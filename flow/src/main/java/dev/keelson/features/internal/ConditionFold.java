package dev.keelson.features.internal;

/** A fold over a condition on each event that is kept in a cell. */
sealed interface ConditionFold extends Fold permits StreakFold, DaysSinceConditionFold {
    /** Sets the cell of a key without events. */
    void initialise(long[] cells);

    /**
     * Takes an event.
     *
     * @param condition 1 when met, 0 when not, NaN when unknown
     */
    void apply(KeyState state, long eventTime, double condition);
}

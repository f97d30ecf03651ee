package dev.keelson.features.internal;

/**
 * What a feature remembers of events, and how it is read. A fold has no state of its own: that is in the
 * {@link KeyState} of each key. Immutable.
 */
sealed interface Fold permits AggregateFold, StreakFold, DaysSinceLastEventFold, EloFold {

    /**
     * The value for a question asked at {@code asOf}; every applied event was known strictly before.
     *
     * @return NaN when there is none
     */
    double read(KeyState state, long asOf);
}

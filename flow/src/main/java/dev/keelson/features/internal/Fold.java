package dev.keelson.features.internal;

/**
 * What a feature remembers of events, and how it is read. A fold has no state of its own: that is in the
 * {@link KeyState} of each key. Immutable.
 */
sealed interface Fold
        permits AggregateFold,
                PairedFold,
                GroupedFold,
                EwmFold,
                LagFold,
                IndicatorFold,
                TransitionsFold,
                ConditionFold,
                DaysSinceLastEventFold,
                EloFold,
                PiRatingFold.Reading,
                StrengthFold.Reading {

    /**
     * The value for a question asked at {@code asOf}; every applied event was known strictly before.
     *
     * @param others gives the states of other keys of the view, at the same moment
     * @return NaN when there is none
     */
    double read(KeyState state, long asOf, ViewPlan.Others others);
}

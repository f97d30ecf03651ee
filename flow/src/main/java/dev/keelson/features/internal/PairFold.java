package dev.keelson.features.internal;

import org.jspecify.annotations.Nullable;

/**
 * A fold over events with two sides, which changes the states of both, in the order in which events became known. Its
 * values are kept in cells.
 */
sealed interface PairFold permits EloFold, PiRatingFold, StrengthFold {
    /** Sets the cells of a key without events. */
    void initialise(long[] cells);

    /** Whether an event with these values says anything. */
    boolean counts(double first, double second);

    /**
     * Changes both states.
     *
     * @param group the state of the group of the event; null when the fold has none
     * @param first what was read of the event: a score or a count; {@link #counts} holds
     * @param second likewise
     */
    void apply(KeyState home, KeyState away, @Nullable KeyState group, long eventTime, double first, double second);
}

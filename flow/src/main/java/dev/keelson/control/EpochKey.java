package dev.keelson.control;

/** What makes up a settlement epoch. Events of one epoch are not independent; epochs are taken to be. */
public enum EpochKey {
    /** The day on which the event happens, in the project's zone. */
    DAY,
    /** The day on which the champion was asked, where that is long before the event happens. */
    DECISION_DAY,
    /** The day and the event's segment: a race card, a league. */
    SEGMENT
}

package dev.keelson.control.policy;

import java.time.LocalDate;

/**
 * A day on which the world is known to have changed.
 *
 * @param at the day
 * @param what happened, for people
 */
public record KnownChange(LocalDate at, String what) {}

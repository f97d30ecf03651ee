package dev.keelson.registry.job;

import java.time.Instant;

/**
 * One line of the log of a job.
 *
 * @param number 1, 2, ... within the job
 * @param at when it was written
 * @param attempt at which try
 * @param text what it says
 */
public record JobLine(long number, Instant at, int attempt, String text) {}

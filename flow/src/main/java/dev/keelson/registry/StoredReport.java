package dev.keelson.registry;

import java.time.Instant;

/**
 * A kept report: drift check, decay check, step of a replay.
 *
 * @param id unique; derived from what it reports, so that making it twice stores it once
 * @param kind {@code drift}, {@code decay}, {@code label_shift}, {@code replay_step}, {@code comparison}, {@code load}
 * @param subject the model or source it is about
 * @param at the instant it was made for
 * @param verdict one word, for lists
 * @param document the whole report as JSON
 */
public record StoredReport(String id, String kind, String subject, Instant at, String verdict, String document) {}

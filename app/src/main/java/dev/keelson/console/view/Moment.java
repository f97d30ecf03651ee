package dev.keelson.console.view;

/**
 * A time.
 *
 * @param text in the project's zone, or a dash when there is none
 * @param iso in UTC, from which a browser tells its own time; empty when there is none
 */
public record Moment(String text, String iso) {}

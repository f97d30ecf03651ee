package dev.keelson.console.view;

/**
 * A job in a list.
 *
 * @param href its page
 * @param kind what runs
 * @param about model or data
 * @param state what became of it
 * @param due when it was due
 * @param begun when it began
 * @param took how long it took, or a dash
 * @param schedule of which it is, or a dash
 * @param by who asked for it
 * @param message what came of it, or what it does now
 * @param share how much is done, in percent; -1 unless it runs
 */
public record JobRow(
        String href,
        String kind,
        String about,
        Badge state,
        Moment due,
        Moment begun,
        String took,
        String schedule,
        String by,
        String message,
        int share) {}

package dev.keelson.console.view;

import org.jspecify.annotations.Nullable;

/**
 * Something that needs a person.
 *
 * @param badge how bad
 * @param text what and how bad, in one sentence
 * @param link where to look
 * @param command what to type, or null
 * @param at since when, or null when it is so now
 */
public record Attention(Badge badge, String text, String link, @Nullable String command, @Nullable Moment at) {

    /** What is so now. */
    public Attention(Badge badge, String text, String link, @Nullable String command) {
        this(badge, text, link, command, null);
    }
}

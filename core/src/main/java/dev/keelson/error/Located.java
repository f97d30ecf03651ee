package dev.keelson.error;

import org.jspecify.annotations.Nullable;

/**
 * A piece of text that a user wrote, and where.
 *
 * @param text the text
 * @param location where it stands, or null when it was not read from a file
 */
public record Located(String text, @Nullable Location location) {

    /** Text that was not read from a file. */
    public static Located of(String text) {
        return new Located(text, null);
    }

    /** The place {@code offset} characters after the start, on the same line; null when this has no place. */
    public @Nullable Location at(int offset) {
        return location == null ? null : new Location(location.file(), location.line(), location.column() + offset);
    }

    @Override
    public String toString() {
        return text;
    }
}

package dev.keelson.error;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, with its place and one likely remedy.
 *
 * @param code what kind of problem
 * @param message what was wrong with the values, and what was expected
 * @param location where, or null when it has no place in a file
 * @param hint one likely remedy, or null
 */
public record Problem(ErrorCode code, String message, @Nullable Location location, @Nullable String hint) {

    /** A problem without a place in a file. */
    public static Problem of(ErrorCode code, String message, @Nullable String hint) {
        return new Problem(code, message, null, hint);
    }

    /** A problem at a place. */
    public static Problem at(ErrorCode code, @Nullable Location location, String message, @Nullable String hint) {
        return new Problem(code, message, location, hint);
    }

    /** {@code place: message}, then the remedy on a line of its own. */
    @Override
    public String toString() {
        return (location == null ? "" : location + ": ") + message + (hint == null ? "" : "\n" + hint);
    }
}

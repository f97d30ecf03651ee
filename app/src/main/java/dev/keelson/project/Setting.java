package dev.keelson.project;

import dev.keelson.error.Location;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the project file that people change while it is served: a threshold, a window, a time. Immutable.
 *
 * @param path where it stands, such as {@code monitors.drift.share} or {@code policies.promote.guards[0]}
 * @param value as it is written; null where it is not, so that the standard counts
 * @param standard what counts where nothing is written; null when something must be
 * @param description a sentence
 * @param expected what it looks like, such as {@code a share such as `5%`}
 * @param choices its words; empty when it is not one of some words
 * @param location where it is written, or null
 * @param fixed why it cannot be changed by itself, or null when it can
 */
public record Setting(
        String path,
        @Nullable String value,
        @Nullable String standard,
        String description,
        String expected,
        List<String> choices,
        @Nullable Location location,
        @Nullable String fixed) {

    /** Copies the list. */
    public Setting {
        choices = List.copyOf(choices);
    }

    /** What counts: what is written, or else the standard. */
    public String effective() {
        return value != null ? value : standard == null ? "" : standard;
    }
}

package dev.keelson.console.view;

import java.util.List;

/**
 * Thresholds, windows and times of the project file.
 *
 * @param shell what every page shares
 * @param file the project file
 * @param revision of it, which a change names
 * @param groups by monitor, policy and schedule
 * @param changes the last ones, newest first
 * @param reader why nothing can be changed here, or empty when it can
 */
public record SettingsView(
        Shell shell, String file, String revision, List<Group> groups, List<Change> changes, String reader) {

    /** Copies the lists. */
    public SettingsView {
        groups = List.copyOf(groups);
        changes = List.copyOf(changes);
    }

    /**
     * What is changed together.
     *
     * @param name such as {@code monitors.drift}
     * @param rows its settings
     */
    public record Group(String name, List<Row> rows) {
        /** Copies the list. */
        public Group {
            rows = List.copyOf(rows);
        }
    }

    /**
     * A setting.
     *
     * @param path where it stands
     * @param label what of the path its group does not say
     * @param value what counts
     * @param choices its words, the present one among them; empty when it is not one of some words
     * @param description a sentence
     * @param expected what it looks like
     * @param from the place it is written at, or that its standard counts
     * @param standard what counts where nothing is written, or empty
     * @param fixed why it cannot be changed by itself, or empty
     */
    public record Row(
            String path,
            String label,
            String value,
            List<String> choices,
            String description,
            String expected,
            String from,
            String standard,
            String fixed) {
        /** Copies the list. */
        public Row {
            choices = List.copyOf(choices);
        }
    }

    /**
     * A change.
     *
     * @param at when
     * @param actor who
     * @param what setting, old and new value, and why
     */
    public record Change(Moment at, String actor, String what) {}
}

package dev.keelson.console.view;

import java.util.List;

/**
 * The versions of each source's data.
 *
 * @param shell what every page shares
 * @param sources in the order of the project file
 */
public record VersionsView(Shell shell, List<Source> sources) {

    /**
     * A source.
     *
     * @param name its name
     * @param versions newest first
     * @param choices what can be compared: ids and tags
     * @param note how many are left out, in words, or empty
     */
    public record Source(String name, List<Row> versions, List<String> choices, String note) {}

    /**
     * A version.
     *
     * @param id short
     * @param made when
     * @param rows how many
     * @param change against the version before, or empty
     * @param first day of its earliest event
     * @param last day of its latest event
     * @param tags its names
     * @param before id of the version before, or empty
     */
    public record Row(
            String id,
            String made,
            String rows,
            String change,
            String first,
            String last,
            List<String> tags,
            String before) {}
}

package dev.keelson.console.view;

import java.util.List;

/**
 * A page of sections.
 *
 * @param shell what every page shares
 * @param heading of the page; empty on the pages of a model, which have their own
 * @param links where to go from here
 * @param sections in order
 */
public record SectionsView(Shell shell, String heading, List<Section.Link> links, List<Section> sections) {

    /** Copies the lists. */
    public SectionsView {
        links = List.copyOf(links);
        sections = List.copyOf(sections);
    }
}

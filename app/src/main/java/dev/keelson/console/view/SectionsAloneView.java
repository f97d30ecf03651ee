package dev.keelson.console.view;

import java.util.List;

/**
 * Sections that stand alone in a file.
 *
 * @param title of the file
 * @param sections in order
 * @param policy its content security policy
 * @param css its style sheet
 */
public record SectionsAloneView(String title, List<Section> sections, String policy, Markup css) {

    /** Copies the list. */
    public SectionsAloneView {
        sections = List.copyOf(sections);
    }
}

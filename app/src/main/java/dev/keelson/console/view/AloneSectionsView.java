package dev.keelson.console.view;

import java.util.List;

/**
 * Sections that stand alone.
 *
 * @param title of the file
 * @param sections in order
 * @param policy its content security policy
 * @param css its style sheet
 */
public record AloneSectionsView(String title, List<Section> sections, String policy, Markup css) {
    /** Copies the list. */
    public AloneSectionsView {
        sections = List.copyOf(sections);
    }
}

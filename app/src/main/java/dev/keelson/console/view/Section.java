package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a page: what it says in a sentence, its pictures, and the same as tables.
 *
 * @param title its heading
 * @param badge verdict beside the heading, or null
 * @param lead what it says, or empty
 * @param empty why there is nothing, or empty when there is something
 * @param command what changes that, or empty
 * @param facts names and values
 * @param charts pictures side by side
 * @param broad pictures of the page's whole width
 * @param sheets tables
 * @param note how to read it, or empty
 * @param links where to go from here
 */
public record Section(
        String title,
        @Nullable Badge badge,
        String lead,
        String empty,
        String command,
        List<Fact> facts,
        List<Markup> charts,
        List<Markup> broad,
        List<Sheet> sheets,
        String note,
        List<Link> links) {

    /** Copies the lists. */
    public Section {
        facts = List.copyOf(facts);
        charts = List.copyOf(charts);
        broad = List.copyOf(broad);
        sheets = List.copyOf(sheets);
        links = List.copyOf(links);
    }

    /**
     * A link.
     *
     * @param text its text
     * @param href where it leads
     */
    public record Link(String text, String href) {}
}

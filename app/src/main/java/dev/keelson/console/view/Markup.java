package dev.keelson.console.view;

import gg.jte.Content;
import gg.jte.TemplateOutput;

/**
 * Text that is HTML or SVG already and goes into a page unchanged. Only code of the console makes it, from escaped parts.
 *
 * @param html well-formed and safe
 */
public record Markup(String html) implements Content {
    /** Nothing. */
    public static final Markup EMPTY = new Markup("");

    @Override
    public void writeTo(TemplateOutput output) {
        output.writeContent(html);
    }

    @Override
    public boolean isEmptyContent() {
        return html.isEmpty();
    }
}

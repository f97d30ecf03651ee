package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A section of a page while it is put together. Not safe for use by several threads. */
final class SectionDraft {
    private final String title;
    private final List<Fact> facts = new ArrayList<>();
    private final List<Markup> charts = new ArrayList<>();
    private final List<Markup> broad = new ArrayList<>();
    private final List<Sheet> sheets = new ArrayList<>();
    private final List<Section.Link> links = new ArrayList<>();
    private @Nullable Badge badge;
    private String lead = "";
    private String empty = "";
    private String command = "";
    private String note = "";

    SectionDraft(String title) {
        this.title = title;
    }

    SectionDraft badge(Badge verdict) {
        badge = verdict;
        return this;
    }

    SectionDraft lead(String sentence) {
        lead = sentence;
        return this;
    }

    /** Why there is nothing, and the command that changes that, or an empty one. */
    SectionDraft empty(String why, String remedy) {
        empty = why;
        command = remedy;
        return this;
    }

    SectionDraft note(String text) {
        note = note.isEmpty() ? text : note + " " + text;
        return this;
    }

    SectionDraft fact(String name, String value) {
        facts.add(Fact.of(name, value));
        return this;
    }

    SectionDraft chart(Markup picture) {
        charts.add(picture);
        return this;
    }

    SectionDraft broad(Markup picture) {
        broad.add(picture);
        return this;
    }

    /** A table; nothing when it has no rows. */
    SectionDraft sheet(SheetDraft sheet) {
        if (!sheet.isEmpty()) {
            sheets.add(sheet.done());
        }
        return this;
    }

    SectionDraft link(String text, String href) {
        links.add(new Section.Link(text, href));
        return this;
    }

    Section done() {
        return new Section(title, badge, lead, empty, command, facts, charts, broad, sheets, note, links);
    }
}

package dev.keelson.console.view;

import java.util.List;

/**
 * A section of a page with what was decided about it and what can be done.
 *
 * @param section what it says
 * @param decisions lines of the audit trail
 * @param actions forms below it
 * @param pages where its list stands
 */
public record Block(Section section, List<ModelView.Decision> decisions, List<Action> actions, Pages pages) {
    /** A list that is shown as a whole. */
    public static final Pages WHOLE = new Pages("", "", null, null);

    /** Copies the lists. */
    public Block {
        decisions = List.copyOf(decisions);
        actions = List.copyOf(actions);
    }

    /** A section to read. */
    public static Block of(Section section) {
        return new Block(section, List.of(), List.of(), WHOLE);
    }

    /** A section and what can be done. */
    public static Block of(Section section, List<Action> actions) {
        return new Block(section, List.of(), actions, WHOLE);
    }
}

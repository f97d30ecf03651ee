package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows that wait for a person, and what was decided.
 *
 * @param shell what every page shares
 * @param sources names of all sources
 * @param source the one shown; empty when there is none
 * @param state {@code open}, {@code decided} or {@code all}
 * @param columns that can be corrected
 * @param items of this page
 * @param pages where this page stands among the others
 * @param decisions newest first
 * @param empty why there are no rows
 * @param command what changes that, or empty
 */
public record ReviewView(
        Shell shell,
        List<String> sources,
        String source,
        String state,
        List<String> columns,
        List<Item> items,
        Pages pages,
        List<Decision> decisions,
        String empty,
        String command) {

    /**
     * A row in the queue.
     *
     * @param id of the row
     * @param kind set aside or marked
     * @param place {@code file:line:column}
     * @param column of the cell, or empty when the whole row is meant
     * @param value text of the cell, or empty
     * @param reason what is wrong
     * @param hint a remedy, or empty
     * @param raw the row as it stands in the file
     * @param decided what was decided, in words; empty when nothing was
     * @param open whether a person still has to decide
     */
    public record Item(
            String id,
            Badge kind,
            String place,
            String column,
            String value,
            String reason,
            String hint,
            String raw,
            String decided,
            boolean open) {}

    /**
     * A decision.
     *
     * @param id its id
     * @param when it was made
     * @param action what was decided
     * @param place where the row stood
     * @param cells what was changed, in words; empty when nothing was
     * @param actor who decided
     * @param reason why
     * @param finding what had been found wrong
     * @param reverts short id of the decision that it undoes, or null
     * @param inForce whether it holds and can be undone
     */
    public record Decision(
            String id,
            String when,
            Badge action,
            String place,
            String cells,
            String actor,
            String reason,
            String finding,
            @Nullable String reverts,
            boolean inForce) {}
}

package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The list of opportunities.
 *
 * @param shell what every page shares
 * @param form filters
 * @param total how many match, in words
 * @param columns what bets are told apart by
 * @param rows newest first
 * @param first address of the first page, or null when this is it
 * @param next address of the next page, or null on the last
 * @param empty why there are no rows
 * @param command what changes that, or empty
 * @param reader why nothing can be settled here, or empty when it can
 */
public record OpportunitiesView(
        Shell shell,
        Action form,
        String total,
        List<String> columns,
        List<Row> rows,
        @Nullable String first,
        @Nullable String next,
        String empty,
        String command,
        String reader) {

    /** Copies the lists. */
    public OpportunitiesView {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /**
     * An opportunity.
     *
     * @param href its page
     * @param when it was captured
     * @param values of the columns
     * @param odds offered
     * @param chance that the bet is won
     * @param edge by the chance
     * @param stake what was suggested
     * @param reason the first one, or empty
     * @param prediction page of the prediction
     * @param source where it was seen, in words
     * @param link address of it, or null
     * @param state what became of it
     * @param brought profit or gain, or empty
     * @param settle how it is settled, or null where the visitor may not
     */
    public record Row(
            String href,
            String when,
            List<String> values,
            String odds,
            String chance,
            String edge,
            String stake,
            String reason,
            String prediction,
            String source,
            @Nullable String link,
            Badge state,
            String brought,
            @Nullable Action settle) {

        /** Copies the list. */
        public Row {
            values = List.copyOf(values);
        }
    }
}

package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page of what came from what.
 *
 * @param shell what every page shares
 * @param of what was asked about, as it was asked
 * @param depth steps each way
 * @param label the node, for people; null when nothing was asked yet
 * @param kind its kind
 * @param facts what is known of it
 * @param picture the nodes in columns, or null
 * @param rows the same nodes as a list
 * @param notes what is not shown
 * @param earlier address of the page of neighbours before, or null
 * @param later address of the next page of neighbours, or null
 */
public record LineageView(
        Shell shell,
        String of,
        int depth,
        @Nullable String label,
        String kind,
        List<Fact> facts,
        @Nullable Markup picture,
        List<Row> rows,
        List<String> notes,
        @Nullable String earlier,
        @Nullable String later) {
    /**
     * A node.
     *
     * @param kind what it is
     * @param label what people read
     * @param href its address
     * @param at when it was made or happened
     * @param from labels of what it came from
     */
    public record Row(String kind, String label, String href, String at, String from) {}
}

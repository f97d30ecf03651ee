package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The list of runs. All that is chosen stands in its address.
 *
 * @param shell what every page shares
 * @param experiments every experiment, to choose from
 * @param query what is chosen
 * @param keys columns that there are, to choose from
 * @param heads headers of the chosen columns
 * @param started the header of the start
 * @param rows the runs of the page
 * @param pages where the page stands
 * @param problem what is wrong with the filter, the order or the columns; empty when nothing is
 * @param command what makes a first run, or empty
 */
public record RunsView(
        Shell shell,
        List<String> experiments,
        Query query,
        List<String> keys,
        List<Head> heads,
        Head started,
        List<Row> rows,
        Pages pages,
        String problem,
        String command) {

    /** Copies the lists. */
    public RunsView {
        experiments = List.copyOf(experiments);
        keys = List.copyOf(keys);
        heads = List.copyOf(heads);
        rows = List.copyOf(rows);
    }

    /**
     * What is chosen; empty for no choice.
     *
     * @param experiment name of an experiment
     * @param filter conditions
     * @param order keys
     * @param columns what is shown of each run
     * @param nested whether runs that belong to others are listed beside them
     * @param deleted whether the deleted ones are listed instead
     * @param parent the run whose runs are listed
     */
    public record Query(
            String experiment, String filter, String order, String columns, boolean nested, boolean deleted, String parent) {}

    /**
     * A header that orders.
     *
     * @param name its text
     * @param number whether its cells are numbers
     * @param href the list in that order
     * @param sorted {@code ascending}, {@code descending} or {@code none}
     */
    public record Head(String name, boolean number, String href, String sorted) {}

    /**
     * A run.
     *
     * @param id its id
     * @param name what people call it
     * @param experiment what it belongs to
     * @param status where it stands
     * @param started the minute
     * @param took how long
     * @param version the version made of it, or a dash
     * @param children how many runs belong to it, or empty
     * @param childrenHref the list of these
     * @param cells the chosen columns
     */
    public record Row(
            String id,
            String name,
            String experiment,
            Badge status,
            String started,
            String took,
            String version,
            String children,
            @Nullable String childrenHref,
            List<String> cells) {
        public Row {
            cells = List.copyOf(cells);
        }
    }
}

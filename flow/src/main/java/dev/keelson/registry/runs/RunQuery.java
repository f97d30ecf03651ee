package dev.keelson.registry.runs;

import dev.keelson.registry.tracking.Lifecycle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which runs are listed, in which order, what of them, which page. Immutable.
 *
 * @param experiments names or ids, all of which must be there; empty for all
 * @param model runs of the experiment of that name, none when there is no such; null for no matter
 * @param filter conditions in the grammar of MLflow's clients, or null
 * @param order keys in that grammar, separated by commas, or null: the latest start first
 * @param columns what is read of each
 * @param nested whether runs that belong to another one are listed beside it
 * @param parent a run whose runs are listed, and no others; null for no matter
 * @param view whether deleted ones are listed
 * @param limit runs of a page, 1 to {@value #MOST}
 * @param page from 1
 * @param counted whether all that match are counted
 */
public record RunQuery(
        List<String> experiments,
        @Nullable String model,
        @Nullable String filter,
        @Nullable String order,
        RunColumns columns,
        boolean nested,
        @Nullable String parent,
        Lifecycle.View view,
        int limit,
        int page,
        boolean counted) {
    /** Runs of a page. */
    public static final int MOST = 1000;
    /** Runs in all, newest first, with their metrics. */
    public static final RunQuery NEWEST = new RunQuery(
            List.of(), null, null, null, RunColumns.METRICS, false, null, Lifecycle.View.ACTIVE_ONLY, 100, 1, false);

    public RunQuery {
        experiments = List.copyOf(experiments);
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit (%d) must be from 1 to %d.".formatted(limit, MOST));
        }
        if (page < 1) {
            throw new IllegalArgumentException("page (%d) must be at least 1.".formatted(page));
        }
    }

    RunQuery page(int number, int size) {
        return new RunQuery(experiments, model, filter, order, columns, nested, parent, view, size, number, false);
    }
}

package dev.keelson.wiring;

import dev.keelson.registry.Run;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.registry.spi.CatalogTransaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells runs that stand on their own from those that belong to another one, as trials belong to a search. */
final class NestedRuns {
    private NestedRuns() {}

    /** Runs that stand on their own, newest first; of one experiment when it is not null. */
    static List<Run> top(CatalogTransaction tx, @Nullable String experiment, int limit) {
        int asked = limit;
        while (true) {
            List<Run> all = tx.runs(experiment, asked);
            List<Run> top = all.stream()
                    .filter(run -> !run.tags().containsKey(RunTags.PARENT))
                    .limit(limit)
                    .toList();
            if (top.size() == limit || all.size() < asked || asked == Integer.MAX_VALUE) {
                return top;
            }
            asked = (int) Math.min(4L * asked, Integer.MAX_VALUE);
        }
    }
}

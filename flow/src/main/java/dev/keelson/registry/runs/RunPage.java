package dev.keelson.registry.runs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.TrackedRun;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of runs. Immutable.
 *
 * @param query what was asked
 * @param items the runs
 * @param more whether there is another page
 * @param total how many there are in all; null when they were not counted
 */
public record RunPage(RunQuery query, List<Item> items, boolean more, @Nullable Long total) {
    public RunPage {
        items = List.copyOf(items);
    }

    /**
     * A run of a page.
     *
     * @param run what was read of it
     * @param experiment name of its experiment
     * @param children how many runs belong to it
     * @param steps points at steps that were asked, by column and run
     */
    public record Item(
            TrackedRun run,
            String experiment,
            long children,
            Map<RunColumns.Column, Map<String, MetricPoint>> steps) {

        /** The value of a column (a Double or a String), or null where the run has none. */
        public @Nullable Object cell(RunColumns.Column column) {
            return RunColumns.cell(run, column, steps);
        }

        /** The run that it belongs to, or null. */
        public @Nullable String parent() {
            return run.tags().get(RunTags.PARENT);
        }

        ObjectNode toJson(RunColumns columns) {
            ObjectNode node = head(run.info(), experiment);
            node.put("parent", parent());
            node.put("children", children);
            columns.put(node, run, steps);
            return node;
        }
    }

    /** What lists and pages say of every run. */
    static ObjectNode head(RunInfo info, String experiment) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", info.id())
                .put("name", info.name())
                .put("model", experiment)
                .put("experiment_id", info.experimentId())
                .put("status", info.status().name().toLowerCase(Locale.ROOT))
                .put("user", info.user())
                .put("started_at", info.startedAt().toString())
                .put("ended_at", info.endedAt() == null ? null : info.endedAt().toString())
                .put("lifecycle", info.lifecycle().name().toLowerCase(Locale.ROOT));
    }

    /** {@code {"runs": [...], "page", "next", "total"}}; {@code next} is the number of the next page or null. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode list = node.putArray("runs");
        items.forEach(item -> list.add(item.toJson(query.columns())));
        node.put("page", query.page());
        node.put("next", more ? query.page() + 1 : null);
        if (total != null) {
            node.put("total", total);
        }
        return node;
    }
}

package dev.keelson.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was written of a table, or would be.
 *
 * @param name its name in the project
 * @param from the source or own table whose rows they are
 * @param target the table they are written to, without a secret
 * @param rows how many were written, or would be
 * @param dryRun whether nothing was written
 * @param columns names there, in the order of the cells of {@code examples}; empty when nothing was ever loaded
 * @param examples the first of the rows that would be written; only of a dry run
 */
public record SyncOutcome(
        String name,
        String from,
        String target,
        long rows,
        boolean dryRun,
        List<String> columns,
        List<List<@Nullable String>> examples) {
    public SyncOutcome {
        columns = List.copyOf(columns);
        List<List<@Nullable String>> copies = new ArrayList<>();
        examples.forEach(row -> copies.add(Collections.unmodifiableList(new ArrayList<>(row))));
        examples = List.copyOf(copies);
    }

    static List<@Nullable String> example(@Nullable String[] row) {
        return Arrays.asList(row.clone());
    }

    /** As a JSON object. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("from", from)
                .put("target", target)
                .put("rows", rows)
                .put("dry_run", dryRun);
        ArrayNode names = json.putArray("columns");
        columns.forEach(names::add);
        ArrayNode list = json.putArray("examples");
        for (List<@Nullable String> row : examples) {
            ArrayNode cells = list.addArray();
            row.forEach(cells::add);
        }
        return json;
    }

    /** What {@link #toJson} wrote. */
    public static SyncOutcome fromJson(JsonNode json) {
        List<String> columns = new ArrayList<>();
        json.path("columns").forEach(name -> columns.add(name.asText()));
        List<List<@Nullable String>> examples = new ArrayList<>();
        for (JsonNode row : json.path("examples")) {
            List<@Nullable String> cells = new ArrayList<>();
            row.forEach(cell -> cells.add(cell.isNull() ? null : cell.asText()));
            examples.add(cells);
        }
        return new SyncOutcome(
                json.path("name").asText(),
                json.path("from").asText(),
                json.path("target").asText(),
                json.path("rows").asLong(),
                json.path("dry_run").asBoolean(),
                columns,
                examples);
    }
}

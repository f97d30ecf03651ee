package dev.keelson.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of one of the product's own tables. */
abstract class OwnFeed implements Feed {
    private final OwnTable table;

    OwnFeed(OwnTable table) {
        this.table = table;
    }

    @Override
    public List<SyncTable.Column> columns() {
        return table.columns();
    }

    @Override
    public List<String> standardColumns() {
        return table.columns().stream().map(SyncTable.Column::name).toList();
    }

    @Override
    public List<String> key() {
        return List.of(OwnTable.KEY);
    }

    @Override
    public void read(List<String> wanted, JsonNode mark, Pages pages) {
        List<String> names = standardColumns();
        int[] places = wanted.stream().mapToInt(names::indexOf).toArray();
        readAll(mark, (rows, after) -> {
            List<@Nullable String[]> chosen = new ArrayList<>(rows.size());
            for (@Nullable String[] row : rows) {
                @Nullable String[] cells = new @Nullable String[places.length];
                for (int i = 0; i < places.length; i++) {
                    cells[i] = row[places[i]];
                }
                chosen.add(cells);
            }
            pages.take(chosen, after);
        });
    }

    /** As {@link #read}, with all columns of the table. */
    abstract void readAll(JsonNode mark, Pages pages);

    /** A text that may be missing in a stored document. */
    static @Nullable String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isMissingNode() || value.isNull() ? null : value.asText();
    }

    static ObjectNode emptyMark() {
        return com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    }
}

package dev.keelson.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.NewRows;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a dataset's latest version. Months whose digest was written are not read again; of the others only rows
 * that the version written last does not have are given, all of them when that version is gone. Rows that are gone from
 * the dataset are not told of.
 *
 * <p>The mark: {@code base}, the version written last; {@code months}, the digest written of each; and within a month
 * {@code doing}, its digest, with {@code rows}, how many of its new rows are written.
 */
final class DatasetFeed implements Feed {
    private final DatasetStore store;
    private final DatasetVersion version;
    private final List<String> key;
    private final int page;

    DatasetFeed(DatasetStore store, DatasetVersion version, List<String> key, int page) {
        this.store = store;
        this.version = version;
        this.key = key;
        this.page = page;
    }

    @Override
    public List<SyncTable.Column> columns() {
        return version.schema().columns().stream()
                .map(column -> new SyncTable.Column(column.name(), SyncType.of(column.type())))
                .toList();
    }

    @Override
    public List<String> standardColumns() {
        return version.schema().names().stream()
                .filter(name -> !SystemColumns.NAMES.contains(name))
                .toList();
    }

    @Override
    public List<String> key() {
        return key;
    }

    @Override
    public void read(List<String> wanted, JsonNode mark, Pages pages) {
        String base = mark.path("base").asText("");
        if (base.equals(version.id())) {
            return;
        }
        Optional<DatasetVersion> before = base.isEmpty() ? Optional.empty() : store.get(base);
        ObjectNode months = JsonNodeFactory.instance.objectNode();
        mark.path("months").properties().forEach(month -> months.set(month.getKey(), month.getValue()));
        for (Partition partition : version.partitions()) {
            String month = partition.month().toString();
            String written = months.path(month).asText("");
            if (!written.equals(partition.digest())) {
                Frame after = store.read(version, List.of(partition), wanted);
                Frame known = before.flatMap(old -> partition(old, month, written, wanted)).orElse(null);
                int[] rows = NewRows.of(known, after);
                int from = mark.path("doing").asText("").equals(partition.digest())
                        ? Math.min(rows.length, mark.path("rows").asInt())
                        : 0;
                for (; rows.length - from > page; from += page) {
                    pages.take(cells(after, rows, from, from + page), mark(base, months)
                            .put("doing", partition.digest())
                            .put("rows", from + page));
                }
                months.put(month, partition.digest());
                pages.take(cells(after, rows, from, rows.length), mark(base, months));
            }
        }
        ObjectNode held = JsonNodeFactory.instance.objectNode();
        version.partitions().forEach(each -> held.put(each.month().toString(), each.digest()));
        pages.take(List.of(), mark(version.id(), held));
    }

    /** The rows of a month as they were written, where the version still has them. */
    private Optional<Frame> partition(DatasetVersion old, String month, String digest, List<String> wanted) {
        Schema schema = old.schema();
        for (String name : wanted) {
            Column now = version.schema().column(name);
            if (!schema.contains(name) || schema.column(name).type() != now.type()) {
                return Optional.empty();
            }
        }
        return old.partitions().stream()
                .filter(each -> each.month().toString().equals(month) && each.digest().equals(digest))
                .findFirst()
                .map(each -> store.read(old, List.of(each), wanted));
    }

    private static ObjectNode mark(String base, ObjectNode months) {
        ObjectNode mark = JsonNodeFactory.instance.objectNode();
        if (!base.isEmpty()) {
            mark.put("base", base);
        }
        mark.set("months", months.deepCopy());
        return mark;
    }

    private static List<@Nullable String[]> cells(Frame frame, int[] rows, int from, int to) {
        int columns = frame.schema().columns().size();
        List<@Nullable String[]> cells = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            @Nullable String[] row = new @Nullable String[columns];
            for (int column = 0; column < columns; column++) {
                Object value = frame.vector(column).get(rows[i]);
                row[column] = value == null ? null : value.toString();
            }
            cells.add(row);
        }
        return cells;
    }
}

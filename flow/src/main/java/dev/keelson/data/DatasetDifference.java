package dev.keelson.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How one version of a source differs from another. Months whose rows are the same are not read, except for the
 * statistics.
 *
 * @param before the version compared with
 * @param after the version compared
 * @param added rows whose key only {@code after} has
 * @param removed rows whose key only {@code before} has
 * @param changed rows with one key and different cells
 * @param columnChanges what became of columns: {@code + x double}, {@code - y string}, {@code z: long -> double}
 * @param changedCells by column, how many of the changed rows differ in it
 * @param examples the first of the rows that differ
 * @param statistics of both versions, by column of either
 */
public record DatasetDifference(
        DatasetVersion before,
        DatasetVersion after,
        long added,
        long removed,
        long changed,
        List<String> columnChanges,
        Map<String, Long> changedCells,
        List<Example> examples,
        List<Pair> statistics) {

    public DatasetDifference {
        columnChanges = List.copyOf(columnChanges);
        changedCells = Collections.unmodifiableMap(new LinkedHashMap<>(changedCells));
        examples = List.copyOf(examples);
        statistics = List.copyOf(statistics);
    }

    /** What became of a row. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED
    }

    /**
     * A row that differs.
     *
     * @param key the values of its key
     * @param cells columns that differ, with the texts before and after; empty unless it changed
     */
    public record Example(Kind kind, String key, Map<String, List<String>> cells) {
        public Example {
            cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
        }
    }

    /** A column in both versions; null where a version lacks it. */
    public record Pair(
            String column,
            @Nullable ColumnStatistics before,
            @Nullable ColumnStatistics after) {}

    /**
     * Compares two versions of one source.
     *
     * @param examples how many rows to show of each kind
     * @param statistics whether to compare the columns' statistics, which reads both versions as a whole
     * @throws IllegalArgumentException if they are of different sources or have different keys
     */
    public static DatasetDifference between(
            DatasetStore store, DatasetVersion before, DatasetVersion after, int examples, boolean statistics) {
        if (!before.source().equals(after.source()) || !before.key().equals(after.key())) {
            throw new IllegalArgumentException("The versions (%s of %s, %s of %s) must be of one source with one key."
                    .formatted(before.shortId(), before.source(), after.shortId(), after.source()));
        }
        return new Comparison(store, before, after, examples).run(statistics);
    }

    /** One comparison. */
    private static final class Comparison {
        private final DatasetStore store;
        private final DatasetVersion before;
        private final DatasetVersion after;
        private final int most;
        private final List<Example> examples = new ArrayList<>();
        private final Map<Kind, Integer> shown = new HashMap<>();
        private final Map<String, Long> changedCells = new LinkedHashMap<>();

        Comparison(DatasetStore store, DatasetVersion before, DatasetVersion after, int most) {
            this.store = store;
            this.before = before;
            this.after = after;
            this.most = most;
        }

        DatasetDifference run(boolean statistics) {
            boolean sameSchema = before.schema().equals(after.schema());
            Set<String> same = new HashSet<>();
            if (sameSchema) {
                before.partitions().forEach(partition -> same.add(partition.month() + partition.digest()));
                same.retainAll(after.partitions().stream()
                        .map(partition -> partition.month() + partition.digest())
                        .toList());
            }
            Frame old = rows(before, same);
            Frame now = rows(after, same);
            List<String> shared = RowDigests.contentColumns(after.schema()).stream()
                    .filter(before.schema()::contains)
                    .toList();
            long[] oldKeys = new RowDigests().ofRows(old, before.key());
            long[] newKeys = new RowDigests().ofRows(now, after.key());
            RowIndex index = new RowIndex(old.rows());
            for (int row = 0; row < old.rows(); row++) {
                index.put(oldKeys[2 * row], oldKeys[2 * row + 1], 0, 0, row);
            }
            boolean[] met = new boolean[old.rows()];
            long added = 0;
            long changed = 0;
            for (int row = 0; row < now.rows(); row++) {
                int slot = index.find(newKeys[2 * row], newKeys[2 * row + 1]);
                if (slot < 0) {
                    added++;
                    show(Kind.ADDED, now, row, Map.of());
                    continue;
                }
                int oldRow = index.number(slot);
                met[oldRow] = true;
                Map<String, List<String>> cells = cells(shared, old, oldRow, now, row);
                if (!cells.isEmpty()) {
                    changed++;
                    cells.keySet().forEach(column -> changedCells.merge(column, 1L, Long::sum));
                    show(Kind.CHANGED, now, row, cells);
                }
            }
            long removed = 0;
            for (int row = 0; row < old.rows(); row++) {
                if (!met[row]) {
                    removed++;
                    show(Kind.REMOVED, old, row, Map.of());
                }
            }
            return new DatasetDifference(
                    before,
                    after,
                    added,
                    removed,
                    changed,
                    columnChanges(),
                    changedCells,
                    examples,
                    statistics ? statistics() : List.of());
        }

        private Frame rows(DatasetVersion version, Set<String> same) {
            List<Partition> parts = version.partitions().stream()
                    .filter(partition -> !same.contains(partition.month() + partition.digest()))
                    .toList();
            List<String> columns = version.schema().names();
            return parts.isEmpty() ? Frames.empty(version.schema(), columns) : store.read(version, parts, columns);
        }

        private static Map<String, List<String>> cells(
                List<String> columns, Frame old, int oldRow, Frame now, int row) {
            Map<String, List<String>> cells = new LinkedHashMap<>();
            for (String column : columns) {
                Object was = old.vector(column).get(oldRow);
                Object is = now.vector(column).get(row);
                boolean same = was == null ? is == null : was.equals(is) || sameNumber(was, is);
                if (!same) {
                    cells.put(column, List.of(RowDifference.show(was), RowDifference.show(is)));
                }
            }
            return cells;
        }

        private static boolean sameNumber(Object was, @Nullable Object is) {
            return was instanceof Number a && is instanceof Number b && a.doubleValue() == b.doubleValue();
        }

        private void show(Kind kind, Frame frame, int row, Map<String, List<String>> cells) {
            if (shown.merge(kind, 1, Integer::sum) <= most) {
                examples.add(new Example(kind, RowDifference.key(frame, after.key(), row), cells));
            }
        }

        private List<String> columnChanges() {
            List<String> changes = new ArrayList<>();
            Schema old = before.schema();
            Schema now = after.schema();
            for (Column column : now.columns()) {
                if (!old.contains(column.name())) {
                    changes.add("+ " + column.name() + " " + type(column));
                } else if (old.column(column.name()).type() != column.type()) {
                    changes.add(column.name() + ": " + type(old.column(column.name())) + " -> " + type(column));
                }
            }
            old.columns().stream()
                    .filter(column -> !now.contains(column.name()))
                    .forEach(column -> changes.add("- " + column.name() + " " + type(column)));
            return changes;
        }

        private static String type(Column column) {
            return column.type().name().toLowerCase(Locale.ROOT);
        }

        private List<Pair> statistics() {
            Map<String, ColumnStatistics> old = byName(store.statistics(before));
            Map<String, ColumnStatistics> now = byName(store.statistics(after));
            return Stream.concat(
                            now.keySet().stream(),
                            old.keySet().stream().filter(column -> !now.containsKey(column)))
                    .map(column -> new Pair(column, old.get(column), now.get(column)))
                    .toList();
        }

        private static Map<String, ColumnStatistics> byName(List<ColumnStatistics> statistics) {
            Map<String, ColumnStatistics> byName = new LinkedHashMap<>();
            statistics.forEach(each -> byName.put(each.column(), each));
            return byName;
        }
    }

    /** The months in which the versions differ. */
    public List<YearMonth> months() {
        Set<YearMonth> months = new TreeSet<>();
        Map<YearMonth, String> old = new HashMap<>();
        before.partitions().forEach(partition -> old.put(partition.month(), partition.digest()));
        for (Partition partition : after.partitions()) {
            if (!partition.digest().equals(old.remove(partition.month()))) {
                months.add(partition.month());
            }
        }
        months.addAll(old.keySet());
        return List.copyOf(months);
    }

    /** Whether both are one version, so that there is nothing to compare. */
    public boolean same() {
        return before.id().equals(after.id());
    }

    /** As a JSON object. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("source", after.source());
        json.put("before", before.id());
        json.put("after", after.id());
        json.put("same", same());
        json.put("rows_before", before.rows());
        json.put("rows_after", after.rows());
        json.put("added", added);
        json.put("removed", removed);
        json.put("changed", changed);
        columnChanges.forEach(json.putArray("columns")::add);
        months().forEach(month -> json.withArray("months").add(month.toString()));
        ObjectNode cells = json.putObject("changed_cells");
        changedCells.forEach(cells::put);
        ArrayNode rows = json.putArray("examples");
        for (Example example : examples) {
            ObjectNode row = rows.addObject()
                    .put("kind", example.kind().name().toLowerCase(Locale.ROOT))
                    .put("key", example.key());
            ObjectNode changes = row.putObject("cells");
            example.cells()
                    .forEach((column, texts) -> changes.putObject(column)
                            .put("before", texts.getFirst())
                            .put("after", texts.getLast()));
        }
        ArrayNode list = json.putArray("statistics");
        for (Pair pair : statistics) {
            ObjectNode both = list.addObject().put("column", pair.column());
            if (pair.before() != null) {
                both.set("before", pair.before().toJson());
            }
            if (pair.after() != null) {
                both.set("after", pair.after().toJson());
            }
        }
        return json;
    }
}

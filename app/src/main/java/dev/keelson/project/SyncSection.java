package dev.keelson.project;

import dev.keelson.data.SourceOrigin;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Suggestion;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.sync.OwnTable;
import dev.keelson.sync.SyncDefinition;
import dev.keelson.sync.SyncTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code sync}. */
final class SyncSection {
    private final Problems problems;
    private final Map<String, SourceColumns> sources;
    private final Map<String, List<String>> keys;
    private final List<SyncDefinition> definitions = new ArrayList<>();

    /**
     * @param sources what is known of each source's columns
     * @param keys the key of each source that could be read
     */
    SyncSection(Problems problems, Map<String, SourceColumns> sources, Map<String, List<String>> keys) {
        this.problems = problems;
        this.sources = sources;
        this.keys = keys;
    }

    /** The tables that could be read, in the order of the file. */
    List<SyncDefinition> definitions() {
        return definitions;
    }

    void read(Table project) {
        for (Entry entry : project.entriesOf("sync")) {
            if (entry.value() instanceof Table table) {
                table(entry, table);
            }
        }
    }

    private void table(Entry entry, Table table) {
        SourceOrigin target = target(entry, table);
        Scalar from = table.scalar("from");
        if (from == null) {
            return; // which is reported
        }
        OwnTable own = OwnTable.of(from.text()).orElse(null);
        SourceColumns source = sources.get(from.text());
        if (own != null && source != null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    from.textLocation(),
                    "`%s` is a source and also a table of Keelson's own".formatted(from.raw()),
                    "Maybe give the source another name.");
            return;
        }
        if (own == null && source == null) {
            List<String> known = new ArrayList<>(sources.keySet());
            Arrays.stream(OwnTable.values()).map(OwnTable::word).forEach(known::add);
            ProjectText.unknown("source or table", from.text(), known, from.textLocation(), problems);
            return;
        }
        Map<String, String> columns = columns(table, own, source);
        List<String> standard = own != null ? List.of(OwnTable.KEY) : keys.getOrDefault(from.text(), List.of());
        List<Scalar> key = table.scalars("key");
        key.forEach(column -> check(column.located(), own, source));
        List<String> wanted = key.isEmpty() ? standard : key.stream().map(Scalar::text).toList();
        for (String column : wanted) {
            if (!columns.isEmpty() && !columns.containsKey(column)) {
                problems.add(
                        ErrorCode.MISSING_KEY,
                        place(table, "columns", entry),
                        "`columns` of `sync.%s` leaves out `%s`, by which a row is known there".formatted(entry.name(), column),
                        "Maybe add it, or name other columns in `key`.");
            }
        }
        if (target != null) {
            definitions.add(new SyncDefinition(
                    entry.name(), from.located(), target, columns, wanted, entry.location()));
        }
    }

    private @Nullable SourceOrigin target(Entry entry, Table table) {
        List<String> given = Stream.of("postgres", "supabase").filter(table::has).toList();
        if (given.size() != 1) {
            problems.add(
                    given.isEmpty() ? ErrorCode.MISSING_KEY : ErrorCode.BAD_VALUE,
                    given.isEmpty() ? entry.location() : place(table, "supabase", entry),
                    given.isEmpty()
                            ? "`sync.%s` does not say where its rows go".formatted(entry.name())
                            : "`sync.%s` has `postgres` and `supabase`, and one of them was expected".formatted(entry.name()),
                    given.isEmpty() ? "Maybe add `postgres: ${DB_URL}` with `table`, or `supabase`." : null);
            return null;
        }
        Scalar postgres = table.scalar("postgres");
        Scalar name = table.scalar("table");
        if (postgres != null && name != null) {
            return new SourceOrigin.Postgres(postgres.located(), name.located(), null);
        }
        if (table.has("postgres") != table.has("table")) {
            problems.add(
                    postgres == null ? ErrorCode.BAD_VALUE : ErrorCode.MISSING_KEY,
                    place(table, postgres == null ? "table" : "postgres", entry),
                    postgres == null
                            ? "`table` says nothing without `postgres`"
                            : "the database of `sync.%s` needs a `table`".formatted(entry.name()),
                    postgres == null ? "Maybe move it into `supabase`." : "Maybe write `table: schema.table`.");
            return null;
        }
        Table service = table.table("supabase");
        return service == null ? null : SourceSection.supabase(service);
    }

    private Map<String, String> columns(Table table, @Nullable OwnTable own, @Nullable SourceColumns source) {
        Map<String, String> columns = new LinkedHashMap<>();
        Map<String, String> taken = new HashMap<>();
        for (Scalar column : table.scalars("columns")) {
            add(column.located(), column.text(), columns, taken, own, source);
        }
        for (Entry column : table.entriesOf("columns")) {
            if (column.value() instanceof Scalar theirs) {
                add(column.key(), theirs.text(), columns, taken, own, source);
            }
        }
        return columns;
    }

    private void add(
            Located ours,
            String theirs,
            Map<String, String> columns,
            Map<String, String> taken,
            @Nullable OwnTable own,
            @Nullable SourceColumns source) {
        check(ours, own, source);
        String other = taken.putIfAbsent(theirs, ours.text());
        if (other != null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    ours.location(),
                    "`%s` and `%s` are both written to `%s`".formatted(other, ours, theirs),
                    null);
        }
        columns.put(ours.text(), theirs);
    }

    private void check(Located column, @Nullable OwnTable own, @Nullable SourceColumns source) {
        if (own != null) {
            List<String> known = own.columns().stream().map(SyncTable.Column::name).toList();
            if (!known.contains(column.text())) {
                problems.add(
                        ErrorCode.UNKNOWN_REFERENCE,
                        column.location(),
                        "`%s` has no column `%s`".formatted(own.word(), column),
                        Suggestion.sentence(column.text(), known)
                                .orElse("Maybe one of these: " + Shape.list(known, "or") + "."));
            }
        } else if (source != null && column.location() != null && !SystemColumns.NAMES.contains(column.text())) {
            source.check(column, column.location(), problems);
        }
    }

    private static Location place(Table table, String key, Entry entry) {
        Entry found = table.entries().get(key);
        return found == null ? entry.location() : found.location();
    }
}

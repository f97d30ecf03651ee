package dev.keelson.sync;

import dev.keelson.data.SourceOrigin;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A table elsewhere as it is written to: names are those it has there.
 *
 * @param target where it is; a table, no query and no file
 * @param columns those that are written; others of the table keep what they hold
 * @param key columns that identify a row, one at least, among {@code columns}
 */
public record SyncTable(SourceOrigin target, List<Column> columns, List<String> key) {
    public SyncTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        Set<String> names = columns.stream().map(Column::name).collect(Collectors.toSet());
        if (key.isEmpty() || !names.containsAll(key)) {
            throw new IllegalArgumentException("key (%s) must be some of the columns %s.".formatted(key, names));
        }
    }

    /** A column that is written. */
    public record Column(String name, SyncType type) {}

    /** The names of the columns in their order. */
    public List<String> names() {
        return columns.stream().map(Column::name).toList();
    }

    /** Its name, with its schema if it has one. */
    public String name() {
        return switch (target) {
            case SourceOrigin.Postgres postgres when postgres.table() != null -> postgres.table().text();
            case SourceOrigin.Supabase supabase -> supabase.table().text();
            case SourceOrigin.Postgres _, SourceOrigin.Files _ ->
                throw new IllegalArgumentException("(%s) is no table to write to.".formatted(target));
        };
    }

    /** The statement that makes such a table. */
    public String createStatement() {
        return "create table %s (%s, primary key (%s));"
                .formatted(
                        sqlName(),
                        columns.stream()
                                .map(column -> identifier(column.name()) + " " + column.type().sql())
                                .collect(Collectors.joining(", ")),
                        key.stream().map(SyncTable::identifier).collect(Collectors.joining(", ")));
    }

    /** The statement that adds columns to it. */
    public String addStatement(List<Column> missing) {
        return "alter table %s %s;"
                .formatted(
                        sqlName(),
                        missing.stream()
                                .map(column -> "add column " + identifier(column.name()) + " " + column.type().sql())
                                .collect(Collectors.joining(", ")));
    }

    /** The statement that makes the key unique. */
    public String uniqueStatement() {
        return "alter table %s add unique (%s);"
                .formatted(
                        sqlName(), key.stream().map(SyncTable::identifier).collect(Collectors.joining(", ")));
    }

    private String sqlName() {
        String name = name();
        int dot = name.indexOf('.');
        return dot < 0 ? identifier(name) : identifier(name.substring(0, dot)) + "." + identifier(name.substring(dot + 1));
    }

    private static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}

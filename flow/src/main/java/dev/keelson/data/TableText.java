package dev.keelson.data;

import dev.keelson.data.spi.TableSink;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.id.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rows of a table, kept as the texts of their cells. A record's number is its position, from 1. */
final class TableText implements SourceText, TableSink {
    private static final int CHUNK = 1 << 20;

    private final String name;
    private final boolean mayBeEmpty;
    private final long limit;
    private final List<String> header = new ArrayList<>();
    private final List<@Nullable ColumnType> types = new ArrayList<>();
    private Sha256 digest = new Sha256();
    private final List<char[]> chunks = new ArrayList<>();
    private final List<int[]> rows = new ArrayList<>();
    private int used = CHUNK;
    private long total;

    /**
     * @param mayBeEmpty whether a table without rows is one: that of a database or service is
     * @param limit how many characters there may be
     */
    TableText(String name, boolean mayBeEmpty, long limit) {
        this.name = name;
        this.mayBeEmpty = mayBeEmpty;
        this.limit = limit;
    }

    @Override
    public void columns(List<Column> columns) {
        names(columns.stream().map(Column::name).toList());
        types(columns.stream().map(Column::type).toList());
    }

    @Override
    public void names(List<String> names) {
        if (names.size() > SourceReader.MOST_COLUMNS) {
            throw new KeelsonException(CsvText.tooManyColumns(name, names.size()));
        }
        header.clear();
        types.clear();
        digest = new Sha256();
        chunks.clear();
        rows.clear();
        used = CHUNK;
        total = 0;
        for (String each : names) {
            header.add(each.strip());
            types.add(null);
            digest.add(each);
        }
    }

    @Override
    public void types(List<? extends @Nullable ColumnType> given) {
        if (given.size() != header.size()) {
            throw new IllegalArgumentException(
                    "types (%d) must be as many as columns (%d).".formatted(given.size(), header.size()));
        }
        types.clear();
        types.addAll(given);
    }

    @Override
    public void row(@Nullable String[] cells) {
        if (cells.length != header.size()) {
            throw new IllegalArgumentException(
                    "cells (%d) must be as many as columns (%d).".formatted(cells.length, header.size()));
        }
        int length = 0;
        for (String cell : cells) {
            length += cell == null ? 0 : cell.length();
            digest.add(cell == null ? "" : cell);
        }
        total += length + 4L * cells.length;
        if (total > limit) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.SOURCE_UNREADABLE,
                    new Location(name, 0, 0),
                    String.format(
                            Locale.ROOT,
                            "The table has more than the %,d characters that fit the memory of this process; %,d rows"
                                    + " were read.",
                            limit,
                            rows.size()),
                    "Maybe give the process more memory, or split the table into several sources."));
        }
        if (used + length > CHUNK || chunks.isEmpty()) {
            chunks.add(new char[Math.max(CHUNK, length)]);
            used = 0;
        }
        char[] chars = chunks.getLast();
        int[] places = new int[cells.length + 2];
        places[0] = chunks.size() - 1;
        places[1] = used;
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i];
            if (cell != null) {
                cell.getChars(0, cell.length(), chars, used);
                used += cell.length();
            }
            places[i + 2] = used;
        }
        rows.add(places);
    }

    /** SHA-256 over the names and the cells. */
    String sha256() {
        return digest.hex();
    }

    @Override
    public String file() {
        return name;
    }

    @Override
    public List<String> header() {
        return header;
    }

    @Override
    public Location headerCell(int index) {
        return new Location(name, 0, 0);
    }

    @Override
    public @Nullable ColumnType type(int column) {
        return types.get(column);
    }

    @Override
    public boolean mayBeEmpty() {
        return mayBeEmpty;
    }

    @Override
    public int lines() {
        return rows.size();
    }

    @Override
    public Records records() {
        return new Rows();
    }

    /** The row as a line of CSV. */
    @Override
    public CsvRow row(int line) {
        Rows row = new Rows();
        row.at = line - 1;
        StringBuilder raw = new StringBuilder();
        List<CsvRow.Place> places = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            raw.append(i == 0 ? "" : ",");
            places.add(new CsvRow.Place(line, raw.length() + 1));
            String cell = row.text(i);
            boolean quote = cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
            raw.append(quote ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
        }
        return new CsvRow(raw.toString(), places, -1, line + 1);
    }

    private final class Rows implements Records {
        private int at = -1;

        @Override
        public boolean next() {
            return ++at < rows.size();
        }

        @Override
        public int line() {
            return at + 1;
        }

        @Override
        public int count() {
            return header.size();
        }

        @Override
        public int width() {
            return header.size();
        }

        @Override
        public boolean quoted() {
            return false;
        }

        @Override
        public char[] chars() {
            return chunks.get(rows.get(at)[0]);
        }

        @Override
        public int start(int cell) {
            return rows.get(at)[cell + 1];
        }

        @Override
        public int end(int cell) {
            return rows.get(at)[cell + 2];
        }
    }

    @Override
    public String toString() {
        return name + " " + Arrays.toString(header.toArray());
    }
}

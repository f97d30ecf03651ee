package dev.keelson.data;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Several files one after the other, with the columns that any of them has: those of the first in its order, then what
 * others have besides. A column that a file does not have is empty in all its rows. Records are numbered through.
 */
final class SeveralTexts implements SourceText {
    private static final int NONE = -1;

    private final String name;
    private final List<SourceText> texts;
    private final List<String> header = new ArrayList<>();
    private final int[] offsets;
    private final int[][] positions;

    /**
     * @param name the pattern that named the files
     * @param texts at least one
     * @throws KeelsonException SOURCE_UNREADABLE when they have too many different columns together
     */
    SeveralTexts(String name, List<? extends SourceText> texts) {
        this.name = name;
        this.texts = List.copyOf(texts);
        this.offsets = new int[texts.size() + 1];
        this.positions = new int[texts.size()][];
        Map<Occurrence, Integer> columns = new LinkedHashMap<>();
        List<List<Occurrence>> occurrences = new ArrayList<>();
        for (int t = 0; t < texts.size(); t++) {
            offsets[t + 1] = Math.addExact(offsets[t], texts.get(t).lines() + 1);
            List<Occurrence> mine = occurrences(texts.get(t).header());
            occurrences.add(mine);
            mine.forEach(each -> columns.putIfAbsent(each, columns.size()));
            if (columns.size() > SourceReader.MOST_COLUMNS) {
                throw new KeelsonException(CsvText.tooManyColumns(texts.get(t).file(), columns.size()));
            }
        }
        columns.keySet().forEach(each -> header.add(each.name()));
        for (int t = 0; t < texts.size(); t++) {
            positions[t] = new int[header.size()];
            Arrays.fill(positions[t], NONE);
            List<Occurrence> mine = occurrences.get(t);
            for (int i = 0; i < mine.size(); i++) {
                positions[t][Objects.requireNonNull(columns.get(mine.get(i)))] = i;
            }
        }
    }

    /**
     * A column of a file; a name that occurs twice stays twice, so that it is refused as in a single file.
     *
     * @param number which of those with its name
     */
    private record Occurrence(String name, int number) {}

    private static List<Occurrence> occurrences(List<String> header) {
        Map<String, Integer> seen = new HashMap<>();
        return header.stream()
                .map(each -> new Occurrence(each, seen.merge(each, 1, Integer::sum)))
                .toList();
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
    public List<String> header(String file) {
        return texts.stream()
                .filter(text -> text.file().equals(file))
                .findFirst()
                .map(SourceText::header)
                .orElse(header);
    }

    @Override
    public List<String> lacking(String column) {
        int at = header.indexOf(column);
        return at < 0
                ? List.of()
                : IntStream.range(0, texts.size())
                        .filter(t -> positions[t][at] == NONE)
                        .mapToObj(t -> texts.get(t).file())
                        .toList();
    }

    @Override
    public int files() {
        return texts.size();
    }

    @Override
    public Location headerCell(int index) {
        int t = 0;
        while (positions[t][index] == NONE) {
            t++;
        }
        return texts.get(t).headerCell(positions[t][index]);
    }

    @Override
    public @Nullable ColumnType type(int column) {
        ColumnType common = null;
        for (int t = 0; t < texts.size(); t++) {
            if (positions[t][column] == NONE) {
                continue;
            }
            ColumnType type = texts.get(t).type(positions[t][column]);
            if (type == null) {
                return null;
            }
            boolean numbers = (type == ColumnType.LONG && common == ColumnType.DOUBLE)
                    || (type == ColumnType.DOUBLE && common == ColumnType.LONG);
            common = common == null || type == common ? type : numbers ? ColumnType.DOUBLE : ColumnType.STRING;
        }
        return common;
    }

    @Override
    public int lines() {
        return offsets[texts.size()];
    }

    private int textOf(int line) {
        int t = 0;
        while (line > offsets[t + 1]) {
            t++;
        }
        return t;
    }

    @Override
    public String file(int line) {
        return texts.get(textOf(line)).file();
    }

    @Override
    public CsvRow row(int line) {
        int t = textOf(line);
        CsvRow row = texts.get(t).row(line - offsets[t]);
        List<CsvRow.Place> places = new ArrayList<>();
        for (int position : positions[t]) {
            boolean there = position != NONE && position < row.cells().size();
            places.add(there ? row.cells().get(position) : row.cells().getFirst());
        }
        int badQuote = -1;
        for (int i = 0; i < positions[t].length; i++) {
            badQuote = positions[t][i] == row.badQuote() ? i : badQuote;
        }
        return new CsvRow(row.raw(), places, row.badQuote() < 0 ? -1 : badQuote, row.nextLine());
    }

    @Override
    public Records records() {
        return new All();
    }

    private final class All implements Records {
        private int t = -1;
        private @Nullable Records current;

        @Override
        public boolean next() {
            while (current == null || !current.next()) {
                if (++t == texts.size()) {
                    return false;
                }
                current = texts.get(t).records();
            }
            return true;
        }

        private Records current() {
            Records open = current;
            if (open == null) {
                throw new IllegalStateException("next() must be called first.");
            }
            return open;
        }

        @Override
        public int line() {
            return offsets[t] + current().line();
        }

        @Override
        public int count() {
            return current().count();
        }

        @Override
        public int width() {
            return current().width();
        }

        @Override
        public boolean quoted() {
            return current().quoted();
        }

        @Override
        public char[] chars() {
            return current().chars();
        }

        @Override
        public int start(int cell) {
            int position = positions[t][cell];
            return position == NONE ? 0 : current().start(position);
        }

        @Override
        public int end(int cell) {
            int position = positions[t][cell];
            return position == NONE ? 0 : current().end(position);
        }

        @Override
        public @Nullable Broken broken() {
            return current().broken();
        }
    }
}

package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several files one after the other, in the order and with the columns of the first; each has the same names, in
 * whatever order. Records are numbered through.
 */
final class SeveralTexts implements SourceText {
    private final String name;
    private final List<SourceText> texts;
    private final int[] offsets;
    private final int[][] positions;

    /**
     * @param name the pattern that named the files
     * @param texts at least one
     * @throws KeelsonException MISSING_COLUMN or SOURCE_UNREADABLE naming every file whose columns differ from the
     *     first one's
     */
    SeveralTexts(String name, List<? extends SourceText> texts) {
        this.name = name;
        this.texts = List.copyOf(texts);
        this.offsets = new int[texts.size() + 1];
        this.positions = new int[texts.size()][];
        List<String> header = header();
        List<Problem> problems = new ArrayList<>();
        for (int t = 0; t < texts.size(); t++) {
            SourceText text = texts.get(t);
            offsets[t + 1] = Math.addExact(offsets[t], text.lines() + 1);
            List<String> mine = text.header();
            positions[t] = header.stream().mapToInt(mine::indexOf).toArray();
            compare(text, header, mine, problems);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private void compare(SourceText text, List<String> header, List<String> mine, List<Problem> problems) {
        List<String> lacking = header.stream().filter(column -> !mine.contains(column)).toList();
        List<String> more = mine.stream().filter(column -> !header.contains(column)).toList();
        if (lacking.isEmpty() && more.isEmpty() && header.size() == mine.size()) {
            return;
        }
        problems.add(Problem.at(
                lacking.isEmpty() ? ErrorCode.SOURCE_UNREADABLE : ErrorCode.MISSING_COLUMN,
                new Location(text.file(), 1, 0),
                "The file has other columns than (%s): it lacks %s and has %s besides; all files of (%s) must have the"
                                .formatted(texts.getFirst().file(), lacking, more, name)
                        + " same.",
                "Maybe the pattern matches a file that belongs elsewhere."));
    }

    @Override
    public String file() {
        return name;
    }

    @Override
    public List<String> header() {
        return texts.getFirst().header();
    }

    @Override
    public Location headerCell(int index) {
        return texts.getFirst().headerCell(index);
    }

    @Override
    public @Nullable ColumnType type(int column) {
        ColumnType common = texts.getFirst().type(column);
        for (int t = 1; t < texts.size(); t++) {
            ColumnType type = texts.get(t).type(positions[t][column]);
            if (type == null || common == null) {
                return null;
            }
            boolean numbers = (type == ColumnType.LONG && common == ColumnType.DOUBLE)
                    || (type == ColumnType.DOUBLE && common == ColumnType.LONG);
            common = type == common ? type : numbers ? ColumnType.DOUBLE : ColumnType.STRING;
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
            places.add(position < row.cells().size() ? row.cells().get(position) : row.cells().getFirst());
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

        /** The position in the file of a column; a record with too few or too many cells is only counted. */
        private int position(int cell) {
            return positions[t][cell];
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
        public boolean quoted() {
            return current().quoted();
        }

        @Override
        public char[] chars() {
            return current().chars();
        }

        @Override
        public int start(int cell) {
            return current().start(position(cell));
        }

        @Override
        public int end(int cell) {
            return current().end(position(cell));
        }

        @Override
        public @Nullable Broken broken() {
            return current().broken();
        }
    }
}

package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One parsing of a source's text: header, types, rows, copies and order. */
final class SourceParser {
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final int MOST_FILES_NAMED = 10;

    private final SourceDefinition source;
    private final SourceText text;
    private final @Nullable DatasetVersion previous;
    private final Map<String, ColumnDefinition> declared = new LinkedHashMap<>();
    private final Set<String> roles;
    private final String cursorName;
    private final List<BadRow> bad = new ArrayList<>();
    private final Map<String, List<String>> detected = new HashMap<>();
    private final Map<String, Map<String, Integer>> formatVotes = new HashMap<>();

    SourceParser(SourceDefinition source, SourceText text, @Nullable DatasetVersion previous) {
        this.source = source;
        this.text = text;
        this.previous = previous;
        for (ColumnDefinition column : source.columns()) {
            declared.put(column.name(), column);
        }
        this.cursorName = cursorName(source);
        this.roles = roles(source);
    }

    /** The columns that no row can do without. */
    static Set<String> roles(SourceDefinition source) {
        Set<String> roles = new LinkedHashSet<>(source.key());
        roles.add(source.eventTime());
        roles.add(cursorName(source));
        if (source.created() != null) {
            roles.add(source.created());
        }
        return roles;
    }

    /** The column by which loads proceed. */
    static String cursorName(SourceDefinition source) {
        String cursor = source.cursor();
        String created = source.created();
        return cursor != null ? cursor : created != null ? created : source.eventTime();
    }

    /**
     * A row for the quarantine, with what its remedy will be made of.
     *
     * @param cell index of the cell in the file, or -1 for the whole row
     * @param formats formats in which a bad date could be read
     * @param knownAt when it was known, or UNKNOWN
     * @param place where exactly, or null for the start of the cell or row
     */
    private record BadRow(
            ErrorCode code,
            int line,
            int cell,
            @Nullable String column,
            @Nullable String value,
            String reason,
            @Nullable String hint,
            List<String> formats,
            long knownAt,
            CsvRow.@Nullable Place place) {
        BadRow(
                ErrorCode code,
                int line,
                int cell,
                @Nullable String column,
                @Nullable String value,
                String reason,
                @Nullable String hint,
                List<String> formats,
                long knownAt) {
            this(code, line, cell, column, value, reason, hint, formats, knownAt, null);
        }
    }

    SourceRows parse(String sha256) {
        check();
        List<String> header = text.header();
        List<@Nullable ColumnReader> readers = readers(header, guesses(header));
        return rows(sha256, text.records(), header, readers);
    }

    /**
     * Checks the declarations and the header.
     *
     * @throws KeelsonException with all problems
     */
    void check() {
        checkDeclarations();
        checkHeader(text.header());
    }

    private void checkDeclarations() {
        List<Problem> problems = new ArrayList<>();
        Set<String> times = new LinkedHashSet<>(List.of(source.eventTime(), cursorName));
        if (source.created() != null) {
            times.add(source.created());
        }
        for (String name : times) {
            ColumnDefinition column = declared.get(name);
            if (column == null || (column.type() != ColumnType.DATE && column.type() != ColumnType.TIMESTAMP)) {
                problems.add(Problem.at(
                        ErrorCode.BAD_VALUE,
                        source.location(),
                        ("The source (%s) takes its times from the column (%s), which must be declared as date or"
                                        + " timestamp but %s.")
                                .formatted(
                                        source.name(),
                                        name,
                                        column == null
                                                ? "is not declared"
                                                : "is " + column.type().name().toLowerCase(Locale.ROOT)),
                        "Maybe add to its columns: `%s: date`.".formatted(name)));
            }
        }
        for (ColumnDefinition column : source.columns()) {
            for (String format : column.formats()) {
                String problem = CellTimes.patternProblem(format);
                if (problem != null) {
                    problems.add(Problem.at(
                            ErrorCode.BAD_VALUE,
                            column.location(),
                            "The format (%s) of the column (%s) cannot be used: %s."
                                    .formatted(format, column.name(), problem),
                            "Maybe dd/MM/yyyy was meant: d day, M month, y year, H hour, m minute, s second."));
                }
            }
            try {
                var unused = CellRule.of(column, source.zone(), false);
            } catch (PatternSyntaxException e) {
                problems.add(Problem.at(
                        ErrorCode.BAD_VALUE,
                        column.location(),
                        "The pattern (%s) of the column (%s) is not a regular expression: %s."
                                .formatted(column.pattern(), column.name(), e.getDescription()),
                        "Maybe a special character needs a backslash."));
            }
        }
        fail(problems);
    }

    private static void fail(List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private void checkHeader(List<String> header) {
        List<Problem> problems = new ArrayList<>();
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i);
            if (name.isEmpty()) {
                continue;
            }
            if (SystemColumns.NAMES.contains(name)) {
                problems.add(Problem.at(
                        ErrorCode.SOURCE_UNREADABLE,
                        text.headerCell(i),
                        "The header has a column (%s), a name that Keelson gives to its own column.".formatted(name),
                        "Maybe rename the column in the file."));
            }
            Integer earlier = first.putIfAbsent(name.toLowerCase(Locale.ROOT), i);
            if (earlier != null) {
                problems.add(Problem.at(
                        ErrorCode.SOURCE_UNREADABLE,
                        text.headerCell(i),
                        ("The header names the column (%s) at position %d and again (%s) at position %d; names must"
                                        + " differ by more than case.")
                                .formatted(header.get(earlier), earlier + 1, name, i + 1),
                        "Maybe rename one of them in the file."));
            }
        }
        for (Map.Entry<String, String> wanted : wantedColumns().entrySet()) {
            if (!header.contains(wanted.getKey())) {
                problems.add(missing(wanted.getKey(), wanted.getValue(), header));
            }
        }
        lackingFiles().ifPresent(problems::add);
        fail(problems);
    }

    /** The files without a column that every row needs. */
    private Optional<Problem> lackingFiles() {
        Set<String> needed = new LinkedHashSet<>(roles);
        if (source.operation() != null) {
            needed.add(source.operation().column());
        }
        source.columns().stream()
                .filter(ColumnDefinition::required)
                .map(ColumnDefinition::name)
                .forEach(needed::add);
        Map<String, List<String>> lacking = new TreeMap<>();
        for (String column : needed) {
            text.lacking(column)
                    .forEach(file -> lacking.computeIfAbsent(file, _ -> new ArrayList<>()).add(column));
        }
        if (lacking.isEmpty()) {
            return Optional.empty();
        }
        String named = lacking.entrySet().stream()
                .limit(MOST_FILES_NAMED)
                .map(file -> "%s has no %s".formatted(file.getKey(), shortened(file.getValue())))
                .collect(Collectors.joining("; "));
        int more = lacking.size() - MOST_FILES_NAMED;
        return Optional.of(Problem.at(
                ErrorCode.MISSING_COLUMN,
                new Location(text.file(), 0, 0),
                "Every row of the source (%s) needs columns that %d of its %d files do not have: %s%s."
                        .formatted(
                                source.name(),
                                lacking.size(),
                                text.files(),
                                named,
                                more > 0 ? "; and %d more files".formatted(more) : ""),
                "Maybe the pattern matches files that belong elsewhere. A column that is neither a key, a time nor"
                        + " `required` may be missing in a file."));
    }

    /** Columns that the file must have, each with who wants it. */
    private Map<String, String> wantedColumns() {
        Map<String, String> wanted = new LinkedHashMap<>();
        source.key().forEach(name -> wanted.putIfAbsent(name, "part of the key of"));
        wanted.putIfAbsent(source.eventTime(), "the event time of");
        if (source.created() != null) {
            wanted.putIfAbsent(source.created(), "the time of knowledge of");
        }
        wanted.putIfAbsent(cursorName, "the cursor of");
        if (source.operation() != null) {
            wanted.putIfAbsent(source.operation().column(), "the operation of");
        }
        source.outcomes().forEach(name -> wanted.putIfAbsent(name, "an outcome of"));
        declared.keySet().forEach(name -> wanted.putIfAbsent(name, "declared for"));
        if (previous != null) {
            RowDigests.contentColumns(previous.schema())
                    .forEach(name -> wanted.putIfAbsent(name, "in the version before of"));
        }
        return wanted;
    }

    private Problem missing(String name, String role, List<String> header) {
        Set<String> used = wantedColumns().keySet(); // a column that is wanted itself is not the missing one
        String hint = Suggestion.sentence(
                        name,
                        header.stream()
                                .filter(h -> !h.isEmpty() && !used.contains(h))
                                .toList())
                .orElse(null);
        if (hint == null && header.size() == 1) {
            for (String separator : List.of(";", "\t", "|")) {
                if (header.getFirst().contains(separator)) {
                    hint = "Maybe the cells are separated by %s; commas were expected."
                            .formatted(separator.equals("\t") ? "tabs" : "`" + separator + "`");
                }
            }
        }
        return Problem.at(
                ErrorCode.MISSING_COLUMN,
                new Location(text.file(), 1, 0),
                "The file has no column (%s), which is %s the source (%s).".formatted(name, role, source.name()),
                hint != null
                        ? hint
                        : "Maybe the file has another layout; its columns are %s.".formatted(shortened(header)));
    }

    private static String shortened(List<String> names) {
        return names.size() <= 12
                ? names.toString()
                : names.subList(0, 12).toString().replace("]", ", and %d more]".formatted(names.size() - 12));
    }

    /** Types of the columns that nobody declared; null for the others. */
    private List<@Nullable ColumnGuess> guesses(List<String> header) {
        List<@Nullable ColumnGuess> guesses = new ArrayList<>();
        boolean any = false;
        for (String name : header) {
            boolean open = !declared.containsKey(name) && pinned(name) == null && text.type(guesses.size()) == null;
            guesses.add(open ? new ColumnGuess() : null);
            any |= open;
        }
        if (!any) {
            return guesses;
        }
        ColumnGuess[] seen = guesses.toArray(ColumnGuess[]::new);
        Records cells = text.records();
        while (cells.next()) {
            if (cells.broken() != null || cells.count() != cells.width()) {
                continue;
            }
            for (int i = 0; i < seen.length; i++) {
                if (seen[i] != null) {
                    seen[i].see(cells.chars(), cells.start(i), cells.end(i));
                }
            }
        }
        return guesses;
    }

    /** The type that the previous version gave a column, unless the column was empty there. */
    private @Nullable ColumnType pinned(String name) {
        if (previous == null || !previous.schema().contains(name) || previous.isEmpty(name)) {
            return null;
        }
        return previous.schema().column(name).type();
    }

    /** A reader for each column of the file; null for columns without name and value. */
    private List<@Nullable ColumnReader> readers(List<String> header, List<@Nullable ColumnGuess> guesses) {
        List<@Nullable ColumnReader> readers = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i);
            ColumnGuess guess = guesses.get(i);
            ColumnDefinition column = declared.get(name);
            ColumnType pinned = pinned(name);
            boolean role = roles.contains(name);
            if (isOperation(name)) {
                readers.add(null);
            } else if (name.isEmpty()) {
                if (guess != null && guess.any()) {
                    problems.add(Problem.at(
                            ErrorCode.SOURCE_UNREADABLE,
                            text.headerCell(i),
                            "The header has no name for the column at position %d, which has values.".formatted(i + 1),
                            "Maybe the header line is missing or was cut."));
                }
                readers.add(null);
            } else if (column != null) {
                readers.add(new ColumnReader(CellRule.of(column, source.zone(), role)));
            } else if (pinned != null) {
                readers.add(new ColumnReader(CellRule.inferred(name, pinned, source.zone(), role)));
            } else {
                ColumnType given = text.type(i);
                ColumnType type = given != null ? given : guess == null ? ColumnType.STRING : guess.type();
                readers.add(new ColumnReader(CellRule.inferred(name, type, source.zone(), role)));
            }
        }
        fail(problems);
        return readers;
    }

    private SourceRows rows(
            String sha256, Records cells, List<String> header, List<@Nullable ColumnReader> columnReaders) {
        ColumnReader[] readers = columnReaders.toArray(ColumnReader[]::new);
        ColumnReader eventTime = reader(header, readers, source.eventTime());
        ColumnReader created = source.created() == null ? null : reader(header, readers, source.created());
        ColumnReader cursor = reader(header, readers, cursorName);
        RowOperation operation = source.operation();
        int operationCell = operation == null ? -1 : header.indexOf(operation.column());
        boolean[] deletes = new boolean[operation == null ? 0 : 256];
        long knownAfter = Micros.of(source.knownAfter());
        long[] nulledCells = new long[readers.length];
        boolean[] nulledHere = new boolean[readers.length];
        long[] events = new long[256];
        long[] known = new long[256];
        long[] cursors = new long[256];
        int[] lines = new int[256];
        long lastKnown = previous == null ? 0 : Micros.of(previous.watermark());
        long lastCursor = previous == null ? 0 : Micros.of(previous.cursorMark());
        boolean timed = false;
        List<ColumnReader> timeless = new ArrayList<>(); // columns of times that a delete leaves empty
        int good = 0;
        boolean any = false;
        while (cells.next()) {
            any = true;
            Records.Broken broken = cells.broken();
            if (broken != null) {
                bad.add(broken(cells, broken));
                continue;
            }
            if (cells.count() != cells.width()) {
                bad.add(ragged(cells));
                continue;
            }
            if (cells.quoted()) {
                BadRow quote = badQuote(cells, header);
                if (quote != null) {
                    bad.add(quote);
                    continue;
                }
            }
            if (good == lines.length) {
                int capacity = 2 * good;
                events = Arrays.copyOf(events, capacity);
                known = Arrays.copyOf(known, capacity);
                cursors = Arrays.copyOf(cursors, capacity);
                lines = Arrays.copyOf(lines, capacity);
                deletes = Arrays.copyOf(deletes, operation == null ? 0 : capacity);
            }
            boolean deleted = false;
            if (operation != null) {
                String text = cells.text(operationCell).strip();
                if (!operation.knows(text)) {
                    bad.add(unknownOperation(cells, operation, operationCell, text));
                    continue;
                }
                deleted = operation.deletes(text);
            }
            int firstBad = -1;
            String firstReason = "";
            List<String> others = List.of();
            boolean timesGood = true;
            timeless.clear();
            Arrays.fill(nulledHere, false);
            for (int i = 0; i < readers.length; i++) {
                ColumnReader reader = readers[i];
                if (reader == null) {
                    continue;
                }
                if (deleted && !source.key().contains(header.get(i))) {
                    if (!roles.contains(header.get(i))) {
                        reader.setNull(good);
                        continue;
                    }
                    if (cells.text(i).isBlank()) {
                        reader.setNull(good);
                        timeless.add(reader);
                        continue;
                    }
                }
                String problem = reader.read(cells.chars(), cells.start(i), cells.end(i), good);
                if (problem == null) {
                    continue;
                }
                if (reader.rule().nullOnFail() && !reader.rule().required()) {
                    reader.setNull(good);
                    nulledHere[i] = true;
                    continue;
                }
                timesGood &= reader != eventTime && reader != created;
                if (firstBad < 0) {
                    firstBad = i;
                    firstReason = problem;
                } else {
                    others = new ArrayList<>(others);
                    others.add(header.get(i));
                }
            }
            long cursorAt = timeless.contains(cursor) ? lastCursor : cursor.microsAt(good);
            long knownAt;
            if (!timesGood) {
                knownAt = UNKNOWN;
            } else if (created != null && !timeless.contains(created)) {
                knownAt = created.microsAt(good);
            } else if (created == null && !timeless.contains(eventTime)) {
                knownAt = Math.addExact(eventTime.microsAt(good), knownAfter);
            } else {
                knownAt = timeless.contains(cursor) ? lastKnown : cursorAt;
            }
            if (firstBad >= 0) {
                bad.add(badCell(cells, header, readers[firstBad], firstBad, firstReason, others, knownAt));
                continue;
            }
            for (int i = 0; i < readers.length; i++) {
                nulledCells[i] += nulledHere[i] ? 1 : 0;
            }
            events[good] = timeless.contains(eventTime) ? knownAt : eventTime.microsAt(good);
            known[good] = knownAt;
            cursors[good] = cursorAt;
            if (!timeless.contains(cursor)) {
                if (!timed) { // deletes by key alone that came before it
                    Arrays.fill(known, 0, good, knownAt);
                    Arrays.fill(events, 0, good, knownAt);
                    Arrays.fill(cursors, 0, good, cursorAt);
                }
                lastKnown = timed ? Math.max(lastKnown, knownAt) : knownAt;
                lastCursor = timed ? Math.max(lastCursor, cursorAt) : cursorAt;
                timed = true;
            }
            lines[good] = cells.line();
            if (operation != null) {
                deletes[good] = deleted;
            }
            good++;
        }
        if (!any && !text.mayBeEmpty()) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.EMPTY_SOURCE,
                    new Location(text.file(), 0, 0),
                    "The file has a header but no rows; at least one was expected.",
                    "Maybe it is still being written, or the export had an empty result."));
        }
        Map<String, Long> nulled = new LinkedHashMap<>();
        for (int i = 0; i < readers.length; i++) {
            if (nulledCells[i] > 0) {
                nulled.put(header.get(i), nulledCells[i]);
            }
        }
        Frame frame = frame(readers, events, known, good);
        return ordered(sha256, frame, lines, cursors, deletes, header, nulled);
    }

    private static ColumnReader reader(List<String> header, ColumnReader[] readers, String name) {
        return readers[header.indexOf(name)];
    }

    private static Frame frame(ColumnReader[] readers, long[] events, long[] known, int rows) {
        List<Column> columns = new ArrayList<>();
        List<Vector> vectors = new ArrayList<>();
        for (ColumnReader reader : readers) {
            if (reader != null) {
                columns.add(new Column(reader.rule().name(), reader.rule().type()));
                vectors.add(reader.vector(rows));
            }
        }
        columns.add(new Column(SystemColumns.EVENT_TIME, ColumnType.TIMESTAMP));
        vectors.add(new Vector.Longs(ColumnType.TIMESTAMP, Arrays.copyOf(events, rows), null));
        columns.add(new Column(SystemColumns.KNOWN_AT, ColumnType.TIMESTAMP));
        vectors.add(new Vector.Longs(ColumnType.TIMESTAMP, Arrays.copyOf(known, rows), null));
        return new Frame(new Schema(columns), vectors, rows);
    }

    /** Sets copies and contradictions aside, and puts the rest in known order. */
    private SourceRows ordered(
            String sha256,
            Frame frame,
            int[] lines,
            long[] cursors,
            boolean[] deletes,
            List<String> header,
            Map<String, Long> nulled) {
        RowDigests digests = new RowDigests();
        long[] keys = digests.ofRows(frame, source.key());
        long[] contents = digests.ofRows(frame, RowDigests.contentColumns(frame.schema()));
        long[] known = frame.longs(SystemColumns.KNOWN_AT).values();
        RowIndex seen = new RowIndex(frame.rows());
        List<Integer> kept = new ArrayList<>(frame.rows());
        List<Long> copies = new ArrayList<>();
        for (int row = 0; row < frame.rows(); row++) {
            int slot = seen.find(keys[2 * row], keys[2 * row + 1]);
            if (slot < 0 || source.operation() != null) {
                seen.put(keys[2 * row], keys[2 * row + 1], contents[2 * row], contents[2 * row + 1], row);
                kept.add(row);
            } else if (seen.hasContent(slot, contents[2 * row], contents[2 * row + 1])) {
                copies.add(known[row]);
            } else {
                bad.add(contradiction(frame, seen.number(slot), row, lines, header));
            }
        }
        int[] order = Frames.inKnownOrder(frame, source.key())
                .sort(kept.stream().mapToInt(Integer::intValue).toArray());
        bad.sort(Comparator.comparingInt(BadRow::line));
        return new SourceRows(
                source,
                text,
                header,
                sha256,
                frame.take(order),
                pick(lines, order),
                pickPairs(keys, order),
                pickPairs(contents, order),
                pick(cursors, order),
                source.operation() == null ? deletes : pick(deletes, order),
                bad.stream().map(this::finish).toList(),
                bad.stream().mapToLong(BadRow::knownAt).toArray(),
                copies.stream().mapToLong(Long::longValue).toArray(),
                nulled);
    }

    private static int[] pick(int[] values, int[] order) {
        return Arrays.stream(order).map(row -> values[row]).toArray();
    }

    private static long[] pick(long[] values, int[] order) {
        return Arrays.stream(order).mapToLong(row -> values[row]).toArray();
    }

    private static boolean[] pick(boolean[] values, int[] order) {
        boolean[] picked = new boolean[order.length];
        for (int i = 0; i < order.length; i++) {
            picked[i] = values[order[i]];
        }
        return picked;
    }

    private static long[] pickPairs(long[] values, int[] order) {
        long[] picked = new long[2 * order.length];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(values, 2 * order[i], picked, 2 * i, 2);
        }
        return picked;
    }

    /** The cells of a row as the source writes them, by column. */
    private UnaryOperator<String> cells(Frame frame, int row, int[] lines, List<String> header) {
        int line = lines[row];
        Map<String, String> texts =
                Review.texts(text.file(line), text.row(line).raw(), header).orElse(Map.of());
        return name -> {
            String cell = texts.get(name);
            return cell == null
                    ? RowDifference.show(frame.vector(name).get(row))
                    : cell.isBlank() ? "empty" : cell.strip();
        };
    }

    private BadRow contradiction(Frame frame, int first, int row, int[] lines, List<String> header) {
        List<String> columns = RowDifference.columns(frame, first, frame, row);
        String column = columns.getFirst();
        int cell = header.indexOf(column);
        String key = RowDifference.key(frame, source.key(), row);
        UnaryOperator<String> old = cells(frame, first, lines, header);
        UnaryOperator<String> now = cells(frame, row, lines, header);
        return new BadRow(
                ErrorCode.DUPLICATE_ROW,
                lines[row],
                cell,
                column,
                now.apply(column),
                "The key (%s) is already on line %s, where %s."
                        .formatted(
                                key,
                                shownLine(lines[first]),
                                RowDifference.describe(columns, old, now)),
                "Maybe one of the two lines is a correction of the other; keep one. Line %s was taken."
                        .formatted(shownLine(lines[first])),
                List.of(),
                frame.longs(SystemColumns.KNOWN_AT).values()[row]);
    }

    /** The line of a record, with its file when there are several. */
    private String shownLine(int line) {
        String shown = Integer.toString(text.row(line).line());
        return text.file(line).equals(text.file()) ? shown : shown + " of " + text.file(line);
    }

    private boolean isOperation(String name) {
        return source.operation() != null && source.operation().column().equals(name);
    }

    private static BadRow broken(Records cells, Records.Broken broken) {
        return new BadRow(
                ErrorCode.BAD_CELL,
                cells.line(),
                -1,
                null,
                null,
                broken.reason(),
                broken.hint(),
                List.of(),
                UNKNOWN,
                broken.place());
    }

    private static BadRow unknownOperation(Records cells, RowOperation operation, int cell, String value) {
        List<String> known = new ArrayList<>(operation.insert());
        known.addAll(operation.update());
        known.addAll(operation.delete());
        return new BadRow(
                ErrorCode.BAD_CELL,
                cells.line(),
                cell,
                operation.column(),
                value,
                "The value (%s) of the column (%s) is none of the declared operations %s."
                        .formatted(value, operation.column(), known),
                "Maybe add it to `operation` of the source.",
                List.of(),
                UNKNOWN);
    }

    private static BadRow ragged(Records cells) {
        return new BadRow(
                ErrorCode.RAGGED_LINE,
                cells.line(),
                -1,
                null,
                null,
                "The line has %d %s; the header has %d."
                        .formatted(cells.count(), cells.count() == 1 ? "cell" : "cells", cells.width()),
                cells.count() > cells.width()
                        ? "Maybe a text with a comma in it is not quoted."
                        : "Maybe the line was cut off.",
                List.of(),
                UNKNOWN);
    }

    private @Nullable BadRow badQuote(Records cells, List<String> header) {
        int cell = text.row(cells.line()).badQuote();
        if (cell < 0) {
            return null;
        }
        return new BadRow(
                ErrorCode.BAD_CELL,
                cells.line(),
                cell,
                header.get(cell),
                cells.text(cell),
                "There are characters after the closing quote of the cell in the column (%s)."
                        .formatted(header.get(cell)),
                "Maybe a quote (\") inside the text was not doubled.",
                List.of(),
                UNKNOWN);
    }

    private BadRow badCell(
            Records cells,
            List<String> header,
            ColumnReader reader,
            int cell,
            String problem,
            List<String> others,
            long knownAt) {
        CellRule rule = reader.rule();
        String value = cells.text(cell);
        String reason = rule.told(value, problem)
                + (others.isEmpty() ? "." : "; nor are the cells of %s right.".formatted(shortened(others)));
        List<String> formats = List.of();
        String hint = null;
        if ((rule.type() == ColumnType.DATE || rule.type() == ColumnType.TIMESTAMP) && !value.isBlank()) {
            boolean timestamp = rule.type() == ColumnType.TIMESTAMP;
            formats = detected.computeIfAbsent(value, text -> CellTimes.detect(text, timestamp));
            Map<String, Integer> votes = formatVotes.computeIfAbsent(header.get(cell), name -> new HashMap<>());
            formats.forEach(format -> votes.merge(format, 1, Integer::sum));
            if (!timestamp && CellTimes.isIsoTimestamp(value.strip())) {
                hint = "Maybe the column is a timestamp, not a date.";
            } else if (timestamp && CellTimes.isIsoDate(value.strip())) {
                hint = "Maybe the column is a date, not a timestamp.";
            }
        } else if (!rule.declared() && !value.isEmpty()) {
            hint = "Earlier rows of the undeclared column were %s. Maybe declare its type."
                    .formatted(rule.type().name().toLowerCase(Locale.ROOT));
        } else if (rule.type() == ColumnType.DOUBLE && value.strip().matches("[-+]?\\d+,\\d+")) {
            hint = "Maybe the comma is a decimal comma; a point was expected.";
        } else if (!rule.values().isEmpty()) {
            hint = Suggestion.sentence(value, rule.values()).orElse(null);
        }
        return new BadRow(ErrorCode.BAD_CELL, cells.line(), cell, rule.name(), value, reason, hint, formats, knownAt);
    }

    private QuarantinedRow finish(BadRow row) {
        CsvRow raw = text.row(row.line());
        CsvRow.Place place = row.place() != null
                ? row.place()
                : row.cell() < 0 ? new CsvRow.Place(raw.line(), 0) : raw.cells().get(row.cell());
        String hint = row.hint();
        if (hint == null && row.column() != null && !row.formats().isEmpty()) {
            Map<String, Integer> votes = formatVotes.getOrDefault(row.column(), Map.of());
            String best = row.formats().getFirst();
            for (String format : row.formats()) {
                best = votes.getOrDefault(format, 0) > votes.getOrDefault(best, 0) ? format : best;
            }
            hint = "Maybe it is in the format %s; declare it for the column `%s`.".formatted(best, row.column());
        }
        return new QuarantinedRow(
                row.code(),
                text.file(row.line()),
                place.line(),
                place.column(),
                row.column(),
                row.value(),
                row.reason(),
                hint,
                raw.raw());
    }
}

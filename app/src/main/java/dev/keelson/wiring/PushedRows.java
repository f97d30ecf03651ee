package dev.keelson.wiring;

import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import dev.keelson.features.spi.PushLog;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of a source that come in one by one, read by the rules by which its file is read. */
final class PushedRows {
    /** What messages call rows that were pushed. */
    static final String PLACE = "rows";

    private PushedRows() {}

    /**
     * Rows as CSV text with every column of the source.
     *
     * @param header its first line
     * @param lines one text for each row that stays; of several rows with one key that is the last one
     * @param given for each of them, which of the rows given it is
     */
    record Csv(String header, List<String> lines, List<Integer> given) {
        Csv {
            lines = List.copyOf(lines);
            given = List.copyOf(given);
        }

        String text() {
            return text(IntStream.range(0, lines.size()).toArray());
        }

        /** Of some of the rows. */
        String text(int[] rows) {
            StringBuilder text = new StringBuilder(header).append('\n');
            for (int row : rows) {
                text.append(lines.get(row)).append('\n');
            }
            return text.toString();
        }

        /** Which row begins at, or goes over, a line of the text; cells may hold line ends. */
        int rowAt(int line) {
            int at = 2 + breaks(header);
            for (int row = 0; row < lines.size(); row++) {
                at += 1 + breaks(lines.get(row));
                if (line < at) {
                    return row;
                }
            }
            return lines.size() - 1;
        }

        private static int breaks(String text) {
            return (int) text.chars().filter(c -> c == '\n').count();
        }
    }

    /**
     * Writes rows.
     *
     * @param keys of the source's key columns, which may be given by their parts
     * @throws KeelsonException BAD_REQUEST naming each unknown column
     */
    static Csv csv(
            SourceDefinition source,
            DatasetVersion version,
            List<Map<String, @Nullable Object>> sent,
            EntityKeys.Columns keys) {
        Set<String> columns = columns(source, version);
        List<Map<String, @Nullable Object>> rows =
                sent.stream().map(row -> keys.complete(row, columns)).toList();
        List<Problem> problems = new ArrayList<>();
        Map<List<String>, Integer> byKey = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            Map<String, @Nullable Object> row = rows.get(i);
            for (String name : row.keySet()) {
                if (!columns.contains(name)) {
                    String hint = keys.hint(name, row.keySet());
                    problems.add(Problem.at(
                            ErrorCode.BAD_REQUEST,
                            new Location("rows[%d].%s".formatted(i, name), 0, 0),
                            "The source (%s) has no column (%s).".formatted(source.name(), name),
                            hint != null ? hint : Suggestion.sentence(name, columns).orElse(null)));
                }
            }
            byKey.put(source.key().stream().map(column -> cell(row.get(column))).toList(), i);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        List<String> lines = new ArrayList<>();
        for (int i : byKey.values()) {
            lines.add(line(columns.stream().map(rows.get(i)::get).toList()));
        }
        return new Csv(line(new ArrayList<>(columns)), lines, new ArrayList<>(byKey.values()));
    }

    /** The texts of several pushes as one; of several rows with one key the last one stays. */
    static String joined(SourceDefinition source, List<PushLog.Push> entries) {
        Map<List<String>, Map<String, String>> byKey = new LinkedHashMap<>();
        Set<String> columns = new LinkedHashSet<>();
        for (PushLog.Push entry : entries) {
            List<List<String>> rows = cells(entry.rows());
            List<String> header = rows.getFirst();
            columns.addAll(header);
            for (List<String> cells : rows.subList(1, rows.size())) {
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 0; i < header.size(); i++) {
                    row.put(header.get(i), cells.get(i));
                }
                byKey.put(
                        source.key().stream()
                                .map(name -> row.getOrDefault(name, ""))
                                .toList(),
                        row);
            }
        }
        StringBuilder text = new StringBuilder(line(List.copyOf(columns))).append('\n');
        for (Map<String, String> row : byKey.values()) {
            text.append(line(columns.stream().map(row::get).toList())).append('\n');
        }
        return text.toString();
    }

    /** The cells of a text that {@link #csv} wrote. */
    private static List<List<String>> cells(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ',' || c == '\n')) {
                row.add(cell.toString());
                cell.setLength(0);
                if (c == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else {
                cell.append(c);
            }
        }
        return rows;
    }

    private static String line(List<? extends @Nullable Object> cells) {
        StringJoiner line = new StringJoiner(",");
        cells.forEach(cell -> line.add(cell(cell)));
        return line.toString();
    }

    private static Set<String> columns(SourceDefinition source, DatasetVersion version) {
        Set<String> columns = new LinkedHashSet<>(version.schema().names());
        source.columns().stream().map(ColumnDefinition::name).forEach(columns::add);
        SystemColumns.NAMES.forEach(columns::remove);
        return columns;
    }

    private static String cell(@Nullable Object value) {
        String text =
                switch (value) {
                    case null -> "";
                    case Double number when Double.isFinite(number) -> new BigDecimal(Double.toString(number))
                            .toPlainString();
                    case Double number -> "";
                    default -> value.toString();
                };
        return text.isEmpty() ? "" : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    /** Reads what {@link #csv} wrote. */
    static SourceRows read(SourceDefinition source, DatasetVersion version, String csv) {
        return SourceReader.parse(source, PLACE, csv.getBytes(StandardCharsets.UTF_8), version);
    }

    /**
     * Refuses all rows when one of them is not good.
     *
     * @throws KeelsonException BAD_REQUEST naming each bad cell
     */
    static void requireGood(SourceRows rows, Csv csv) {
        List<Problem> problems = new ArrayList<>();
        for (QuarantinedRow bad : rows.quarantined()) {
            int row = csv.given().get(csv.rowAt(bad.line()));
            String place = "rows[%d]".formatted(row) + (bad.columnName() == null ? "" : "." + bad.columnName());
            problems.add(Problem.at(ErrorCode.BAD_REQUEST, new Location(place, 0, 0), bad.reason(), bad.hint()));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    /** The rows, none of them known before an instant. */
    static Frame knownFrom(Frame rows, long micros) {
        long[] known = rows.longs(SystemColumns.KNOWN_AT).values().clone();
        for (int i = 0; i < known.length; i++) {
            known[i] = Math.max(known[i], micros);
        }
        List<String> others = rows.schema().names().stream()
                .filter(name -> !name.equals(SystemColumns.KNOWN_AT))
                .toList();
        return rows.select(others).with(SystemColumns.KNOWN_AT, new Vector.Longs(ColumnType.TIMESTAMP, known, null));
    }
}

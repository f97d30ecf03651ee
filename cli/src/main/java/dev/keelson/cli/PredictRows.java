package dev.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.ColumnType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a predict command: from {@code COL=VALUE}, JSON or CSV. Texts become numbers where the source's column is one;
 * an empty cell is a missing value. Outcome columns of a CSV file are left out, and that is said.
 */
final class PredictRows {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Map<String, ColumnType> declared = new HashMap<>();
    private final List<String> outcomes;

    PredictRows(SourceDefinition source) {
        this(source, source.outcomes());
    }

    /** @param leftOut columns of a CSV file that are left out */
    PredictRows(SourceDefinition source, List<String> leftOut) {
        outcomes = leftOut;
        for (ColumnDefinition column : source.columns()) {
            declared.put(column.name(), column.type());
        }
    }

    /** One row from {@code COL=VALUE}. */
    Map<String, @Nullable Object> cells(List<String> cells) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (String cell : cells) {
            int equals = cell.indexOf('=');
            String name = equals < 0 ? cell : cell.substring(0, equals);
            if (equals < 1) {
                problems.add(Problem.of(
                        ErrorCode.USAGE, "--row (%s) is not COL=VALUE.".formatted(cell), "Maybe a quote is missing."));
            } else if (row.containsKey(name)) {
                problems.add(Problem.of(
                        ErrorCode.USAGE,
                        "--row names the column (%s) twice.".formatted(name),
                        "Maybe put several rows into a file."));
            } else {
                row.put(name, value(name, cell.substring(equals + 1)));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return row;
    }

    /** All rows of a file, or of standard input. */
    List<Map<String, @Nullable Object>> file(Session session, String name) {
        String text;
        boolean standardInput = name.equals("-");
        String shown = standardInput ? "standard input" : session.shown(session.path(name));
        try (InputStream in = standardInput ? session.in() : Files.newInputStream(session.path(name))) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_NOT_FOUND,
                    "There is no file (%s).".formatted(shown),
                    "Maybe the path is relative to another folder.",
                    e);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_UNREADABLE,
                    e instanceof AccessDeniedException
                            ? "The file (%s) cannot be read: you may not read it.".formatted(shown)
                            : "The file (%s) cannot be read: %s.".formatted(shown, e.getMessage()),
                    null,
                    e);
        }
        String start = (text.startsWith("\uFEFF") ? text.substring(1) : text).stripLeading();
        List<Map<String, @Nullable Object>> rows =
                start.startsWith("{") || start.startsWith("[") ? json(shown, start) : csv(session, shown, start);
        if (rows.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "There are no rows in %s; at least one was expected.".formatted(shown),
                    "Maybe the header of a CSV file is missing.");
        }
        return rows;
    }

    private static List<Map<String, @Nullable Object>> json(String shown, String text) {
        JsonNode document;
        try {
            document = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new KeelsonException(
                    List.of(Problem.at(
                            ErrorCode.BAD_REQUEST,
                            new Location(shown, at == null ? 0 : at.getLineNr(), at == null ? 0 : at.getColumnNr()),
                            "The rows are not JSON at this place.",
                            "Maybe a comma, a colon, a bracket or a quotation mark is missing just before; names and texts stand in double quotes.")),
                    e);
        }
        JsonNode list = document.isObject() && document.path("rows").isArray() ? document.get("rows") : document;
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        if (list.isArray()) {
            list.forEach(item -> rows.add(object(item, "rows[%d]".formatted(rows.size()), problems)));
        } else {
            rows.add(object(list, "rows[0]", problems));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return rows;
    }

    private static Map<String, @Nullable Object> object(JsonNode node, String place, List<Problem> problems) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        if (!node.isObject()) {
            problems.add(Problem.at(
                    ErrorCode.BAD_REQUEST,
                    new Location(place, 0, 0),
                    "The row (%s) is no object of column and value, as expected.".formatted(node),
                    null));
        }
        node.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (value.isContainerNode()) {
                problems.add(Problem.at(
                        ErrorCode.BAD_REQUEST,
                        new Location(place + "." + entry.getKey(), 0, 0),
                        "The value (%s) is no number, text, true, false or null, as expected.".formatted(value),
                        null));
                return;
            }
            @Nullable Object plain = value.isNull()
                    ? null
                    : value.isTextual()
                            ? value.textValue()
                            : value.isBoolean()
                                    ? (Object) value.booleanValue()
                                    : value.canConvertToLong() && value.isIntegralNumber()
                                            ? (Object) value.longValue()
                                            : (Object) value.doubleValue();
            row.put(entry.getKey(), plain);
        });
        return row;
    }

    private List<Map<String, @Nullable Object>> csv(Session session, String shown, String text) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        List<String> header = List.of();
        try (CsvReader<CsvRecord> records = CsvReader.builder().ofCsvRecord(text)) {
            for (CsvRecord line : records) {
                if (header.isEmpty()) {
                    header = List.copyOf(line.getFields());
                } else if (line.getFieldCount() != header.size()) {
                    problems.add(Problem.at(
                            ErrorCode.RAGGED_LINE,
                            new Location(shown, Math.toIntExact(line.getStartingLineNumber()), 0),
                            "The line has %s; the header has %d."
                                    .formatted(Texts.count(line.getFieldCount(), "cell"), header.size()),
                            null));
                } else {
                    Map<String, @Nullable Object> row = new LinkedHashMap<>();
                    for (int c = 0; c < header.size(); c++) {
                        if (!outcomes.contains(header.get(c))) { // a file of past events has them; they are no request
                            row.put(header.get(c), value(header.get(c), line.getField(c)));
                        }
                    }
                    rows.add(row);
                }
            }
        } catch (CsvParseException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The rows in %s are not CSV: %s.".formatted(shown, e.getMessage()), null, e);
        } catch (IOException e) {
            throw new IllegalStateException("A text in memory cannot be read.", e);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        List<String> left = header.stream().filter(outcomes::contains).toList();
        if (!left.isEmpty()) {
            session.console()
                    .note("Left out, as they are known only after the event: %s.".formatted(String.join(", ", left)));
        }
        return rows;
    }

    /** A text as the type of its column; what does not fit stays text, which the model then refuses with its place. */
    private @Nullable Object value(String column, String text) {
        if (text.isEmpty()) {
            return null;
        }
        ColumnType type = declared.get(column);
        boolean integer = type == null || type == ColumnType.LONG;
        boolean number = type == null || type == ColumnType.DOUBLE;
        if (integer && text.matches("-?(0|[1-9][0-9]{0,17})")) {
            return Long.valueOf(text);
        }
        if (number && text.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
            return Double.valueOf(text);
        }
        if (type == ColumnType.BOOLEAN && (text.equals("true") || text.equals("false"))) {
            return Boolean.valueOf(text);
        }
        return text;
    }
}

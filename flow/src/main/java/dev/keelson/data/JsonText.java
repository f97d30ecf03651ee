package dev.keelson.data;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.ColumnType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines: one object a line, blank lines between them do not count. The columns are the names of all objects, in
 * order of their first occurrence; a name that an object lacks, {@code null} and {@code ""} are missing cells. An array
 * or object within is the text of its JSON. A line that is no JSON object, or names a field twice, is a broken record.
 */
final class JsonText implements SourceText {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final CsvText text;
    private final Map<String, Integer> columns = new HashMap<>();
    private final List<String> header = new ArrayList<>();
    private final List<JsonKinds> kinds = new ArrayList<>();

    JsonText(CsvText text) {
        this.text = text;
        Line line = new Line();
        boolean any = false;
        for (int number = 1; number <= text.lines(); number++) {
            any |= !text.line(number).isBlank();
            line.read(number, true);
        }
        if (!any) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.EMPTY_SOURCE,
                    new Location(text.file(), 0, 0),
                    "The file is empty; at least one JSON object was expected.",
                    "Maybe it is still being written, or the download failed."));
        }
        if (header.isEmpty()) {
            Line first = new Line();
            first.read(1, false);
            throw new KeelsonException(Problem.at(
                    ErrorCode.SOURCE_UNREADABLE,
                    new Location(text.file(), 1, 0),
                    "No line of the file is a JSON object with a field%s"
                            .formatted(first.problem == null ? "." : ": " + first.problem.reason()),
                    "Maybe it is one JSON document, not one object a line: jq -c '.[]' makes lines of an array."));
        }
    }

    @Override
    public String file() {
        return text.file();
    }

    @Override
    public List<String> header() {
        return header;
    }

    @Override
    public Location headerCell(int index) {
        return new Location(text.file(), 1, 0);
    }

    @Override
    public @Nullable ColumnType type(int column) {
        return kinds.get(column).type();
    }

    @Override
    public int lines() {
        return text.lines();
    }

    @Override
    public Records records() {
        return new Line();
    }

    @Override
    public CsvRow row(int number) {
        Line line = new Line();
        line.read(number, false);
        List<CsvRow.Place> places = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            places.add(new CsvRow.Place(number, Math.max(1, line.columns[i])));
        }
        return new CsvRow(text.line(number), places, -1, number + 1);
    }

    /** One line after the other. */
    private final class Line implements Records {
        private int number;
        private char[] chars = new char[256];
        private int used;
        private int[] starts = new int[Math.max(16, header.size())];
        private int[] ends = new int[starts.length];
        private int[] columns = new int[starts.length];
        private @Nullable Broken problem;

        @Override
        public boolean next() {
            do {
                number++;
            } while (number <= text.lines() && text.line(number).isBlank());
            if (number > text.lines()) {
                return false;
            }
            read(number, false);
            return true;
        }

        /** Reads a line; a first reading learns the columns. */
        void read(int at, boolean first) {
            number = at;
            used = 0;
            problem = null;
            Arrays.fill(starts, 0);
            Arrays.fill(ends, 0);
            Arrays.fill(columns, 0);
            String line = text.line(at);
            if (line.isBlank()) {
                return;
            }
            try (JsonParser parser = JSON.createParser(line)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    problem = new Broken(
                            new CsvRow.Place(at, 1), "The line is not a JSON object ({...}).", "Maybe it is a fragment.");
                    return;
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    cell(parser, first);
                }
                if (parser.nextToken() != null) {
                    problem = new Broken(
                            place(parser), "There is more after the end of the JSON object.", "Maybe a line end is missing.");
                }
            } catch (JsonProcessingException e) {
                int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
                problem = new Broken(
                        new CsvRow.Place(at, column),
                        "The line is not JSON: %s.".formatted(withoutDot(e.getOriginalMessage())),
                        e instanceof JsonParseException ? "Maybe the line was cut off." : null);
            } catch (IOException e) {
                throw new UncheckedIOException("A text in memory must be readable.", e);
            }
        }

        private CsvRow.Place place(JsonParser parser) {
            return new CsvRow.Place(number, Math.max(1, parser.currentTokenLocation().getColumnNr()));
        }

        private void cell(JsonParser parser, boolean first) throws IOException {
            String name = parser.currentName().strip();
            JsonToken token = parser.nextToken();
            Integer known = JsonText.this.columns.get(name);
            if (known == null) {
                if (!first) {
                    throw new IllegalStateException("The first reading must have seen every name.");
                }
                known = header.size();
                if (known == SourceReader.MOST_COLUMNS) {
                    throw new KeelsonException(CsvText.tooManyColumns(text.file(), known + 1));
                }
                JsonText.this.columns.put(name, known);
                header.add(name);
                kinds.add(new JsonKinds());
            }
            int at = known;
            if (first) {
                kinds.get(at).see(token);
            }
            if (at >= starts.length) {
                int capacity = 2 * at;
                starts = Arrays.copyOf(starts, capacity);
                ends = Arrays.copyOf(ends, capacity);
                columns = Arrays.copyOf(columns, capacity);
            }
            columns[at] = place(parser).column();
            String value = switch (token) {
                case VALUE_NULL -> "";
                case START_ARRAY, START_OBJECT -> JSON.readTree(parser).toString();
                default -> parser.getText();
            };
            if (used + value.length() > chars.length) {
                chars = Arrays.copyOf(chars, Math.max(2 * chars.length, used + value.length()));
            }
            value.getChars(0, value.length(), chars, used);
            starts[at] = used;
            used += value.length();
            ends[at] = used;
        }

        @Override
        public int line() {
            return number;
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
            return chars;
        }

        @Override
        public int start(int cell) {
            return starts[cell];
        }

        @Override
        public int end(int cell) {
            return ends[cell];
        }

        @Override
        public @Nullable Broken broken() {
            return problem;
        }
    }

    private static String withoutDot(String message) {
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }
}

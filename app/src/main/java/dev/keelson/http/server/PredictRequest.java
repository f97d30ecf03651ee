package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.PredictOptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a predict request asks: one row as an object, several as a list, or {@code {"rows": [...]}} with {@code
 * as_of}, {@code durable}, {@code version}, {@code details}, {@code client} and {@code metadata} beside them.
 *
 * @param rows column to value, at least one row
 * @param options how to answer
 */
record PredictRequest(List<Map<String, @Nullable Object>> rows, PredictOptions options) {
    static final int MAX_ROWS = 10_000;
    private static final int MAX_PROBLEMS = 100;
    private static final List<String> NAMES = List.of("as_of", "durable", "version", "details", "client", "metadata");

    /**
     * Reads a request from its body.
     *
     * @param options taken from the address; those of the body come first
     */
    static PredictRequest read(InputStream body, PredictOptions options) throws IOException {
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            return new Reader(parser, options).read();
        } catch (JsonParseException | StreamConstraintsException e) {
            throw BadJson.of(e);
        }
    }

    private static final class Reader {
        private final JsonParser parser;
        private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private boolean durable;
        private @Nullable Instant asOf;
        private @Nullable String version;
        private @Nullable String client;
        private @Nullable JsonNode metadata;
        private Set<PredictOptions.Detail> details;

        Reader(JsonParser parser, PredictOptions options) {
            this.parser = parser;
            this.durable = options.durable();
            this.asOf = options.asOf();
            this.version = options.version();
            this.client = options.client();
            this.metadata = options.metadata();
            this.details = options.details();
        }

        PredictRequest read() throws IOException {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY) {
                readRows();
            } else if (token == JsonToken.START_OBJECT) {
                readObject();
            } else {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The body is %s; expected a JSON object, {\"rows\": [...]} or a list of objects."
                                .formatted(token == null ? "empty" : word(token)),
                        null);
            }
            if (parser.nextToken() != null) {
                problem("body", "There is something after the end of the JSON document; expected nothing.");
            }
            if (rows.isEmpty() && problems.isEmpty()) {
                problem("rows", "There are no rows; expected at least one.");
            }
            if (!problems.isEmpty()) {
                throw new KeelsonException(problems, null);
            }
            return new PredictRequest(rows, new PredictOptions(durable, asOf, version, details, client, metadata));
        }

        private void readRows() throws IOException {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (rows.size() == MAX_ROWS) {
                    throw new KeelsonException(
                            ErrorCode.BAD_REQUEST,
                            "There are more than %d rows; expected at most as many.".formatted(MAX_ROWS),
                            "Maybe send them as CSV, Parquet or lines of JSON, of which there may be any number.");
                }
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    Map<String, @Nullable Object> row = new LinkedHashMap<>();
                    rows.add(row);
                    readRow(row, "rows[%d]", rows.size() - 1);
                } else {
                    problem(
                            "rows[%d]".formatted(rows.size()),
                            "The row is %s; expected an object of column and value.".formatted(word(parser.currentToken())));
                    parser.skipChildren();
                    rows.add(Map.of());
                }
            }
        }

        private void readRow(Map<String, @Nullable Object> row, String place, int index) throws IOException {
            String name;
            while ((name = parser.nextFieldName()) != null) {
                parser.nextToken();
                put(row, name, place, index);
            }
        }

        private void put(Map<String, @Nullable Object> row, String name, String place, int index) throws IOException {
            JsonToken token = parser.currentToken();
            Object value;
            switch (token) {
                case VALUE_STRING -> value = parser.getText();
                case VALUE_NUMBER_INT -> {
                    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                        value = parser.getDoubleValue();
                    } else {
                        value = parser.getLongValue();
                    }
                }
                case VALUE_NUMBER_FLOAT -> value = parser.getDoubleValue();
                case VALUE_TRUE -> value = true;
                case VALUE_FALSE -> value = false;
                case VALUE_NULL -> value = null;
                default -> {
                    problem(
                            field(place, index, name),
                            "The value of %s is %s; expected a number, a text, true, false or null."
                                    .formatted(name, word(token)));
                    parser.skipChildren();
                    return;
                }
            }
            if (row.containsKey(name)) {
                problem(field(place, index, name), "The column %s stands there twice; expected once.".formatted(name));
            }
            row.put(name, value);
        }

        /** One row, or the options with the rows: told apart by a list named rows. */
        private void readObject() throws IOException {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            boolean wrapped = false;
            List<String> beside = new ArrayList<>();
            String name;
            while ((name = parser.nextFieldName()) != null) {
                JsonToken token = parser.nextToken();
                if (name.equals("rows") && token == JsonToken.START_ARRAY) {
                    wrapped = true;
                    readRows();
                } else if (name.equals("metadata") && token == JsonToken.START_OBJECT) {
                    beside.add(name);
                    metadata = Json.MAPPER.readTree(parser);
                } else if (name.equals("details") && token == JsonToken.START_ARRAY) {
                    beside.add(name);
                    details = readDetails();
                } else {
                    put(row, name, "", -1);
                }
            }
            if (!wrapped) {
                for (String each : beside) {
                    problem(
                            each,
                            "The value of %s is %s; expected a number, a text, true, false or null."
                                    .formatted(each, each.equals("metadata") ? "an object" : "a list"));
                }
                rows.add(row);
                return;
            }
            row.forEach(this::option);
        }

        private void option(String name, @Nullable Object value) {
            if (name.equals("durable")) {
                if (value instanceof Boolean flag) {
                    durable = flag;
                } else {
                    problem(name, "The value (%s) of durable is wrong; expected true or false.".formatted(value));
                }
            } else if (name.equals("as_of")) {
                try {
                    asOf = Instant.parse(String.valueOf(value));
                } catch (DateTimeException e) {
                    problem(
                            name,
                            "The value (%s) of as_of is wrong; expected an instant such as 2020-05-01T12:00:00Z."
                                    .formatted(value));
                }
            } else if (name.equals("version") && value != null) {
                version = value.toString();
            } else if (name.equals("client") && value instanceof String text && !text.isBlank()) {
                client = text;
            } else if (NAMES.contains(name)) {
                problem(name, "The value (%s) of %s is wrong; expected %s.".formatted(value, name, expected(name)));
            } else {
                problem(
                        name,
                        "The key %s is unknown beside rows; expected %s."
                                .formatted(name, String.join(", ", NAMES)));
            }
        }

        private static String expected(String name) {
            return switch (name) {
                case "version" -> "a number, a stage or an alias such as @champion";
                case "client" -> "a text";
                case "details" -> "a list of features, contributions and interval";
                default -> "an object";
            };
        }

        private Set<PredictOptions.Detail> readDetails() throws IOException {
            Set<PredictOptions.Detail> wanted = EnumSet.noneOf(PredictOptions.Detail.class);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                String word = parser.currentToken().isScalarValue() ? parser.getText() : word(parser.currentToken());
                parser.skipChildren();
                switch (word) {
                    case "features" -> wanted.add(PredictOptions.Detail.FEATURES);
                    case "contributions" -> wanted.add(PredictOptions.Detail.CONTRIBUTIONS);
                    case "interval" -> wanted.add(PredictOptions.Detail.INTERVAL);
                    default -> problem(
                            "details", "The detail (%s) is unknown; expected features, contributions or interval.".formatted(word));
                }
            }
            return wanted;
        }

        private void problem(String field, String message) {
            if (problems.size() < MAX_PROBLEMS) {
                problems.add(Problem.at(ErrorCode.BAD_REQUEST, new Location(field, 0, 0), message, null));
            }
        }

        private static String field(String place, int index, String name) {
            return place.isEmpty() ? name : place.formatted(index) + "." + name;
        }

        private static String word(JsonToken token) {
            return switch (token) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "a list";
                case VALUE_STRING -> "a text";
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
                case VALUE_TRUE, VALUE_FALSE -> "true or false";
                case VALUE_NULL -> "null";
                case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT -> "no value";
            };
        }
    }
}

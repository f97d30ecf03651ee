package dev.keelson.http.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.ColumnType;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a call of {@code /invocations} asks about. Columns that the model does not have are passed over; whole numbers
 * become real ones, and the other way round where they are whole; times may stand as pandas writes them.
 *
 * @param rows at least one
 * @param options how to answer
 */
record ScoringRows(List<Map<String, @Nullable Object>> rows, PredictOptions options) {
    static final int MAX_ROWS = 10_000;
    private static final List<String> FORMATS =
            List.of("dataframe_split", "dataframe_records", "instances", "inputs");
    private static final Pattern PANDAS_TIME =
            Pattern.compile("(\\d{4}-\\d{2}-\\d{2})[T ](\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?)(Z|[+-]\\d{2}:?\\d{2})?");

    static ScoringRows of(List<Map<String, @Nullable Object>> rows, PredictOptions options) {
        if (rows.isEmpty()) {
            throw wrong("There are no rows; expected at least one.");
        }
        return new ScoringRows(rows, options);
    }

    static void requireRoom(int rows) {
        if (rows >= MAX_ROWS) {
            throw wrong("There are more than %d rows; expected at most as many.".formatted(MAX_ROWS));
        }
    }

    /**
     * Reads a document.
     *
     * @param zone of a day without a time
     * @throws KeelsonException BAD_REQUEST
     */
    static ScoringRows read(@Nullable JsonNode body, PredictSignature signature, ZoneId zone) {
        if (body == null || !body.isObject()) {
            throw wrong("The body is no JSON object, as expected, with exactly one of %s.".formatted(FORMATS));
        }
        List<String> given = FORMATS.stream().filter(body::has).toList();
        List<String> others = new ArrayList<>();
        body.fieldNames().forEachRemaining(each -> {
            if (!FORMATS.contains(each) && !each.equals("params")) {
                others.add(each);
            }
        });
        if (given.size() != 1 || !others.isEmpty()) {
            throw wrong("The body has %s; expected exactly one of %s, and at most params beside it."
                    .formatted(given.isEmpty() && others.isEmpty() ? "no rows" : given + (others.isEmpty() ? "" : " and " + others), FORMATS));
        }
        JsonNode rows = body.get(given.getFirst());
        Reader reader = new Reader(signature);
        switch (given.getFirst()) {
            case "dataframe_split" -> reader.split(rows);
            case "dataframe_records" -> reader.records(rows);
            case "instances" -> reader.instances(rows);
            default -> reader.inputs(rows);
        }
        return of(reader.rows, options(body.path("params"), zone));
    }

    private static KeelsonException wrong(String message) {
        return new KeelsonException(ErrorCode.BAD_REQUEST, message, null);
    }

    private static PredictOptions options(JsonNode params, ZoneId zone) {
        if (!params.isMissingNode() && !params.isNull() && !params.isObject()) {
            throw wrong("The params are no object, as expected.");
        }
        Instant asOf = null;
        String text = text(params, "as_of");
        if (text != null) {
            try {
                asOf = text.length() == 10 ? LocalDate.parse(text).atStartOfDay(zone).toInstant() : Instant.parse(text);
            } catch (DateTimeException e) {
                throw wrong("The value (%s) of the parameter as_of is wrong; expected a day or an instant.".formatted(text));
            }
        }
        JsonNode durable = params.path("durable");
        if (!durable.isMissingNode() && !durable.isBoolean()) {
            throw wrong("The value (%s) of the parameter durable is wrong; expected true or false.".formatted(durable));
        }
        return new PredictOptions(
                durable.asBoolean(false), asOf, text(params, "version"), Set.of(), text(params, "client"), null);
    }

    private static @Nullable String text(JsonNode params, String name) {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isValueNode() || value.asText().isBlank()) {
            throw wrong("The value (%s) of the parameter %s is wrong; expected a text.".formatted(value, name));
        }
        return value.asText();
    }

    /** Reads the rows of one of the formats. */
    private static final class Reader {
        private final PredictSignature signature;
        private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();

        Reader(PredictSignature signature) {
            this.signature = signature;
        }

        void split(JsonNode table) {
            if (!table.path("data").isArray()) {
                throw wrong("The dataframe_split has no data; expected {\"columns\": [...], \"data\": [[...]]}.");
            }
            List<String> columns = null;
            if (table.has("columns")) {
                columns = new ArrayList<>();
                for (JsonNode each : table.path("columns")) {
                    columns.add(each.asText());
                }
            }
            for (JsonNode row : table.path("data")) {
                positional(row, columns);
            }
        }

        void records(JsonNode list) {
            requireList("dataframe_records", list);
            for (JsonNode each : list) {
                record(each);
            }
        }

        void instances(JsonNode list) {
            requireList("instances", list);
            for (JsonNode each : list) {
                if (each.isObject()) {
                    record(each);
                } else {
                    positional(each, null);
                }
            }
        }

        void inputs(JsonNode columns) {
            if (columns.isArray()) {
                for (JsonNode each : columns) {
                    positional(each, null);
                }
                return;
            }
            if (!columns.isObject()) {
                throw wrong("The inputs are %s; expected an object of columns, or a list of rows.".formatted(shown(columns)));
            }
            int rowCount = -1;
            for (Map.Entry<String, JsonNode> column : columns.properties()) {
                JsonNode values = column.getValue();
                int size = values.isArray() ? values.size() : 1;
                if (rowCount >= 0 && rowCount != size) {
                    throw wrong("The column (%s) has %d values, others %d; expected as many of each."
                            .formatted(column.getKey(), size, rowCount));
                }
                if (rowCount < 0) {
                    rowCount = size;
                    for (int i = 0; i < size; i++) {
                        add(new LinkedHashMap<>());
                    }
                }
                for (int i = 0; i < size; i++) {
                    put(rows.get(i), column.getKey(), values.isArray() ? values.get(i) : values);
                }
            }
        }

        private static void requireList(String format, JsonNode list) {
            if (!list.isArray()) {
                throw wrong("The %s are %s; expected a list.".formatted(format, shown(list)));
            }
        }

        private void add(Map<String, @Nullable Object> row) {
            requireRoom(rows.size());
            rows.add(row);
        }

        private void record(JsonNode object) {
            if (!object.isObject()) {
                throw wrong("The row (%s) is no object of column and value, as expected.".formatted(shown(object)));
            }
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            object.properties().forEach(each -> put(row, each.getKey(), each.getValue()));
            add(row);
        }

        /** @param columns names of the values; null for those that are required, in order */
        private void positional(JsonNode values, @Nullable List<String> columns) {
            int size = values.isArray() ? values.size() : 1;
            List<String> names = columns == null ? names(size) : columns;
            if (names.size() != size) {
                throw wrong("The row (%s) has %d values for %d columns.".formatted(shown(values), size, names.size()));
            }
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                put(row, names.get(i), values.isArray() ? values.get(i) : values);
            }
            add(row);
        }

        private List<String> names(int size) {
            List<String> required = PredictSignature.names(signature.columns().stream()
                    .filter(PredictSignature.Column::required)
                    .toList());
            List<String> values = PredictSignature.names(signature.values());
            return size == values.size() && size != required.size() ? values : required;
        }

        private void put(Map<String, @Nullable Object> row, String name, JsonNode value) {
            PredictSignature.Column column = signature.column(name);
            if (column == null && !signature.parts().contains(name)) {
                if (name.equals("entity") && value.isTextual()) {
                    Map<String, Object> keys = signature.entity(value.textValue());
                    if (keys != null) {
                        row.putAll(keys);
                    }
                }
                return; // more than the model asks for
            }
            row.put(name, cell(name, value, column == null ? ColumnType.STRING : column.type()));
        }

        private static @Nullable Object cell(String name, JsonNode value, ColumnType type) {
            if (value.isNull()) {
                return null;
            }
            if (value.isTextual()) {
                return time(value.textValue(), type);
            }
            if (value.isBoolean()) {
                return value.booleanValue();
            }
            if (value.isIntegralNumber() && value.canConvertToLong()) {
                return value.longValue();
            }
            if (value.isNumber()) {
                double number = value.doubleValue();
                boolean whole = number == Math.rint(number) && Math.abs(number) <= 1L << 53;
                return type == ColumnType.LONG && whole ? (Object) (long) number : (Object) number;
            }
            throw wrong("The value (%s) of the column (%s) is wrong; expected a number, a text, true, false or null."
                    .formatted(shown(value), name));
        }

        /** A time as pandas writes it, as ours: a day without its midnight, a time with its zone. */
        private static String time(String text, ColumnType type) {
            if (type != ColumnType.DATE && type != ColumnType.TIMESTAMP) {
                return text;
            }
            var parts = PANDAS_TIME.matcher(text);
            if (!parts.matches()) {
                return text;
            }
            if (type == ColumnType.DATE) {
                return parts.group(2).matches("[0:.]+") ? parts.group(1) : text;
            }
            return parts.group(1) + "T" + parts.group(2) + (parts.group(3) == null ? "Z" : parts.group(3));
        }

        private static String shown(JsonNode node) {
            String text = node.toString();
            return text.length() > 80 ? text.substring(0, 80) + "..." : text;
        }
    }
}

package dev.keelson.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import org.jspecify.annotations.Nullable;

/**
 * A row that was set aside because something is wrong with it, with the place to look at.
 *
 * @param code what kind of problem: {@link ErrorCode#RAGGED_LINE}, {@link ErrorCode#BAD_CELL} or
 *     {@link ErrorCode#DUPLICATE_ROW}
 * @param file the file as the project names it
 * @param line line of the cell (or of the row's start), from 1
 * @param column position in characters of the cell within its line, from 1; 0 when the whole row is meant
 * @param columnName column of the cell, or null when the whole row is meant
 * @param rawValue text of the cell, or null when the whole row is meant
 * @param reason what is wrong with the values, and what was expected
 * @param hint one likely remedy, or null
 * @param rawLine the row as it stands in the file, without its line end
 */
public record QuarantinedRow(
        ErrorCode code,
        String file,
        int line,
        int column,
        @Nullable String columnName,
        @Nullable String rawValue,
        String reason,
        @Nullable String hint,
        String rawLine) {
    public QuarantinedRow {
        if (line < 1 || column < 0) {
            throw new IllegalArgumentException(
                    "line (%d) must be at least 1 and column (%d) at least 0.".formatted(line, column));
        }
    }

    /** The place in the file. */
    public Location location() {
        return new Location(file, line, column);
    }

    /**
     * As a JSON object with the record's fields in {@code snake_case}; absent ones are left out. The problem is told as in
     * other documents: {@code code} such as {@code K207}, and its name in {@code problem}.
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("code", code.code());
        json.put("problem", code.name());
        json.put("file", file);
        json.put("line", line);
        json.put("column", column);
        if (columnName != null) {
            json.put("column_name", columnName);
        }
        if (rawValue != null) {
            json.put("raw_value", rawValue);
        }
        json.put("reason", reason);
        if (hint != null) {
            json.put("hint", hint);
        }
        json.put("raw_line", rawLine);
        return json;
    }

    /**
     * Reads what {@link #toJson} wrote, also in releases in which {@code code} was the name of the problem.
     *
     * @throws IllegalArgumentException if a field is missing or the code is unknown
     */
    public static QuarantinedRow fromJson(JsonNode json) {
        return new QuarantinedRow(
                code(required(json, "code").asText()),
                required(json, "file").asText(),
                required(json, "line").asInt(),
                required(json, "column").asInt(),
                optional(json, "column_name"),
                optional(json, "raw_value"),
                required(json, "reason").asText(),
                optional(json, "hint"),
                required(json, "raw_line").asText());
    }

    private static ErrorCode code(String text) {
        return ErrorCode.find(text).orElseGet(() -> ErrorCode.valueOf(text));
    }

    private static JsonNode required(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null) {
            throw new IllegalArgumentException("A quarantined row has no field (%s).".formatted(name));
        }
        return value;
    }

    private static @Nullable String optional(JsonNode json, String name) {
        JsonNode value = json.get(name);
        return value == null ? null : value.asText();
    }

    /** {@code place: reason}, then the remedy on a line of its own. */
    @Override
    public String toString() {
        return location() + ": " + reason + (hint == null ? "" : "\n" + hint);
    }
}

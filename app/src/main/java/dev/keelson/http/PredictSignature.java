package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model takes and tells, for callers that ask before they send rows. Immutable.
 *
 * @param model its name
 * @param version the version that answers; null while none does
 * @param notReady why it cannot answer, in one sentence; null when it can
 * @param columns what a row may have, in the order of its source; none while no data are known
 * @param keys the columns that say what a row is about, in the order in which its entity names their values
 * @param eventTime the column that says when the event happens
 * @param outcomes columns of the source that are known only after the event: no part of a request
 * @param parts further names that a row may have: parts of which a key is made
 * @param outputs the classes in order; the one name of a number
 */
public record PredictSignature(
        String model,
        @Nullable Integer version,
        @Nullable String notReady,
        List<Column> columns,
        List<String> keys,
        @Nullable String eventTime,
        List<String> outcomes,
        List<String> parts,
        List<String> outputs) {

    /**
     * A column of a row.
     *
     * @param name its name
     * @param type of its values
     * @param key whether it is one of those that say what the row is about
     * @param required whether a row must have it, be it as null
     * @param nullable whether it may be null
     */
    public record Column(String name, ColumnType type, boolean key, boolean required, boolean nullable) {
        /** Whether its values are numbers, or true and false. */
        public boolean isNumeric() {
            return type == ColumnType.DOUBLE || type == ColumnType.LONG || type == ColumnType.BOOLEAN;
        }
    }

    public PredictSignature {
        columns = List.copyOf(columns);
        keys = List.copyOf(keys);
        outcomes = List.copyOf(outcomes);
        parts = List.copyOf(parts);
        outputs = List.copyOf(outputs);
    }

    /** Whether it predicts a number instead of a class. */
    public boolean isNumber() {
        return outputs.size() == 1;
    }

    /** The column of that name; null when there is none. */
    public @Nullable Column column(String name) {
        for (Column column : columns) {
            if (column.name().equals(name)) {
                return column;
            }
        }
        return null;
    }

    /** Whether a row may have a cell of that name. */
    public boolean knows(String name) {
        return column(name) != null || parts.contains(name);
    }

    /** The columns that a caller has to know of: those that are required, and the time of the event. */
    public List<Column> asked() {
        return columns.stream()
                .filter(column -> column.required() || column.name().equals(eventTime))
                .toList();
    }

    /** The columns that are required and say nothing of what the row is about, in order: where values come without names. */
    public List<Column> values() {
        return columns.stream().filter(column -> column.required() && !column.key()).toList();
    }

    /**
     * The cells of the keys that an entity names.
     *
     * @param entity values of the keys joined by {@code |}, or one value of the only key
     * @return null when it has not as many parts as there are keys
     */
    public @Nullable Map<String, Object> entity(String entity) {
        List<String> parts = keys.size() == 1 ? List.of(entity) : List.of(entity.split("\\|", -1));
        if (parts.size() != keys.size()) {
            return null;
        }
        Map<String, Object> cells = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            Column column = column(keys.get(i));
            Object cell = column == null ? parts.get(i) : CellText.value(parts.get(i), column.type());
            cells.put(keys.get(i), cell == null ? parts.get(i) : cell);
        }
        return cells;
    }

    /** As a document. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", model);
        json.put("version", version);
        json.put("not_ready", notReady);
        ArrayNode list = json.putArray("columns");
        columns.forEach(column -> list.addObject()
                .put("name", column.name())
                .put("type", column.type().name().toLowerCase(Locale.ROOT))
                .put("key", column.key())
                .put("required", column.required())
                .put("nullable", column.nullable()));
        keys.forEach(json.putArray("keys")::add);
        json.put("event_time", eventTime);
        outcomes.forEach(json.putArray("outcomes")::add);
        parts.forEach(json.putArray("parts")::add);
        outputs.forEach(json.putArray("outputs")::add);
        return json;
    }

    /** That of a document as {@link #toJson} makes it. */
    public static PredictSignature read(JsonNode json) {
        List<Column> columns = new ArrayList<>();
        for (JsonNode each : json.path("columns")) {
            columns.add(new Column(
                    each.path("name").asText(),
                    ColumnType.valueOf(each.path("type").asText().toUpperCase(Locale.ROOT)),
                    each.path("key").asBoolean(),
                    each.path("required").asBoolean(),
                    each.path("nullable").asBoolean()));
        }
        return new PredictSignature(
                json.path("model").asText(),
                json.path("version").isNumber() ? json.path("version").intValue() : null,
                json.path("not_ready").textValue(),
                columns,
                texts(json.path("keys")),
                json.path("event_time").textValue(),
                texts(json.path("outcomes")),
                texts(json.path("parts")),
                texts(json.path("outputs")));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /** The names of columns, as a message lists them. */
    public static List<String> names(List<Column> columns) {
        List<String> names = new ArrayList<>();
        columns.forEach(column -> names.add(column.name()));
        return names;
    }
}

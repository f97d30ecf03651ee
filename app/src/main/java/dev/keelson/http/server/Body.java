package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The JSON object that a request carries. */
final class Body {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final JsonNode object;

    private Body(JsonNode object) {
        this.object = object;
    }

    /**
     * Reads it.
     *
     * @param keys those it may have
     * @throws KeelsonException BAD_REQUEST if it is no JSON object or has other keys
     */
    static Body read(ServerRequest request, Set<String> keys) {
        if (!request.content().hasEntity()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is empty; expected a JSON object with %s.".formatted(keys), null);
        }
        Json.requireJson(request);
        try (InputStream in = request.content().inputStream()) {
            JsonNode node = MAPPER.readTree(in);
            if (node == null || !node.isObject()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST, "The body is no JSON object, as expected, with %s.".formatted(keys), null);
            }
            List<Problem> problems = new ArrayList<>();
            node.fieldNames().forEachRemaining(key -> {
                if (!keys.contains(key)) {
                    problems.add(problem(key, "The key %s is unknown; expected %s.".formatted(key, keys)));
                }
            });
            if (!problems.isEmpty()) {
                throw new KeelsonException(problems, null);
            }
            return new Body(Json.signed(request, node));
        } catch (JsonProcessingException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is not JSON: %s.".formatted(e.getOriginalMessage()), null, e);
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
    }

    boolean has(String key) {
        return object.hasNonNull(key);
    }

    @Nullable String text(String key) {
        JsonNode node = object.get(key);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw wrong(key, node, "a text");
        }
        return node.textValue();
    }

    String required(String key) {
        String value = text(key);
        if (value == null) {
            throw new KeelsonException(problem(key, "%s is missing; expected a text.".formatted(key)));
        }
        return value;
    }

    /** An object of texts by name, null for those that are to be removed; empty when it is absent. */
    Map<String, @Nullable String> textsByName(String key) {
        JsonNode node = object.get(key);
        if (node == null || node.isNull()) {
            return Map.of();
        }
        if (!node.isObject()) {
            throw wrong(key, node, "an object of texts");
        }
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        node.properties().forEach(field -> {
            if (!field.getValue().isTextual() && !field.getValue().isNull()) {
                throw wrong(key + "." + field.getKey(), field.getValue(), "a text or null");
            }
            texts.put(field.getKey(), field.getValue().isNull() ? null : field.getValue().textValue());
        });
        return texts;
    }

    boolean flag(String key) {
        JsonNode node = object.get(key);
        if (node == null || node.isNull()) {
            return false;
        }
        if (!node.isBoolean()) {
            throw wrong(key, node, "true or false");
        }
        return node.booleanValue();
    }

    /** Texts of a list; none when it is absent. */
    List<String> texts(String key) {
        JsonNode node = object.get(key);
        List<String> texts = new ArrayList<>();
        if (node == null || node.isNull()) {
            return texts;
        }
        if (!node.isArray()) {
            throw wrong(key, node, "a list of texts");
        }
        for (JsonNode each : node) {
            if (!each.isTextual()) {
                throw wrong(key, each, "a list of texts");
            }
            texts.add(each.textValue());
        }
        return texts;
    }

    /** An instant, or a day, which means its start in the zone. */
    @Nullable Instant instant(String key, ZoneId zone) {
        String text = text(key);
        if (text == null) {
            return null;
        }
        try {
            return text.length() == 10 ? LocalDate.parse(text).atStartOfDay(zone).toInstant() : instant(text);
        } catch (DateTimeException e) {
            throw wrong(key, object.get(key), "a day such as 2020-05-01 or an instant such as 2020-05-01T12:00:00Z");
        }
    }

    /** An instant in one of the ways in which others write it: a time without a zone is UTC. */
    private static Instant instant(String text) {
        String strict = text.replace(' ', 'T');
        return strict.endsWith("Z") || strict.matches(".*[+-]\\d\\d:\\d\\d")
                ? OffsetDateTime.parse(strict).toInstant()
                : Instant.parse(strict + "Z");
    }

    /** An object of lists: name to values. */
    Map<String, List<@Nullable Object>> lists(String key) {
        JsonNode node = object.get(key);
        Map<String, List<@Nullable Object>> lists = new LinkedHashMap<>();
        if (node == null || node.isNull()) {
            return lists;
        }
        if (!node.isObject()) {
            throw wrong(key, node, "an object of lists");
        }
        node.properties().forEach(field -> {
            if (!field.getValue().isArray()) {
                throw wrong(key + "." + field.getKey(), field.getValue(), "a list");
            }
            List<@Nullable Object> values = new ArrayList<>(field.getValue().size());
            for (JsonNode each : field.getValue()) {
                values.add(value(key + "." + field.getKey(), each));
            }
            lists.put(field.getKey(), values);
        });
        return lists;
    }

    /** A list of objects. */
    List<Map<String, @Nullable Object>> rows(String key) {
        JsonNode node = object.get(key);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        if (node == null || !node.isArray()) {
            throw new KeelsonException(problem(key, "%s is no list of objects, as expected.".formatted(key)));
        }
        for (int i = 0; i < node.size(); i++) {
            String place = key + "[" + i + "]";
            if (!node.get(i).isObject()) {
                throw wrong(place, node.get(i), "an object of column and value");
            }
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            node.get(i).properties().forEach(field ->
                    row.put(field.getKey(), value(place + "." + field.getKey(), field.getValue())));
            rows.add(row);
        }
        return rows;
    }

    private static @Nullable Object value(String place, JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.canConvertToLong() && node.isIntegralNumber()) {
            return node.longValue();
        }
        if (node.isNumber()) {
            return node.doubleValue();
        }
        throw wrong(place, node, "a number, a text, true, false or null");
    }

    /** Columns of equal length as rows. */
    static List<Map<String, @Nullable Object>> rows(String key, Map<String, List<@Nullable Object>> columns) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (Map.Entry<String, List<@Nullable Object>> column : columns.entrySet()) {
            List<@Nullable Object> values = column.getValue();
            if (rows.isEmpty()) {
                values.forEach(value -> rows.add(new LinkedHashMap<>()));
            }
            if (values.size() != rows.size()) {
                throw new KeelsonException(problem(
                        key + "." + column.getKey(),
                        "The column (%s) has %d values, the first one %d; expected as many of each."
                                .formatted(column.getKey(), values.size(), rows.size())));
            }
            for (int i = 0; i < values.size(); i++) {
                rows.get(i).put(column.getKey(), values.get(i));
            }
        }
        return rows;
    }

    static KeelsonException wrong(String key, JsonNode value, String expected) {
        return new KeelsonException(
                problem(key, "The value (%s) of %s is wrong; expected %s.".formatted(value, key, expected)));
    }

    private static Problem problem(String field, String message) {
        return Problem.at(ErrorCode.BAD_REQUEST, new Location(field, 0, 0), message, null);
    }
}

package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One object that was handed in, and what is wrong with it. */
final class SubmittedRow {
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    static final int MAX_PROBLEMS = 100;

    private final JsonNode node;
    private final String place;
    private final List<Problem> problems;

    /** @param place where it stands, such as {@code predictions[3].} */
    SubmittedRow(JsonNode node, String place, List<Problem> problems) {
        this.node = node;
        this.place = place;
        this.problems = problems;
    }

    /** The rows of a body: a list, an object that holds it, or the only row. */
    static List<JsonNode> rows(@Nullable JsonNode body, String name) {
        if (body == null || !(body.isObject() || body.isArray())) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is not an object or a list of objects, as expected.", null);
        }
        JsonNode wrapped = body.get(name);
        JsonNode list = body.isArray() ? body : wrapped != null && wrapped.isArray() ? wrapped : null;
        List<JsonNode> rows = list == null ? List.of(body) : List.copyOf(list.valueStream().toList());
        if (rows.isEmpty()) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.BAD_REQUEST,
                    new Location(name, 0, 0),
                    "There are no %s; expected at least one.".formatted(name),
                    null));
        }
        return rows;
    }

    /** Whether it is an object of these keys. */
    boolean isObject(Set<String> keys) {
        if (!node.isObject()) {
            problem("", "The row is not an object, as expected.", null);
            return false;
        }
        node.fieldNames().forEachRemaining(key -> {
            if (!keys.contains(key)) {
                problem(key, "The key %s is unknown; expected %s.".formatted(key, String.join(", ", keys.stream().sorted().toList())), null);
            }
        });
        return true;
    }

    @Nullable JsonNode get(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    @Nullable String text(String name) {
        JsonNode value = get(name);
        if (value != null && value.isContainerNode()) {
            problem(name, "The value of %s is not a text, as expected.".formatted(name), null);
            return null;
        }
        return value == null || value.asText().isBlank() ? null : value.asText();
    }

    String text(String name, String otherwise) {
        String text = text(name);
        return text == null ? otherwise : text;
    }

    String required(String name) {
        String text = text(name);
        if (text == null) {
            problem(name, "%s is missing.".formatted(name), null);
            return "";
        }
        return text;
    }

    Instant instant(String name, Instant otherwise) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            problem(name, "The value (%s) of %s is wrong; expected an instant such as 2020-05-01T12:00:00Z.".formatted(text, name), null);
            return otherwise;
        }
    }

    /** A number, also as a text; NaN with a problem when it is none. */
    double number(String name, JsonNode value) {
        double number = Double.NaN;
        if (value.isNumber()) {
            number = value.doubleValue();
        } else if (value.isBoolean()) {
            number = value.booleanValue() ? 1 : 0;
        } else if (value.isTextual()) {
            try {
                number = Double.parseDouble(value.asText());
            } catch (NumberFormatException e) {
                number = Double.NaN;
            }
        }
        if (!Double.isFinite(number)) {
            problem(name, "The value (%s) of %s is no finite number.".formatted(value.asText(), name), null);
        }
        return number;
    }

    boolean flag(String name, boolean otherwise) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.equals("true") && !text.equals("false")) {
            problem(name, "The value (%s) of %s is wrong; expected true or false.".formatted(text, name), null);
        }
        return text.equals("true");
    }

    /** A JSON object, itself or its text; empty for none. */
    String object(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return "";
        }
        if (value.isObject()) {
            return value.toString();
        }
        String text = value.asText();
        if (value.isTextual() && text.startsWith("{") && JsonTexts.isObject(text)) {
            return text;
        }
        problem(name, "The value of %s is not an object, as expected.".formatted(name), null);
        return "";
    }

    static boolean isUuid(String text) {
        return UUID_TEXT.matcher(text).matches();
    }

    static UUID uuid(String text) {
        return UUID.fromString(text);
    }

    void problem(String field, String message, @Nullable String hint) {
        problem(ErrorCode.BAD_REQUEST, field, message, hint);
    }

    void problem(ErrorCode code, String field, String message, @Nullable String hint) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(Problem.at(code, new Location(place + field, 0, 0), message, hint));
        }
    }
}

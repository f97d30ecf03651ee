package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Durations;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fields of what is asked for, each with what it is in words; the problems of all are told at once. A field that is null is
 * one that is not there. Not safe for use by several threads.
 */
final class RequestFields {
    private final JsonNode body;
    private final AllProblems problems = new AllProblems();

    /** @param known those that it may have */
    RequestFields(JsonNode body, List<String> known) {
        this.body = body;
        body.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                problems.check(() -> {
                    throw new KeelsonException(
                            ErrorCode.BAD_REQUEST,
                            "The body has no field (%s); it may have %s.".formatted(name, known),
                            Suggestion.sentence(name, known).orElse(null));
                });
            }
        });
    }

    private <T> @Nullable T read(String name, String expected, Function<JsonNode, @Nullable T> reading) {
        JsonNode value = body.path(name);
        return value.isMissingNode() || value.isNull() ? null : each(name, value, expected, reading);
    }

    private <T> @Nullable T each(String name, JsonNode value, String expected, Function<JsonNode, @Nullable T> reading) {
        T read;
        try {
            read = reading.apply(value);
        } catch (DateTimeParseException | KeelsonException e) {
            read = null;
        }
        if (read == null) {
            problems.add(Body.wrong(name, value, expected).problems());
        }
        return read;
    }

    private static @Nullable LocalDate day(JsonNode value) {
        return value.isTextual() ? LocalDate.parse(value.textValue()) : null;
    }

    @Nullable LocalDate day(String name, String what) {
        return read(name, what + ", such as 2024-08-01", RequestFields::day);
    }

    Duration duration(String name, String what, Duration otherwise) {
        Duration read = read(
                name,
                what + ", such as 7d or 1h",
                value -> value.isTextual() ? Durations.parse(value.textValue()) : null);
        return read == null ? otherwise : read;
    }

    int whole(String name, String what, int otherwise) {
        Integer read = read(name, what + ", a whole number", value -> value.isInt() ? (Integer) value.intValue() : null);
        return read == null ? otherwise : read;
    }

    @Nullable Double number(String name, String what) {
        return read(name, what + ", a number", value -> value.isNumber() ? (Double) value.doubleValue() : null);
    }

    boolean flag(String name, String what) {
        Boolean read = read(name, what + ", true or false", value -> value.isBoolean() ? (Boolean) value.booleanValue() : null);
        return read != null && read;
    }

    List<String> texts(String name, String what) {
        return list(name, what + ", a list of texts", value -> value.isTextual() ? value.textValue() : null);
    }

    List<LocalDate> days(String name, String what) {
        return list(name, what + ", a list of days such as 2024-08-01", RequestFields::day);
    }

    private <T> List<T> list(String name, String expected, Function<JsonNode, @Nullable T> reading) {
        List<T> all = new ArrayList<>();
        JsonNode list = read(name, expected, value -> value.isArray() ? value : null);
        if (list != null) {
            for (JsonNode value : list) {
                T each = each(name, value, expected, reading);
                if (each != null) {
                    all.add(each);
                }
            }
        }
        return all;
    }

    /**
     * What is made of them.
     *
     * @throws KeelsonException BAD_REQUEST with all problems
     */
    <T> T made(Supplier<T> making) {
        problems.throwIfAny();
        try {
            return making.get();
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), null, e);
        }
    }
}

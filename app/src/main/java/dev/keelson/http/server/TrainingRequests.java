package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.ModelTraining.Kind;
import dev.keelson.learn.ContinuationMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what a training is asked for. */
final class TrainingRequests {
    private static final List<String> FIELDS =
            List.of("actor", "kind", "learner", "learning_rate", "min_rows", "mode", "promote", "rounds", "rows");

    private TrainingRequests() {}

    static ModelTraining read(String model, JsonNode body) {
        body.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The body has no field (%s); it may have %s.".formatted(name, FIELDS),
                        Suggestion.sentence(name, FIELDS).orElse(null));
            }
        });
        Long rounds = number(body, "rounds");
        Long least = number(body, "min_rows");
        String actor = text(body, "actor");
        try {
            return new ModelTraining(
                    model,
                    Objects.requireNonNullElse(named(Kind.class, body, "kind"), Kind.FULL),
                    text(body, "learner"),
                    text(body, "rows"),
                    named(ContinuationMode.class, body, "mode"),
                    rounds == null ? null : Math.toIntExact(rounds),
                    rate(body),
                    least == null ? 1 : Math.toIntExact(least),
                    flag(body),
                    actor == null || actor.isBlank() ? "api" : actor.strip());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), null, e);
        }
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static <E extends Enum<E>> @Nullable E named(
            Class<E> of, JsonNode body, String name) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return null;
        }
        return Arrays.stream(of.getEnumConstants())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(value.asText()))
                .findFirst()
                .orElseThrow(() -> Body.wrong(
                        name,
                        value,
                        "one of %s"
                                .formatted(Arrays.stream(of.getEnumConstants())
                                        .map(each -> each.name().toLowerCase(Locale.ROOT))
                                        .toList())));
    }

    private static @Nullable String text(JsonNode body, String name) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return null;
        }
        if (!value.isTextual()) {
            throw Body.wrong(name, value, "a text");
        }
        return value.asText();
    }

    private static @Nullable Long number(JsonNode body, String name) {
        JsonNode value = body.path(name);
        if (absent(value)) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw Body.wrong(name, value, "a whole number");
        }
        return value.longValue();
    }

    private static @Nullable Double rate(JsonNode body) {
        JsonNode value = body.path("learning_rate");
        if (absent(value)) {
            return null;
        }
        if (!value.isNumber()) {
            throw Body.wrong("learning_rate", value, "a number above 0 and at most 1");
        }
        return value.doubleValue();
    }

    private static boolean flag(JsonNode body) {
        JsonNode value = body.path("promote");
        if (!absent(value) && !value.isBoolean()) {
            throw Body.wrong("promote", value, "true or false");
        }
        return value.asBoolean();
    }
}

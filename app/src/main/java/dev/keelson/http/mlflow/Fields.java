package dev.keelson.http.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a request, or of an object in it, as the protocol has them: whole numbers may be texts, doubles may be the
 * texts NaN and Infinity, enumerations are names or numbers, {@code null} is no field at all, and what nobody asks for is
 * passed over.
 */
final class Fields {
    private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int DIGITS = 40;

    private final JsonNode object;
    private final String place;

    private Fields(JsonNode object, String place) {
        this.object = object;
        this.place = place;
    }

    /** Those of an object. */
    static Fields of(JsonNode object) {
        return new Fields(object, "");
    }

    /** Those of a query: a repeated parameter is a list. */
    static Fields of(Map<String, List<String>> query) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        query.forEach((name, values) -> {
            if (values.size() == 1) {
                node.put(name, values.getFirst());
            } else {
                ArrayNode list = node.putArray(name);
                values.forEach(list::add);
            }
        });
        return new Fields(node, "");
    }

    private @Nullable JsonNode node(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    /** Whether the field is there. */
    boolean has(String name) {
        return node(name) != null;
    }

    /** Whether the field is absent, or the empty text. */
    boolean isEmpty(String name) {
        JsonNode node = node(name);
        return node == null || (node.isTextual() && node.textValue().isEmpty());
    }

    /** A text, which may be empty; null when it is absent. */
    @Nullable String text(String name) {
        JsonNode node = node(name);
        return node == null ? null : text(name, node);
    }

    private String text(String name, JsonNode node) {
        if (!node.isTextual()) {
            throw wrong(name, node, "a string");
        }
        return storable(place + name, node.textValue());
    }

    /** Refuses what not every store can hold. */
    static String storable(String name, String text) {
        if (!Texts.storable(text)) {
            throw MlflowFailure.invalid(
                    "Invalid value for parameter '%s': it holds a NUL or a half of a surrogate pair.".formatted(name));
        }
        return text;
    }

    /** A text; "" when it is absent. */
    String textOrEmpty(String name) {
        String text = text(name);
        return text == null ? "" : text;
    }

    /** A text that must be there; the empty one counts as missing. */
    String required(String name) {
        String text = text(name);
        if (text == null || text.isEmpty()) {
            throw MlflowFailure.missing(place + name);
        }
        return text;
    }

    /** A whole number of 64 bits; null when it is absent. */
    @Nullable Long integer(String name) {
        JsonNode node = node(name);
        if (node == null) {
            return null;
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        if (node.isFloatingPointNumber() && node.doubleValue() == Math.rint(node.doubleValue())
                && Math.abs(node.doubleValue()) < 0x1p63) {
            return (long) node.doubleValue();
        }
        Long number = node.isTextual() ? integerOf(node.textValue()) : null;
        if (number == null) {
            throw wrong(name, node, "a whole number of 64 bits");
        }
        return number;
    }

    /** The whole number that a text is; null when it is none. */
    static @Nullable Long integerOf(String text) {
        if (text.isEmpty() || text.length() > DIGITS) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return fraction(text);
        }
    }

    /** {@code 1.0} and {@code 1e3} are whole numbers too. */
    private static @Nullable Long fraction(String text) {
        try {
            BigDecimal number = new BigDecimal(text);
            if (Math.abs((long) number.scale()) > DIGITS
                    || number.stripTrailingZeros().scale() > 0
                    || number.compareTo(LEAST) < 0
                    || number.compareTo(MOST) > 0) {
                return null;
            }
            return number.longValueExact();
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** A whole number of 64 bits that must be there. */
    long requiredInteger(String name) {
        Long number = integer(name);
        if (number == null) {
            throw MlflowFailure.missing(place + name);
        }
        return number;
    }

    /** A whole number; another when it is absent. */
    long integer(String name, long absent) {
        Long number = integer(name);
        return number == null ? absent : number;
    }

    /** How many rows are asked for, from 1 to a greatest number. */
    int count(String name, int absent, int most) {
        long number = integer(name, absent);
        if (number < 1 || number > most) {
            throw MlflowFailure.invalid(
                    "Invalid value %d for parameter '%s' supplied: it must be from 1 to %d.".formatted(number, name, most));
        }
        return (int) number;
    }

    /** A double that must be there. */
    double requiredNumber(String name) {
        JsonNode node = node(name);
        if (node == null) {
            throw MlflowFailure.missing(place + name);
        }
        if (node.isNumber()) {
            return node.doubleValue();
        }
        Double number = node.isTextual() ? numberOf(node.textValue()) : null;
        if (number == null) {
            throw wrong(name, node, "a number");
        }
        return number;
    }

    /** The number that a text is; null when it is none. */
    static @Nullable Double numberOf(String text) {
        if (text.isEmpty() || text.length() > DIGITS || Character.isLetter(text.charAt(text.length() - 1))) {
            return switch (text) {
                case "NaN" -> Double.NaN;
                case "Infinity" -> Double.POSITIVE_INFINITY;
                case "-Infinity" -> Double.NEGATIVE_INFINITY;
                default -> null;
            };
        }
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Whether something is asked for; not when it is absent. */
    boolean flag(String name) {
        return flag(name, false);
    }

    /** Whether something is asked for. */
    boolean flag(String name, boolean absent) {
        JsonNode node = node(name);
        if (node == null) {
            return absent;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        String text = node.isTextual() ? node.textValue() : "";
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return text.equalsIgnoreCase("true");
        }
        throw wrong(name, node, "true or false");
    }

    /**
     * One of several values, by its name or its number, which begins at 1; null when it is absent.
     *
     * @param prefix what the protocol has before their names
     */
    <E extends Enum<E>> @Nullable E choice(String name, List<E> values, String prefix) {
        JsonNode node = node(name);
        if (node == null) {
            return null;
        }
        Long number = node.isIntegralNumber() && node.canConvertToLong()
                ? Long.valueOf(node.longValue())
                : integerOf(node.isTextual() ? node.textValue() : "");
        for (int i = 0; i < values.size(); i++) {
            E value = values.get(i);
            if (number == null ? node.isTextual() && node.textValue().equals(prefix + value.name()) : number == i + 1) {
                return value;
            }
        }
        throw wrong(name, node, "one of " + String.join(", ", values.stream().map(each -> prefix + each.name()).toList()));
    }

    /** Texts; none when the field is absent. A text alone, as in a query, is one. */
    List<String> texts(String name) {
        JsonNode node = node(name);
        List<String> texts = new ArrayList<>();
        if (node == null) {
            return texts;
        }
        if (node.isTextual()) {
            texts.add(text(name, node));
            return texts;
        }
        if (!node.isArray()) {
            throw wrong(name, node, "a list of strings");
        }
        for (JsonNode each : node) {
            texts.add(text(name, each));
        }
        return texts;
    }

    /** Objects; none when the field is absent. */
    List<Fields> objects(String name) {
        JsonNode node = node(name);
        List<Fields> objects = new ArrayList<>();
        if (node == null) {
            return objects;
        }
        if (!node.isArray()) {
            throw wrong(name, node, "a list of objects");
        }
        for (int i = 0; i < node.size(); i++) {
            if (!node.get(i).isObject()) {
                throw wrong(name, node.get(i), "a list of objects");
            }
            objects.add(new Fields(node.get(i), "%s%s[%d].".formatted(place, name, i)));
        }
        return objects;
    }

    /** An object; null when the field is absent. */
    @Nullable Fields object(String name) {
        JsonNode node = node(name);
        if (node == null) {
            return null;
        }
        if (!node.isObject()) {
            throw wrong(name, node, "an object");
        }
        return new Fields(node, place + name + ".");
    }

    private MlflowFailure wrong(String name, JsonNode value, String expected) {
        return MlflowFailure.invalid("Invalid value %s for parameter '%s' supplied: expected %s."
                .formatted(Texts.shown(value.toString()), place + name, expected));
    }
}

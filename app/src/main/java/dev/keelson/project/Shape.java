package dev.keelson.project;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a value of the project file may look like. Both the reader's checks and the JSON Schema come from it. */
sealed interface Shape {

    /** What is expected, for messages and documents: {@code a duration such as `60d`}. */
    String describe();

    /**
     * A scalar taken as text.
     *
     * @param what what it is
     * @param pattern regular expression it matches as a whole, or null; within what JSON Schema and Java share
     * @param anyScalar whether numbers and booleans are texts here too
     */
    record Text(String what, @Nullable String pattern, boolean anyScalar) implements Shape {
        @Override
        public String describe() {
            return what;
        }
    }

    /**
     * One of some words.
     *
     * @param aliases words of other tools to ours, for suggestions
     */
    record Choice(List<String> words, Map<String, String> aliases) implements Shape {
        public Choice {
            words = List.copyOf(words);
            aliases = Map.copyOf(aliases);
        }

        @Override
        public String describe() {
            return list(words, "or");
        }
    }

    /** A whole number. */
    record Whole(long min, long max) implements Shape {
        @Override
        public String describe() {
            if (min == max) {
                return "`" + min + "`";
            }
            return max == Long.MAX_VALUE
                    ? "a whole number from %d".formatted(min)
                    : "a whole number from %d to %d".formatted(min, max);
        }
    }

    /** A number; infinite bounds are no bounds. */
    record Decimal(double min, boolean minExcluded, double max, boolean maxExcluded) implements Shape {
        @Override
        public String describe() {
            String low = Double.isInfinite(min) ? "" : (minExcluded ? " above " : " from ") + plain(min);
            String high = Double.isInfinite(max) ? "" : (maxExcluded ? " below " : " up to ") + plain(max);
            return "a number" + low + high;
        }

        boolean contains(double value) {
            return (minExcluded ? value > min : value >= min) && (maxExcluded ? value < max : value <= max);
        }
    }

    /** A share, {@code 5%} or {@code 0.05}, above 0 and at most 1. */
    record Share() implements Shape {
        /** The percent form. */
        static final String PATTERN = "[0-9]+(\\.[0-9]+)?\\s?%";

        @Override
        public String describe() {
            return "a share such as `5%` or `0.05`, above 0 and at most 100%";
        }
    }

    /** True or false. */
    record Flag() implements Shape {
        @Override
        public String describe() {
            return "`true` or `false`";
        }
    }

    /** Any scalar, kept as it is. */
    record AnyScalar(String what) implements Shape {
        @Override
        public String describe() {
            return what;
        }
    }

    /** A list. */
    record ListOf(Shape item, int least) implements Shape {
        @Override
        public String describe() {
            return "a list";
        }
    }

    /**
     * A mapping whose keys the user chooses.
     *
     * @param placeholder what stands for the key in documents: {@code NAME}
     * @param names what the keys look like
     * @param least how many there are at least
     */
    record MapOf(String placeholder, Text names, Shape value, int least) implements Shape {
        MapOf(String placeholder, Text names, Shape value) {
            this(placeholder, names, value, 0);
        }

        @Override
        public String describe() {
            return "a mapping";
        }
    }

    /**
     * A mapping with known keys.
     *
     * @param keys by name, in the order of documents
     * @param other a key that the user chooses among them, or null
     * @param single whether exactly one key is there
     */
    record Keys(Map<String, KnownKey> keys, @Nullable OtherKey other, boolean single) implements Shape {
        public Keys {
            keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        }

        @Override
        public String describe() {
            return (single ? "a mapping with one key, " : "a mapping with ")
                    + list(keys.keySet().stream().toList(), "or");
        }
    }

    /** A key that the user chooses beside known ones. Its value is checked by the reader, which knows its name. */
    record OtherKey(String placeholder, Shape value, String description) {}

    /**
     * A known key.
     *
     * @param required whether it must be there
     * @param standard what counts without it, for documents; null when nothing does
     * @param description a sentence for documents and editors
     */
    record KnownKey(
            String name,
            Shape shape,
            boolean required,
            @Nullable String standard,
            String description) {}

    /** One of several shapes that differ in kind: scalar, list, mapping. At most one of each. */
    record Either(List<Shape> shapes) implements Shape {
        public Either {
            shapes = List.copyOf(shapes);
        }

        @Override
        public String describe() {
            return String.join(", or ", shapes.stream().map(Shape::describe).toList());
        }
    }

    static Text text(String what) {
        return new Text(what, null, false);
    }

    static Text text(String what, String pattern) {
        return new Text(what, pattern, false);
    }

    static Choice choice(String... words) {
        return new Choice(Arrays.asList(words), Map.of());
    }

    static KnownKey required(String name, Shape shape, String description) {
        return new KnownKey(name, shape, true, null, description);
    }

    static KnownKey optional(String name, Shape shape, @Nullable String standard, String description) {
        return new KnownKey(name, shape, false, standard, description);
    }

    static Keys keys(KnownKey... keys) {
        return keys(null, keys);
    }

    static Keys keys(@Nullable OtherKey other, KnownKey... keys) {
        return new Keys(byName(keys), other, false);
    }

    static Keys oneKey(KnownKey... keys) {
        return new Keys(byName(keys), null, true);
    }

    private static Map<String, KnownKey> byName(KnownKey... keys) {
        Map<String, KnownKey> byName = new LinkedHashMap<>();
        for (KnownKey key : keys) {
            byName.put(key.name(), key);
        }
        return byName;
    }

    static Either either(Shape... shapes) {
        return new Either(Arrays.asList(shapes));
    }

    /** {@code `a`, `b` or `c`}. */
    static String list(List<String> names, String last) {
        List<String> quoted = names.stream().map(name -> "`" + name + "`").toList();
        if (quoted.size() < 2) {
            return String.join("", quoted);
        }
        return String.join(", ", quoted.subList(0, quoted.size() - 1)) + " " + last + " " + quoted.getLast();
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}

package dev.keelson.project;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of the project file and where it starts. Immutable. */
sealed interface Value {

    Location location();

    /** What it is, for messages: {@code a list}, {@code the number 3}. */
    String describe();

    /** Kind of a scalar by YAML's core schema. */
    enum Kind {
        TEXT,
        WHOLE,
        NUMBER,
        FLAG,
        EMPTY
    }

    /**
     * A scalar.
     *
     * @param text its text with variables filled in
     * @param raw its text as written in the file; messages show this one, for a variable may hold a secret
     * @param kind its kind
     * @param location where it starts, at its quote if it has one
     * @param textLocation where its text starts, behind the quote
     */
    record Scalar(String text, String raw, Kind kind, Location location, Location textLocation) implements Value {

        /** The text with the place where it starts. */
        Located located() {
            return new Located(text, textLocation);
        }

        @Override
        public String describe() {
            return switch (kind) {
                case TEXT -> "the text `" + raw + "`";
                case WHOLE, NUMBER -> "the number " + raw;
                case FLAG -> "`" + raw + "`";
                case EMPTY -> "empty";
            };
        }
    }

    /** A list. */
    record Items(List<Value> values, Location location) implements Value {
        public Items {
            values = List.copyOf(values);
        }

        @Override
        public String describe() {
            return "a list";
        }
    }

    /**
     * A mapping.
     *
     * @param entries key to entry, in the order of the file
     */
    record Table(Map<String, Entry> entries, Location location) implements Value {
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Nullable
        Value get(String key) {
            Entry entry = entries.get(key);
            return entry == null ? null : entry.value();
        }

        boolean has(String key) {
            return entries.containsKey(key);
        }

        Collection<Entry> all() {
            return entries.values();
        }

        /** The scalar of a key, or null when there is none. */
        @Nullable
        Scalar scalar(String key) {
            return get(key) instanceof Scalar scalar ? scalar : null;
        }

        /** The text of a key with its place, or null when there is none. */
        @Nullable
        Located located(String key) {
            Scalar scalar = scalar(key);
            return scalar == null ? null : scalar.located();
        }

        /** The text of a key, or null when there is none. */
        @Nullable
        String text(String key) {
            Scalar scalar = scalar(key);
            return scalar == null ? null : scalar.text();
        }

        /** The mapping of a key, or null when there is none. */
        @Nullable
        Table table(String key) {
            return get(key) instanceof Table table ? table : null;
        }

        /** The entries of the mapping of a key; none when there is no such mapping. */
        Collection<Entry> entriesOf(String key) {
            Table table = table(key);
            return table == null ? List.of() : table.all();
        }

        /** The items of the list of a key; none when there is no such list. */
        List<Value> items(String key) {
            return get(key) instanceof Items items ? items.values() : List.of();
        }

        /** The scalars of the list of a key, or the only scalar; none when there is neither. */
        List<Scalar> scalars(String key) {
            if (get(key) instanceof Scalar only) {
                return List.of(only);
            }
            return items(key).stream()
                    .filter(Scalar.class::isInstance)
                    .map(Scalar.class::cast)
                    .toList();
        }

        /** The texts of the list of a key; none when there is no such list. */
        List<String> texts(String key) {
            return scalars(key).stream().map(Scalar::text).toList();
        }

        @Override
        public String describe() {
            return "a mapping";
        }
    }

    /**
     * An entry of a mapping.
     *
     * @param key its name and where it stands
     */
    record Entry(Located key, Location location, Value value) {
        String name() {
            return key.text();
        }
    }
}

package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.error.Suggestion;
import dev.keelson.project.Shape.KnownKey;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Kind;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compares values with the shapes of the grammar. What does not fit is reported and left out, so that the reader sees
 * only values of the expected kind.
 */
final class ShapeCheck {
    private final Problems problems;

    ShapeCheck(Problems problems) {
        this.problems = problems;
    }

    /**
     * What of a value fits its shape.
     *
     * @param path keys from the top, {@code schedules.drift}; empty for the file itself
     * @return null when nothing does
     */
    @Nullable
    Value fit(Value value, Shape shape, String path) {
        return fit(value, shape, path, value.location());
    }

    /** @param owner the key that holds the value: where a missing key is reported */
    @Nullable
    Value fit(Value value, Shape shape, String path, Location owner) {
        return switch (shape) {
            case Shape.Text text -> fitText(value, text, path);
            case Shape.Choice choice -> fitChoice(value, choice, path);
            case Shape.Whole whole -> fitWhole(value, whole, path);
            case Shape.Decimal number -> fitNumber(value, number, path);
            case Shape.Share share -> fitShare(value, share, path);
            case Shape.Flag flag ->
                value instanceof Scalar scalar && scalar.kind() == Kind.FLAG ? value : wrongType(value, flag, path);
            case Shape.AnyScalar any ->
                value instanceof Scalar scalar && scalar.kind() != Kind.EMPTY ? value : wrongType(value, any, path);
            case Shape.ListOf list ->
                value instanceof Items items ? fitList(items, list, path) : wrongType(value, list, path);
            case Shape.MapOf map ->
                value instanceof Table table ? fitMap(table, map, path) : wrongType(value, map, path);
            case Shape.Keys keys ->
                value instanceof Table table ? fitKeys(table, keys, path, owner) : wrongType(value, keys, path);
            case Shape.Either either -> fitEither(value, either, path, owner);
        };
    }

    private @Nullable Value fitText(Value value, Shape.Text shape, String path) {
        if (!(value instanceof Scalar scalar)
                || scalar.kind() == Kind.EMPTY
                || (!shape.anyScalar() && scalar.kind() != Kind.TEXT)) {
            return wrongType(value, shape, path);
        }
        if (shape.pattern() != null && !Pattern.matches(shape.pattern(), scalar.text())) {
            return badValue(scalar, shape, path);
        }
        return value;
    }

    private @Nullable Value fitChoice(Value value, Shape.Choice shape, String path) {
        if (!(value instanceof Scalar scalar)) {
            return wrongType(value, shape, path);
        }
        if (shape.words().contains(scalar.text())) {
            return value;
        }
        if (scalar.kind() == Kind.EMPTY) {
            return wrongType(value, shape, path);
        }
        String ours = shape.aliases().get(scalar.text());
        Optional<String> hint = ours != null
                ? Optional.of("Maybe `" + ours + "` was meant.")
                : Suggestion.sentence(scalar.text(), shape.words());
        problems.add(
                ErrorCode.BAD_VALUE,
                scalar.textLocation(),
                "`%s` is `%s`, and %s was expected".formatted(path, scalar.raw(), shape.describe()),
                hint.orElse(null));
        return null;
    }

    private @Nullable Value fitWhole(Value value, Shape.Whole shape, String path) {
        if (!(value instanceof Scalar scalar) || scalar.kind() != Kind.WHOLE) {
            return wrongType(value, shape, path);
        }
        Optional<Long> number = Numbers.whole(scalar.text());
        boolean fits = number.isPresent() && number.get() >= shape.min() && number.get() <= shape.max();
        return fits ? value : badValue(scalar, shape, path);
    }

    private @Nullable Value fitNumber(Value value, Shape.Decimal shape, String path) {
        if (!(value instanceof Scalar scalar) || (scalar.kind() != Kind.WHOLE && scalar.kind() != Kind.NUMBER)) {
            return wrongType(value, shape, path);
        }
        Optional<Double> number = Numbers.real(scalar.text());
        return number.isPresent() && shape.contains(number.get()) ? value : badValue(scalar, shape, path);
    }

    private @Nullable Value fitShare(Value value, Shape.Share shape, String path) {
        if (!(value instanceof Scalar scalar) || scalar.kind() == Kind.EMPTY || scalar.kind() == Kind.FLAG) {
            return wrongType(value, shape, path);
        }
        Optional<Double> share = Numbers.share(scalar.text());
        return share.isPresent() && share.get() > 0 && share.get() <= 1 ? value : badValue(scalar, shape, path);
    }

    private @Nullable Value fitList(Items items, Shape.ListOf shape, String path) {
        if (items.values().size() < shape.least()) {
            tooFew(items.location(), "items", items.values().size(), shape.least(), path);
            return null;
        }
        List<Value> fitting = new ArrayList<>();
        for (int i = 0; i < items.values().size(); i++) {
            Value item = fit(items.values().get(i), shape.item(), path + "[" + i + "]");
            if (item != null) {
                fitting.add(item);
            }
        }
        return new Items(fitting, items.location());
    }

    private @Nullable Table fitMap(Table table, Shape.MapOf shape, String path) {
        if (table.entries().size() < shape.least()) {
            tooFew(table.location(), "keys", table.entries().size(), shape.least(), path);
            return null;
        }
        Map<String, Entry> fitting = new LinkedHashMap<>();
        for (Entry entry : table.all()) {
            String pattern = shape.names().pattern();
            if (pattern != null && !Pattern.matches(pattern, entry.name())) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        entry.location(),
                        "`%s` in `%s` is not %s"
                                .formatted(entry.name(), path, shape.names().what()),
                        null);
            }
            put(fitting, entry, fit(entry.value(), shape.value(), join(path, entry.name()), entry.location()));
        }
        return new Table(fitting, table.location());
    }

    private @Nullable Table fitKeys(Table table, Shape.Keys shape, String path, Location owner) {
        if (shape.single() && table.entries().size() != 1) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    table.location(),
                    "`%s` has %d keys, and %s was expected"
                            .formatted(path, table.entries().size(), shape.describe()),
                    null);
            return null;
        }
        Map<String, Entry> fitting = new LinkedHashMap<>();
        Set<String> misspelt = new HashSet<>();
        for (Entry entry : table.all()) {
            KnownKey key = shape.keys().get(entry.name());
            if (key != null) {
                put(fitting, entry, fit(entry.value(), key.shape(), join(path, entry.name()), entry.location()));
            } else if (shape.other() != null) {
                put(fitting, entry, entry.value());
            } else {
                unknownKey(entry, shape.keys().keySet().stream().toList(), path);
                Suggestion.closest(entry.name(), shape.keys().keySet()).ifPresent(misspelt::add);
            }
        }
        for (KnownKey key : shape.keys().values()) {
            if (key.required() && !table.has(key.name()) && !misspelt.contains(key.name())) {
                missingKey(
                        key.name(),
                        owner,
                        path,
                        "Maybe add it: %s.".formatted(key.shape().describe()));
            }
        }
        return new Table(fitting, table.location());
    }

    private @Nullable Value fitEither(Value value, Shape.Either either, String path, Location owner) {
        for (Shape shape : either.shapes()) {
            boolean sameKind = switch (shape) {
                case Shape.ListOf list -> value instanceof Items;
                case Shape.MapOf map -> value instanceof Table;
                case Shape.Keys keys -> value instanceof Table;
                case Shape.Text text -> isFilled(value);
                case Shape.Choice choice -> isFilled(value);
                case Shape.AnyScalar any -> isFilled(value);
                case Shape.Whole whole -> value instanceof Scalar scalar && scalar.kind() == Kind.WHOLE;
                case Shape.Decimal number -> isFilled(value);
                case Shape.Share share -> isFilled(value);
                case Shape.Flag flag -> value instanceof Scalar scalar && scalar.kind() == Kind.FLAG;
                case Shape.Either inner -> false;
            };
            if (sameKind) {
                return fit(value, shape, path, owner);
            }
        }
        return wrongType(value, either, path);
    }

    private static boolean isFilled(Value value) {
        return value instanceof Scalar scalar && scalar.kind() != Kind.EMPTY;
    }

    /** Reports a key that is not known here, or the secret that it holds. */
    void unknownKey(Entry entry, List<String> known, String path) {
        if (entry.value() instanceof Scalar scalar && Secrets.isWrittenOut(entry.name(), scalar.raw())) {
            problems.add(
                    ErrorCode.SECRET_IN_FILE,
                    scalar.location(),
                    "a secret (the value of `%s`) is written in the file".formatted(entry.name()),
                    Secrets.HINT);
            return;
        }
        problems.add(
                ErrorCode.UNKNOWN_KEY,
                entry.location(),
                "unknown key `%s` in %s".formatted(entry.name(), in(path)),
                Suggestion.sentence(entry.name(), known)
                        .orElse("Maybe remove it: the keys here are " + Shape.list(known, "and") + "."));
    }

    void missingKey(String name, Location location, String path, @Nullable String hint) {
        problems.add(ErrorCode.MISSING_KEY, location, "the key `%s` is missing in %s".formatted(name, in(path)), hint);
    }

    private @Nullable Value wrongType(Value value, Shape expected, String path) {
        String subject = path.isEmpty() ? "the file" : "`" + path + "`";
        problems.add(
                ErrorCode.WRONG_TYPE,
                value.location(),
                "%s is %s, and %s was expected".formatted(subject, value.describe(), expected.describe()),
                null);
        return null;
    }

    private @Nullable Value badValue(Scalar scalar, Shape expected, String path) {
        problems.add(
                ErrorCode.BAD_VALUE,
                scalar.textLocation(),
                "`%s` is `%s`, and %s was expected".formatted(path, scalar.raw(), expected.describe()),
                null);
        return null;
    }

    private void tooFew(Location at, String what, int count, int least, String path) {
        problems.add(
                ErrorCode.BAD_VALUE,
                at,
                "`%s` has %d %s, and at least %d %s expected"
                        .formatted(path, count, what, least, least == 1 ? "was" : "were"),
                null);
    }

    private static void put(Map<String, Entry> fitting, Entry entry, @Nullable Value value) {
        if (value != null) {
            fitting.put(entry.name(), new Entry(entry.key(), entry.location(), value));
        }
    }

    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String in(String path) {
        return path.isEmpty() ? "the project file" : "`" + path + "`";
    }
}

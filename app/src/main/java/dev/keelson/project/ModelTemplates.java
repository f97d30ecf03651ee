package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Kind;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts the models of a template, an entry of {@code models} with {@code for}, in its place: one for each combination of
 * values of its variables, the first variable slowest. Everything else reads the models as if they had been written out.
 */
final class ModelTemplates {
    private static final String FOR = "for";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_]*)\\}");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final int MOST_MODELS = 1_000;

    private final Problems problems;

    ModelTemplates(Problems problems) {
        this.problems = problems;
    }

    /** The document with its templates written out; reports those that cannot be and leaves them out. */
    Table expanded(Table document) {
        Entry models = document.entries().get("models");
        if (models == null || !(models.value() instanceof Table table)) {
            return document;
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Entry entry : table.all()) {
            if (entry.value() instanceof Table model && model.table(FOR) != null) {
                template(entry, model, table, entries);
            } else {
                checkName(entry);
                entries.put(entry.name(), entry);
            }
        }
        Map<String, Entry> all = new LinkedHashMap<>(document.entries());
        all.put("models", new Entry(models.key(), models.location(), new Table(entries, table.location())));
        return new Table(all, document.location());
    }

    private void checkName(Entry entry) {
        Matcher placeholder = PLACEHOLDER.matcher(entry.name());
        if (placeholder.find()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    entry.location(),
                    "the name of the model `%s` has `%s`, and no `for` says what stands there"
                            .formatted(entry.name(), placeholder.group()),
                    "Maybe add `for: { %s: [A, B] }`.".formatted(placeholder.group(1)));
        }
    }

    private void template(Entry entry, Table model, Table written, Map<String, Entry> to) {
        Map<String, List<Scalar>> values = new LinkedHashMap<>();
        for (Entry variable : model.entriesOf(FOR)) {
            List<Scalar> given = values(entry, variable);
            if (given == null) {
                return;
            }
            values.put(variable.name(), given);
        }
        if (!named(entry, values)) {
            return;
        }
        List<Map<String, Scalar>> combinations = List.of(Map.of());
        for (Map.Entry<String, List<Scalar>> variable : values.entrySet()) {
            List<Map<String, Scalar>> more = new ArrayList<>();
            for (Map<String, Scalar> chosen : combinations) {
                for (Scalar value : variable.getValue()) {
                    Map<String, Scalar> with = new LinkedHashMap<>(chosen);
                    with.put(variable.getKey(), value);
                    more.add(with);
                }
            }
            combinations = more;
            if (combinations.size() > MOST_MODELS) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        entry.location(),
                        "`for` of `%s` makes more than %d models".formatted(entry.name(), MOST_MODELS),
                        null);
                return;
            }
        }
        Map<String, Entry> own = new LinkedHashMap<>(model.entries());
        own.remove(FOR);
        Table rest = new Table(own, model.location());
        for (Map<String, Scalar> chosen : combinations) {
            Entry made = filled(new Entry(entry.key(), entry.location(), rest), chosen);
            if (to.containsKey(made.name()) || written.has(made.name())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        entry.location(),
                        "`for` of `%s` makes the model `%s`, which is there already".formatted(entry.name(), made.name()),
                        null);
            }
            to.put(made.name(), made);
        }
    }

    /** The values of a variable; null after a report. */
    private @Nullable List<Scalar> values(Entry model, Entry variable) {
        List<Value> given = variable.value() instanceof Items list ? list.values() : List.of(variable.value());
        List<Scalar> values = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Value value : given) {
            if (!(value instanceof Scalar scalar) || !VALUE.matcher(scalar.text()).matches()) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        value.location(),
                        "`for` of `%s` has %s for `%s`, and a name of letters, digits, `-`, `_` and `.` was expected"
                                .formatted(model.name(), value.describe(), variable.name()),
                        null);
                return null;
            }
            if (!seen.add(scalar.text())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        scalar.location(),
                        "the value `%s` of `%s` occurs twice".formatted(scalar.raw(), variable.name()),
                        null);
                return null;
            }
            values.add(scalar);
        }
        if (values.isEmpty()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    variable.location(),
                    "`for` of `%s` names no value of `%s`".formatted(model.name(), variable.name()),
                    null);
            return null;
        }
        return values;
    }

    /** Whether the name of a template holds its variables and no others; reports what is wrong. */
    private boolean named(Entry entry, Map<String, List<Scalar>> values) {
        Set<String> found = PLACEHOLDER
                .matcher(entry.name())
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        boolean good = true;
        for (String name : found) {
            if (!values.containsKey(name)) {
                problems.add(
                        ErrorCode.UNKNOWN_REFERENCE,
                        entry.location(),
                        "the name of the model `%s` has `{%s}`, and `for` has the variables %s"
                                .formatted(entry.name(), name, Shape.list(List.copyOf(values.keySet()), "and")),
                        Suggestion.sentence(name, values.keySet()).orElse(null));
                good = false;
            }
        }
        for (String variable : values.keySet()) {
            if (!found.contains(variable)) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        entry.location(),
                        "the name of the model `%s` lacks `{%s}`, so that its models would have one name"
                                .formatted(entry.name(), variable),
                        "Maybe `%s_{%s}` was meant.".formatted(entry.name(), variable));
                good = false;
            }
        }
        return good;
    }

    // ---- substitution

    private static Entry filled(Entry entry, Map<String, Scalar> chosen) {
        Located key = new Located(filled(entry.name(), chosen), entry.key().location());
        return new Entry(key, entry.location(), filled(entry.value(), chosen));
    }

    private static Value filled(Value value, Map<String, Scalar> chosen) {
        return switch (value) {
            case Scalar scalar -> filled(scalar, chosen);
            case Items items ->
                new Items(items.values().stream().map(each -> filled(each, chosen)).toList(), items.location());
            case Table table -> {
                Map<String, Entry> entries = new LinkedHashMap<>();
                for (Entry each : table.all()) {
                    Entry made = filled(each, chosen);
                    entries.put(made.name(), made);
                }
                yield new Table(entries, table.location());
            }
        };
    }

    /** A text that is a variable alone becomes the value with its kind, so that it can stand for a number. */
    private static Scalar filled(Scalar scalar, Map<String, Scalar> chosen) {
        Matcher alone = PLACEHOLDER.matcher(scalar.text());
        Scalar value = alone.matches() ? chosen.get(alone.group(1)) : null;
        Kind kind = value == null ? scalar.kind() : value.kind();
        return new Scalar(
                filled(scalar.text(), chosen),
                filled(scalar.raw(), chosen),
                kind,
                scalar.location(),
                scalar.textLocation());
    }

    private static String filled(String text, Map<String, Scalar> chosen) {
        if (text.indexOf('{') < 0) {
            return text;
        }
        return PLACEHOLDER.matcher(text).replaceAll(match -> {
            Scalar value = chosen.get(match.group(1));
            return Matcher.quoteReplacement(value == null ? match.group() : value.text());
        });
    }
}

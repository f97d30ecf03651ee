package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Suggestion;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.labels.LabelExpression;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code sources.NAME.labels}, and the {@code label} of a model: the address of a column or of a declared label, or
 * an expression.
 */
final class LabelSection {
    private static final String NAME = "[A-Za-z][A-Za-z0-9_]*";
    private static final Pattern ADDRESS = Pattern.compile("(" + NAME + ")\\.(.+)");
    private static final Pattern WORD = Pattern.compile("'(?:[^']|'')*'|\"[^\"]*\"|[A-Za-z_][A-Za-z0-9_.]*");
    private static final Pattern MORE_THAN_A_NAME = Pattern.compile(".*[()<>=+*/].*|.*\\s(in|is|and|or|like|between)\\s.*");

    private final Problems problems;
    private final Map<String, SourceColumns> sources;
    private final Set<String> sourceNames;
    private final Map<String, Set<String>> declaredColumns = new LinkedHashMap<>();
    private final Map<String, Duration> knownAfter = new LinkedHashMap<>();
    private final Map<String, Integer> keyWidth = new LinkedHashMap<>();
    private final Map<String, Label> labels = new LinkedHashMap<>();
    private final Set<String> unsound = new LinkedHashSet<>();

    /**
     * A label that can be read.
     *
     * @param definition what it is
     * @param source where it comes from
     * @param outcomes the outcomes that it is made of
     */
    record Label(LabelDefinition definition, SourceColumns source, Set<String> outcomes) {}

    LabelSection(Problems problems, Map<String, SourceColumns> sources, Set<String> sourceNames) {
        this.problems = problems;
        this.sources = sources;
        this.sourceNames = sourceNames;
    }

    /** The declared labels that could be read, in the order of the file. */
    List<LabelDefinition> definitions() {
        return labels.values().stream().map(Label::definition).toList();
    }

    void read(Table project) {
        for (Entry entry : project.entriesOf("sources")) {
            if (entry.value() instanceof Table table) {
                source(entry.name(), table);
            }
        }
    }

    private void source(String name, Table table) {
        SourceColumns source = sources.get(name);
        declaredColumns.put(
                name,
                table.entriesOf("columns").stream().map(Entry::name).collect(Collectors.toCollection(LinkedHashSet::new)));
        keyWidth.put(
                name,
                (int) table.scalars("key").stream()
                        .filter(column -> !column.text().equals(table.text("event_time")))
                        .count());
        Scalar after = table.scalar("known_after");
        Duration outcomes = source == null ? Duration.ZERO : source.outcomeDelay();
        knownAfter.put(name, ProjectText.duration(after, outcomes, new Problems()));
        for (Entry entry : table.entriesOf("labels")) {
            String address = name + "." + entry.name();
            Table rules = entry.value() instanceof Table map ? map : null;
            Scalar text = rules == null ? (Scalar) entry.value() : rules.scalar("expression");
            if (source == null || text == null) {
                unsound.add(address);
                continue;
            }
            if (source.schema().contains(entry.name())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        entry.location(),
                        "the label `%s` has the name of a column of `%s`".formatted(entry.name(), name),
                        "Maybe give it another name.");
                unsound.add(address);
                continue;
            }
            Optional<Label> label = expression(
                    source, entry.name(), text, text.located(), rules == null ? List.of() : rules.scalars("classes"));
            label.ifPresentOrElse(each -> labels.put(address, each), () -> unsound.add(address));
        }
    }

    // ---- what a model names

    /** The label of a model; empty after a report. */
    Optional<Label> ofModel(Scalar text) {
        return named(text);
    }

    private Optional<Label> named(Scalar text) {
        Matcher matcher = ADDRESS.matcher(text.text());
        boolean address = matcher.matches() && sourceNames.contains(matcher.group(1));
        if (address) {
            Label declared = labels.get(text.text());
            if (declared != null) {
                return Optional.of(declared);
            }
            if (unsound.contains(text.text())) {
                return Optional.empty();
            }
            SourceColumns source = sources.get(matcher.group(1));
            boolean column = source != null && source.schema().contains(matcher.group(2));
            if (column || !MORE_THAN_A_NAME.matcher(text.text()).matches()) {
                return column(text, matcher);
            }
        }
        if (MORE_THAN_A_NAME.matcher(text.text()).matches()) {
            return inline(text);
        }
        if (matcher.matches()) {
            ProjectText.unknown("source", matcher.group(1), sourceNames, text.textLocation(), problems);
            return Optional.empty();
        }
        problems.add(
                ErrorCode.BAD_VALUE,
                text.textLocation(),
                "`label` is `%s`, and `SOURCE.COLUMN` such as `matches.FTR` was expected".formatted(text.raw()),
                sourceNames.size() == 1
                        ? "Maybe `%s.%s` was meant."
                                .formatted(sourceNames.iterator().next(), text.raw())
                        : null);
        return Optional.empty();
    }

    private Optional<Label> column(Scalar text, Matcher matcher) {
        SourceColumns source = sources.get(matcher.group(1));
        Located column = new Located(matcher.group(2), text.located().at(matcher.start(2)));
        List<String> names = new ArrayList<>(labelNames(matcher.group(1)));
        if (source == null) {
            return Optional.empty();
        }
        Optional<String> meant = Suggestion.closest(column.text(), names);
        if (meant.isPresent() && !source.schema().contains(column.text())) {
            problems.add(
                    ErrorCode.UNKNOWN_REFERENCE,
                    column.location(),
                    "the source `%s` has no label and no column `%s`".formatted(source.source(), column.text()),
                    "Did you mean `%s`?".formatted(meant.get()));
            return Optional.empty();
        }
        if (!source.check(column, text.textLocation(), problems)) {
            return Optional.empty();
        }
        List<String> classes = source.values().getOrDefault(column.text(), List.of());
        ColumnType type = source.schema().column(column.text()).type();
        if (classes.isEmpty() && (type == ColumnType.DOUBLE || type == ColumnType.LONG)) {
            return expression(source, column.text(), text, column, List.of());
        }
        if (classes.size() < 2) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    column.location(),
                    "the label `%s` has %s, and an `enum` with at least two was expected"
                            .formatted(column.text(), classes.isEmpty() ? "no declared values" : "one declared value"),
                    "Maybe declare it: `%s: { type: enum, values: [A, B] }`; the order of the values is kept."
                            .formatted(column.text()));
            return Optional.empty();
        }
        if (!source.isOutcome(column.text())) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    column.location(),
                    "the label `%s` is not among the outcomes of `%s`, so it would count as known beforehand"
                            .formatted(column.text(), source.source()),
                    "Maybe add it to `sources.%s.outcomes.columns`.".formatted(source.source()));
        }
        return Optional.of(new Label(
                LabelDefinition.ofColumn(source.source(), column.text(), classes, source.outcomeDelay()),
                source,
                Set.of(column.text())));
    }

    private Set<String> labelNames(String source) {
        return labels.values().stream()
                .map(Label::definition)
                .filter(label -> label.source().equals(source))
                .map(LabelDefinition::name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** An expression whose columns stand behind the name of their source. */
    private Optional<Label> inline(Scalar text) {
        Set<String> named = new LinkedHashSet<>();
        Matcher word = WORD.matcher(text.text());
        while (word.find()) {
            int point = word.group().indexOf('.');
            if (point > 0 && sourceNames.contains(word.group().substring(0, point))) {
                named.add(word.group().substring(0, point));
            }
        }
        if (named.isEmpty() && sourceNames.size() == 1) {
            named.addAll(sourceNames);
        }
        if (named.size() != 1) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    named.isEmpty()
                            ? "`label` is `%s`, which names no source".formatted(text.raw())
                            : "`label` reads the sources %s, and one source was expected"
                                    .formatted(Shape.list(List.copyOf(named), "and")),
                    named.isEmpty() ? "Maybe write its columns as `SOURCE.COLUMN`." : null);
            return Optional.empty();
        }
        String name = named.iterator().next();
        SourceColumns source = sources.get(name);
        if (source == null) {
            return Optional.empty();
        }
        return expression(source, plain(text.text(), name), text, text.located(), List.of());
    }

    /** The text with blanks instead of {@code source.}, so that every character keeps its place. */
    private static Located withoutSource(Located text, String source) {
        StringBuilder rest = new StringBuilder(text.text());
        Matcher word = WORD.matcher(text.text());
        while (word.find()) {
            if (word.group().startsWith(source + ".")) {
                rest.replace(word.start(), word.start() + source.length() + 1, " ".repeat(source.length() + 1));
            }
        }
        return new Located(rest.toString(), text.location());
    }

    /** The text without {@code source.} and blanks around it. */
    private static String plain(String text, String source) {
        Matcher word = WORD.matcher(text);
        StringBuilder rest = new StringBuilder();
        while (word.find()) {
            String name = word.group();
            word.appendReplacement(
                    rest,
                    Matcher.quoteReplacement(
                            name.startsWith(source + ".") ? name.substring(source.length() + 1) : name));
        }
        word.appendTail(rest);
        return rest.toString().strip();
    }

    // ---- expressions

    private Optional<Label> expression(
            SourceColumns source, String name, Scalar written, Located text, List<Scalar> givenClasses) {
        Located own = withoutSource(text, source.source());
        Schema schema = declared(source);
        LabelExpression expression;
        Duration horizon;
        try {
            expression = LabelExpression.parse(own, schema);
            horizon = LabelExpression.horizon(own);
        } catch (KeelsonException e) {
            if (!undeclared(own, source, schema)) {
                problems.addAll(e, written.textLocation());
            }
            return Optional.empty();
        }
        int before = problems.size();
        for (String price : expression.prices()) {
            source.checkNumeric(new Located(price, Expressions.place(own, price)), written.textLocation(), problems);
        }
        for (String key : expression.keys()) {
            source.checkKey(new Located(key, Expressions.place(own, key)), written.textLocation(), problems);
        }
        if (expression.hasBenchmark()
                && expression.keys().isEmpty()
                && keyWidth.getOrDefault(source.source(), 1) != 1) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    written.textLocation(),
                    "the benchmark of `%s` does not say in which column it is found: the key of `%s` has %d columns besides its time"
                            .formatted(name, source.source(), keyWidth.getOrDefault(source.source(), 1)),
                    "Maybe add `by = COLUMN` to `forward_return`.");
        }
        Set<String> outcomes = expression.columns().stream()
                .filter(source::isOutcome)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (outcomes.isEmpty() && !expression.looksAhead()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    written.textLocation(),
                    "the label `%s` reads no outcome of `%s`, so it would count as known beforehand"
                            .formatted(name, source.source()),
                    expression.columns().isEmpty()
                            ? null
                            : "Maybe add `%s` to `sources.%s.outcomes.columns`."
                                    .formatted(expression.columns().getFirst(), source.source()));
        }
        Optional<List<String>> classes = classes(source, name, expression, written, givenClasses);
        if (classes.isEmpty() || problems.size() > before) {
            return Optional.empty();
        }
        Duration known = expression.looksAhead()
                ? horizon.plus(knownAfter.getOrDefault(source.source(), Duration.ZERO))
                : Duration.ZERO;
        Duration delay = known.compareTo(source.outcomeDelay()) > 0 ? known : source.outcomeDelay();
        return Optional.of(new Label(
                new LabelDefinition(
                        source.source(), name, plain(text.text(), source.source()), classes.get(), delay),
                source,
                outcomes));
    }

    /** The columns that the file declares: their types are the same whether or not the data has been looked at. */
    private Schema declared(SourceColumns source) {
        Set<String> names = declaredColumns.getOrDefault(source.source(), Set.of());
        List<Column> columns = source.schema().columns().stream()
                .filter(column -> names.contains(column.name()))
                .toList();
        return new Schema(columns);
    }

    /** Says which columns of a label are there but not declared; whether there are any. */
    private boolean undeclared(Located text, SourceColumns source, Schema declared) {
        int before = problems.size();
        for (String column : source.schema().names()) {
            if (!declared.contains(column) && names(text, column)) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        Expressions.place(text, column),
                        "a label reads `%s`, whose type is not declared".formatted(column),
                        "Maybe declare it under `sources.%s.columns`.".formatted(source.source()));
            }
        }
        return problems.size() > before;
    }

    private static boolean names(Located text, String column) {
        Matcher word = WORD.matcher(text.text());
        while (word.find()) {
            if (word.group().equals(column) || word.group().equals('"' + column + '"')) {
                return true;
            }
        }
        return false;
    }

    private Optional<List<String>> classes(
            SourceColumns source,
            String name,
            LabelExpression expression,
            Scalar written,
            List<Scalar> given) {
        List<String> texts = given.stream().map(Scalar::text).toList();
        Location at = given.isEmpty() ? written.textLocation() : given.getFirst().textLocation();
        if (texts.size() != texts.stream().distinct().count()) {
            problems.add(ErrorCode.DUPLICATE_KEY, at, "a class of `%s` occurs twice".formatted(name), null);
            return Optional.empty();
        }
        ColumnType type = expression.type();
        switch (type) {
            case BOOLEAN -> {
                if (!given.isEmpty() && texts.size() != 2) {
                    return wrongClasses(name, at, "two classes, that of false and that of true, were expected", null);
                }
            }
            case STRING -> {
                if (given.isEmpty() && expression.ownClasses().isEmpty()) {
                    List<String> values = columnValues(source, expression);
                    return values.size() >= 2
                            ? Optional.of(values)
                            : wrongClasses(
                                    name,
                                    at,
                                    "it is a text, and its classes were expected beside it",
                                    "Maybe write `%s: { expression: …, classes: [A, B] }`.".formatted(name));
                }
                if (texts.size() == 1) {
                    return wrongClasses(name, at, "at least two classes were expected", null);
                }
            }
            case DOUBLE, LONG -> {
                if (!given.isEmpty() && (type == ColumnType.DOUBLE || texts.size() < 2)) {
                    return wrongClasses(
                            name, at, "it is a number, which has no classes", "Maybe compare it with a threshold.");
                }
            }
            case DATE, TIMESTAMP -> {
                return wrongClasses(
                        name,
                        at,
                        "it is of type %s, and a condition, a text or a number was expected"
                                .formatted(ProjectText.of(type)),
                        null);
            }
        }
        return Optional.of(given.isEmpty() ? expression.ownClasses().orElse(List.of()) : texts);
    }

    private Optional<List<String>> wrongClasses(
            String name, @Nullable Location at, String expected, @Nullable String hint) {
        problems.add(ErrorCode.BAD_VALUE, at, "the label `%s` is not understood: %s".formatted(name, expected), hint);
        return Optional.empty();
    }

    /** The declared values of the column that an expression is. */
    private static List<String> columnValues(SourceColumns source, LabelExpression expression) {
        return expression.columns().size() == 1 && expression.isColumn()
                ? source.values().getOrDefault(expression.columns().getFirst(), List.of())
                : List.of();
    }
}

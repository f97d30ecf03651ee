package dev.keelson.project;

import dev.keelson.data.AnomalyRule;
import dev.keelson.data.CheckDefinition;
import dev.keelson.data.CheckDefinition.Severity;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.ColumnDefinition.OnFail;
import dev.keelson.data.RowOperation;
import dev.keelson.data.RowRule;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.expression.Durations;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code sources}. */
final class SourceSection {
    private static final Duration DAY = Duration.ofDays(1);

    private final Problems problems;
    private final ZoneId projectZone;
    private final Path folder;
    private final SourceHeaders headers;
    private final List<SourceDefinition> definitions = new ArrayList<>();
    private final Map<String, SourceColumns> columns = new LinkedHashMap<>();

    SourceSection(Problems problems, ZoneId projectZone, Path folder, SourceHeaders headers) {
        this.problems = problems;
        this.projectZone = projectZone;
        this.folder = folder;
        this.headers = headers;
    }

    /** The sources that could be read, in the order of the file. */
    List<SourceDefinition> definitions() {
        return definitions;
    }

    /** What is known of each source's columns, also of sources that have other problems. */
    Map<String, SourceColumns> columns() {
        return columns;
    }

    void read(Table project) {
        for (Entry entry : project.entriesOf("sources")) {
            if (entry.value() instanceof Table table) {
                source(entry, table);
            }
        }
        for (SourceDefinition definition : definitions) {
            definition.checks().forEach(check -> Expressions.reference(check.condition())
                    .ifPresent(reference -> checkReference(reference, check)));
        }
    }

    private void checkReference(Located reference, CheckDefinition check) {
        int point = reference.text().indexOf('.');
        String source = reference.text().substring(0, point);
        Location at = reference.location();
        if (at == null) {
            at = check.condition().location();
        }
        SourceColumns other = columns.get(source);
        if (other == null) {
            ProjectText.unknown("source", source, columns.keySet(), at, problems);
        } else if (at != null) {
            other.check(new Located(reference.text().substring(point + 1), at), at, problems);
        }
    }

    private void source(Entry entry, Table table) {
        String name = entry.name();
        int before = problems.size();
        List<ColumnDefinition> declared = new ArrayList<>();
        for (Entry column : table.entriesOf("columns")) {
            declared.add(column(column));
        }
        Table outcomes = table.table("outcomes");
        List<Scalar> outcomeColumns = outcomes == null ? List.of() : outcomes.scalars("columns");
        Scalar outcomeDelayText = outcomes == null ? null : outcomes.scalar("known_after");
        Scalar knownAfterText = table.scalar("known_after");
        Duration knownAfter = ProjectText.duration(knownAfterText, Duration.ZERO, problems);
        Duration outcomeDelay = ProjectText.duration(outcomeDelayText, knownAfter, problems);
        if (knownAfterText == null) {
            knownAfter = outcomeDelay;
        } else if (knownAfter.compareTo(outcomeDelay) < 0) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    knownAfterText.textLocation(),
                    ("`known_after` is %s, but the outcomes are known only after %s: the rows of `%s` "
                                    + "would count before their outcomes are known")
                            .formatted(knownAfterText.raw(), Durations.format(outcomeDelay), name),
                    "Maybe leave it out: the outcomes' own `known_after` counts then.");
        }
        Scalar zoneText = table.scalar("zone");
        ZoneId zone = zoneText == null
                ? projectZone
                : ProjectText.zone(zoneText, problems).orElse(projectZone);
        Duration lateWindow = ProjectText.duration(table.scalar("late_window"), Duration.ZERO, problems);
        List<CheckDefinition> checks = new ArrayList<>();
        SourceOrigin origin = origin(entry, table);
        Scalar eventTime = table.scalar("event_time");
        List<Scalar> key = table.scalars("key");
        SourceDefinition definition = origin == null || eventTime == null || key.isEmpty()
                ? null
                : SourceDefinition.of(name, origin)
                        .key(key.stream().map(Scalar::text).toList())
                        .eventTime(eventTime.text())
                        .cursor(table.text("cursor"))
                        .lateWindow(lateWindow)
                        .created(table.text("created"))
                        .knownAfter(knownAfter)
                        .outcomes(outcomeColumns.stream().map(Scalar::text).toList())
                        .zone(zone)
                        .columns(declared)
                        .location(entry.location())
                        .operation(operation(table))
                        .build();
        boolean sound = problems.size() == before;
        SourceColumns known = known(name, declared, definition, sound, outcomeColumns, outcomeDelay);
        columns.put(name, known);
        checkReferences(table, known, outcomeColumns);
        if (knownAfter.compareTo(outcomeDelay) >= 0) {
            checkTime(table, known, knownAfter, knownAfterText == null ? outcomeDelayText : knownAfterText);
        }
        for (Value check : table.items("checks")) {
            if (check instanceof Table one) {
                check(one, known).ifPresent(checks::add);
            }
        }
        List<RowRule> rules = new ArrayList<>();
        for (Value rule : table.items("rules")) {
            rule(rule, table, known).ifPresent(rules::add);
        }
        List<AnomalyRule> anomalies = new ArrayList<>();
        for (Entry column : table.entriesOf("anomalies")) {
            anomalies(column, known, anomalies);
        }
        if (definition != null) {
            definitions.add(definition
                    .with()
                    .checks(checks)
                    .rules(rules)
                    .anomalies(anomalies)
                    .build());
        }
    }

    /** Where the rows come from, or null when that is not said or said twice. */
    private @Nullable SourceOrigin origin(Entry entry, Table table) {
        List<String> given = Stream.of("file", "postgres", "supabase").filter(table::has).toList();
        if (given.size() != 1) {
            problems.add(
                    given.isEmpty() ? ErrorCode.MISSING_KEY : ErrorCode.BAD_VALUE,
                    given.isEmpty() ? entry.location() : place(table, given.getLast()),
                    given.isEmpty()
                            ? "`%s` does not say where its rows come from".formatted(entry.name())
                            : "`%s` has %s, and one of them was expected"
                                    .formatted(entry.name(), Shape.list(given.stream().map(key -> "`" + key + "`").toList(), "and")),
                    given.isEmpty() ? "Maybe add `file`, a path such as `data/%s.csv`.".formatted(entry.name()) : null);
            return null;
        }
        Scalar file = table.scalar("file");
        Scalar postgres = table.scalar("postgres");
        Located tableName = table.has("table") ? table.located("table") : null;
        Located query = table.has("query") ? table.located("query") : null;
        if (postgres == null && (tableName != null || query != null)) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    place(table, tableName != null ? "table" : "query"),
                    "`%s` says nothing without `postgres`".formatted(tableName != null ? "table" : "query"),
                    null);
            return null;
        }
        if (file != null) {
            return new SourceOrigin.Files(file.located());
        }
        if (postgres != null) {
            if ((tableName == null) == (query == null)) {
                problems.add(
                        tableName == null ? ErrorCode.MISSING_KEY : ErrorCode.BAD_VALUE,
                        place(table, tableName == null ? "postgres" : "query"),
                        "the database of `%s` needs either a `table` or a `query`".formatted(entry.name()),
                        "Maybe write `table: schema.table`.");
                return null;
            }
            return new SourceOrigin.Postgres(postgres.located(), tableName, query);
        }
        Table service = table.table("supabase");
        return service == null ? null : supabase(service);
    }

    /** A table of Supabase, or null when a key is missing, which the shape reports. */
    static SourceOrigin.@Nullable Supabase supabase(Table service) {
        Scalar url = service.scalar("url");
        Scalar key = service.scalar("key");
        Scalar table = service.scalar("table");
        return url == null || key == null || table == null
                ? null
                : new SourceOrigin.Supabase(url.located(), key.located(), table.located());
    }

    /** Where a key stands, or the table when it is not there. */
    private static Location place(Table table, String key) {
        Entry entry = table.entries().get(key);
        return entry == null ? table.location() : entry.location();
    }

    private @Nullable RowOperation operation(Table table) {
        Table operation = table.table("operation");
        String column = operation == null ? null : operation.text("column");
        if (operation == null || column == null) {
            return null;
        }
        try {
            return new RowOperation(
                    column, operation.texts("insert"), operation.texts("update"), operation.texts("delete"));
        } catch (IllegalArgumentException e) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    place(table, "operation"),
                    "the texts of `insert`, `update` and `delete` must differ, and there must be one for `insert`",
                    null);
            return null;
        }
    }

    private Optional<RowRule> rule(Value written, Table source, SourceColumns known) {
        Table table = written instanceof Table one ? one : null;
        Scalar check = table == null ? (Scalar) written : table.scalar("check");
        if (check == null) {
            return Optional.empty(); // the key is missing, which is reported
        }
        Optional<Expressions.Scalars> condition =
                Expressions.scalar(check, known.schema(), known.complete(), problems);
        if (condition.isPresent() && condition.get().type() != ColumnType.BOOLEAN) {
            problems.add(
                    ErrorCode.EXPRESSION_TYPE,
                    check.textLocation(),
                    "`%s` is of type %s, and a condition was expected"
                            .formatted(check.raw(), ProjectText.of(condition.get().type())),
                    "Maybe a comparison such as `> 0` is missing.");
            return Optional.empty();
        }
        String onFail = table == null ? null : table.text("on_fail");
        RowRule.OnFail effect =
                onFail == null ? RowRule.OnFail.QUARANTINE : RowRule.OnFail.valueOf(onFail.toUpperCase(Locale.ROOT));
        List<Scalar> named = table == null ? List.of() : table.scalars("columns");
        if (effect != RowRule.OnFail.NULL) {
            if (!named.isEmpty()) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        named.getFirst().textLocation(),
                        "`columns` has no effect without `on_fail: null`",
                        null);
            }
            return Optional.of(new RowRule(check.located(), effect, List.of()));
        }
        Set<String> roles = new LinkedHashSet<>(source.texts("key"));
        for (String name : List.of("event_time", "cursor", "created")) {
            Optional.ofNullable(source.text(name)).ifPresent(roles::add);
        }
        for (Scalar column : named) {
            known.check(column.located(), column.textLocation(), problems);
            if (roles.contains(column.text())) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        column.textLocation(),
                        "`%s` is part of the key or a time of the row, which cannot become null"
                                .formatted(column.text()),
                        "Maybe `on_fail: quarantine` was meant.");
            }
        }
        List<String> columns = named.isEmpty()
                ? condition.map(Expressions.Scalars::columns).orElse(Set.of()).stream()
                        .filter(column -> !roles.contains(column))
                        .toList()
                : named.stream().map(Scalar::text).toList();
        if (columns.isEmpty()) {
            if (condition.isPresent()) {
                problems.add(
                        ErrorCode.MISSING_KEY,
                        check.textLocation(),
                        "the rule reads no column that can become null",
                        "Maybe name `columns`, or use `on_fail: quarantine`.");
            }
            return Optional.empty();
        }
        return Optional.of(new RowRule(check.located(), effect, columns));
    }

    private void anomalies(Entry column, SourceColumns known, List<AnomalyRule> rules) {
        known.checkNumeric(column.key(), column.location(), problems);
        switch (column.value()) {
            case Scalar method -> rules.add(anomaly(column, method.text(), null));
            case Table table -> anomaly(column, table, known).ifPresent(rules::add);
            case Value.Items items ->
                items.values().forEach(item -> anomaly(column, (Table) item, known).ifPresent(rules::add));
        }
    }

    private static AnomalyRule anomaly(Entry column, String method, @Nullable Table table) {
        AnomalyRule.Method how = AnomalyRule.Method.valueOf(method.toUpperCase(Locale.ROOT));
        Double limit = table == null ? null : bound(table.scalar("limit"));
        return new AnomalyRule(
                column.name(),
                how,
                table != null && "change".equals(table.text("of")) ? AnomalyRule.Of.CHANGE : AnomalyRule.Of.VALUE,
                limit == null ? how.standard() : limit,
                table == null ? List.of() : table.texts("by"),
                column.location());
    }

    private Optional<AnomalyRule> anomaly(Entry column, Table table, SourceColumns known) {
        for (Scalar group : table.scalars("by")) {
            known.check(group.located(), group.textLocation(), problems);
        }
        String method = table.text("method");
        return method == null ? Optional.empty() : Optional.of(anomaly(column, method, table));
    }

    private SourceColumns known(
            String name,
            List<ColumnDefinition> declared,
            @Nullable SourceDefinition definition,
            boolean sound,
            List<Scalar> outcomes,
            Duration outcomeDelay) {
        Map<String, ColumnType> types = new LinkedHashMap<>();
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (ColumnDefinition column : declared) {
            types.put(column.name(), column.type());
            if (!column.values().isEmpty()) {
                values.put(column.name(), column.values());
            }
        }
        Optional<Schema> header = definition == null || !sound ? Optional.empty() : header(definition);
        header.ifPresent(schema -> schema.columns().forEach(column -> types.putIfAbsent(column.name(), column.type())));
        List<Column> all = types.entrySet().stream()
                .map(type -> new Column(type.getKey(), type.getValue()))
                .toList();
        Set<String> outcomeNames =
                new LinkedHashSet<>(outcomes.stream().map(Scalar::text).toList());
        return new SourceColumns(name, new Schema(all), header.isPresent(), outcomeNames, outcomeDelay, values);
    }

    private Optional<Schema> header(SourceDefinition definition) {
        if (!(definition.origin() instanceof SourceOrigin.Files)) {
            return Optional.empty(); // a project is checked without its databases
        }
        try {
            return headers.columns(definition, folder.resolve(definition.file().text()));
        } catch (InvalidPathException e) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    definition.file().location(),
                    "the file of `%s` is no path: %s".formatted(definition.name(), e.getReason()),
                    null);
            return Optional.empty();
        }
    }

    private void checkReferences(Table table, SourceColumns known, List<Scalar> outcomes) {
        List<Scalar> key = table.scalars("key");
        key.forEach(column -> known.check(column.located(), column.location(), problems));
        checkDistinct(key, "key");
        outcomes.forEach(column -> known.check(column.located(), column.location(), problems));
        checkDistinct(outcomes, "outcomes.columns");
        for (String name : List.of("event_time", "cursor", "created")) {
            Scalar column = table.scalar(name);
            if (column != null) {
                known.check(column.located(), column.location(), problems);
            }
        }
        List<Scalar> beforehand = new ArrayList<>(key);
        Optional.ofNullable(table.scalar("event_time")).ifPresent(beforehand::add);
        for (Scalar column : beforehand) {
            if (known.isOutcome(column.text())) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        column.textLocation(),
                        "`%s` is an outcome of `%s`, and a column known before the event was expected"
                                .formatted(column.text(), known.source()),
                        "Maybe it does not belong under `outcomes`.");
            }
        }
    }

    private void checkDistinct(List<Scalar> columns, String where) {
        Set<String> seen = new HashSet<>();
        for (Scalar column : columns) {
            if (!seen.add(column.text())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        column.textLocation(),
                        "the column `%s` occurs twice in `%s`".formatted(column.text(), where),
                        null);
            }
        }
    }

    private void checkTime(Table table, SourceColumns known, Duration knownAfter, @Nullable Scalar knownAfterText) {
        for (String name : List.of("event_time", "cursor", "created")) {
            Scalar column = table.scalar(name);
            Optional<ColumnType> type = column == null ? Optional.empty() : known.type(column.text());
            if (column != null
                    && type.isPresent()
                    && type.get() != ColumnType.DATE
                    && type.get() != ColumnType.TIMESTAMP) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        column.textLocation(),
                        "`%s` is the column `%s` of type %s, and a `date` or a `timestamp` was expected"
                                .formatted(name, column.text(), ProjectText.of(type.get())),
                        "Maybe its type should be declared under `columns`.");
            }
        }
        Scalar eventTime = table.scalar("event_time");
        if (eventTime == null
                || table.has("created")
                || !known.type(eventTime.text()).equals(Optional.of(ColumnType.DATE))
                || knownAfter.compareTo(DAY) >= 0) {
            return;
        }
        Location at = knownAfterText == null ? eventTime.textLocation() : knownAfterText.textLocation();
        String have = knownAfterText == null
                ? "nothing says when its rows are known"
                : "its rows are said to be known after " + knownAfterText.raw();
        problems.add(
                ErrorCode.BAD_VALUE,
                at,
                ("the event time `%s` of `%s` is a day without a time, but %s; at least `1d` was "
                                + "expected: an event late in the day would count for one early on the same day")
                        .formatted(eventTime.text(), known.source(), have),
                "Maybe write `known_after: 1d`.");
    }

    private ColumnDefinition column(Entry entry) {
        if (!(entry.value() instanceof Table rules)) {
            Scalar type = (Scalar) entry.value();
            if (type.text().equals("enum")) {
                problems.add(
                        ErrorCode.MISSING_KEY,
                        type.textLocation(),
                        "the column `%s` is an `enum` without values".formatted(entry.name()),
                        "Maybe write `%s: { type: enum, values: [A, B] }`.".formatted(entry.name()));
            }
            return new ColumnDefinition(
                    entry.name(),
                    type(type.text()),
                    List.of(),
                    false,
                    null,
                    null,
                    List.of(),
                    null,
                    OnFail.QUARANTINE,
                    entry.location());
        }
        String typeName = rules.has("type") ? rules.text("type") : "string";
        ColumnType type = type(typeName == null ? "string" : typeName);
        checkRulesFitType(entry.name(), rules, type, typeName);
        return new ColumnDefinition(
                entry.name(),
                type,
                formats(rules),
                "true".equalsIgnoreCase(rules.text("required")),
                bound(rules.scalar("min")),
                bound(rules.scalar("max")),
                values(rules),
                pattern(rules.scalar("pattern")),
                "null".equals(rules.text("on_fail")) ? OnFail.NULL : OnFail.QUARANTINE,
                entry.location());
    }

    private static ColumnType type(String name) {
        return name.equals("enum") ? ColumnType.STRING : ColumnType.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private void checkRulesFitType(String column, Table rules, ColumnType type, @Nullable String typeName) {
        boolean number = type == ColumnType.DOUBLE || type == ColumnType.LONG;
        boolean time = type == ColumnType.DATE || type == ColumnType.TIMESTAMP;
        refuse(rules, List.of("min", "max"), number, column, typeName);
        refuse(rules, List.of("values", "pattern"), type == ColumnType.STRING, column, typeName);
        refuse(rules, List.of("format", "formats"), time, column, typeName);
        if ("enum".equals(typeName) && !rules.has("values")) {
            problems.add(
                    ErrorCode.MISSING_KEY,
                    rules.location(),
                    "the column `%s` is an `enum` without `values`".formatted(column),
                    "Maybe add `values: [A, B]`.");
        }
        Double min = bound(rules.scalar("min"));
        Double max = bound(rules.scalar("max"));
        Scalar maxText = rules.scalar("max");
        if (min != null && max != null && maxText != null && min > max) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    maxText.textLocation(),
                    "`max` (%s) of `%s` is below its `min` (%s)".formatted(maxText.raw(), column, rules.text("min")),
                    "Maybe they are exchanged.");
        }
        Entry format = rules.entries().get("format");
        if (format != null && rules.has("formats")) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    format.location(),
                    "the column `%s` has both `format` and `formats`, and one of them was expected".formatted(column),
                    "Maybe move it into the list `formats`.");
        }
    }

    private void refuse(Table rules, List<String> keys, boolean allowed, String column, @Nullable String typeName) {
        for (String key : keys) {
            Entry entry = rules.entries().get(key);
            if (!allowed && entry != null) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        entry.location(),
                        "`%s` says nothing about the column `%s` of type `%s`".formatted(key, column, typeName),
                        "Maybe its type is another.");
            }
        }
    }

    private static @Nullable Double bound(@Nullable Scalar text) {
        return text == null ? null : Numbers.real(text.text()).orElse(null);
    }

    private List<String> values(Table rules) {
        checkDistinct(rules.scalars("values"), "values");
        return rules.texts("values").stream().distinct().toList();
    }

    private @Nullable String pattern(@Nullable Scalar pattern) {
        if (pattern == null) {
            return null;
        }
        try {
            return Pattern.compile(pattern.text()).pattern();
        } catch (PatternSyntaxException e) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    pattern.textLocation(),
                    "`%s` is not a regular expression: %s".formatted(pattern.raw(), e.getDescription()),
                    null);
            return null;
        }
    }

    private List<String> formats(Table rules) {
        List<Scalar> written = new ArrayList<>(rules.scalars("formats"));
        Optional.ofNullable(rules.scalar("format")).ifPresent(written::add);
        List<String> formats = new ArrayList<>();
        for (Scalar format : written) {
            try {
                new DateTimeFormatterBuilder().appendPattern(format.text());
                formats.add(format.text());
            } catch (IllegalArgumentException e) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        format.textLocation(),
                        "`%s` is not a date pattern such as `dd/MM/yyyy`: %s".formatted(format.raw(), e.getMessage()),
                        null);
            }
        }
        return formats;
    }

    private Optional<CheckDefinition> check(Table table, SourceColumns known) {
        Scalar block = table.scalar("block");
        Scalar condition = block == null ? table.scalar("warn") : block;
        if (condition == null) {
            return Optional.empty(); // its only key was unknown, which is reported
        }
        Expressions.checkLoadCondition(condition, known, problems);
        return Optional.of(new CheckDefinition(block == null ? Severity.WARN : Severity.BLOCK, condition.located()));
    }
}

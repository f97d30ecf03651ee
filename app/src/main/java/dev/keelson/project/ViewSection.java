package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.expression.FoldExpression;
import dev.keelson.expression.PiRating;
import dev.keelson.expression.Strength;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition.Unpivot;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
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
import org.jspecify.annotations.Nullable;

/** Reads {@code entities} and {@code feature_views}. */
final class ViewSection {
    private final Problems problems;
    private final ShapeCheck shapes;
    private final Map<String, SourceColumns> sources;
    private final Set<String> sourceNames;
    private final Map<String, String> entities = new LinkedHashMap<>();
    private final Map<String, List<String>> keyParts = new LinkedHashMap<>();
    private final Map<String, ViewColumns> columns = new LinkedHashMap<>();
    private final List<FeatureViewDefinition> definitions = new ArrayList<>();
    private final List<SqlViewDefinition> sqlDefinitions = new ArrayList<>();

    /** @param sourceNames all names under {@code sources}, also of those that could not be read */
    ViewSection(Problems problems, ShapeCheck shapes, Map<String, SourceColumns> sources, Set<String> sourceNames) {
        this.problems = problems;
        this.shapes = shapes;
        this.sources = sources;
        this.sourceNames = sourceNames;
    }

    /** Entity to the name of its key. */
    Map<String, String> entities() {
        return entities;
    }

    /** What is known of each view. */
    Map<String, ViewColumns> columns() {
        return columns;
    }

    /** The views that could be read, in the order of the file. */
    List<FeatureViewDefinition> definitions() {
        return definitions;
    }

    /** The SQL views that could be read, in the order of the file. */
    List<SqlViewDefinition> sqlDefinitions() {
        return sqlDefinitions;
    }

    void read(Table project) {
        for (Entry entry : project.entriesOf("entities")) {
            Value key = entry.value() instanceof Table table ? table.get("key") : null;
            List<String> parts =
                    KeyText.parts(key).stream().map(part -> part.column().text()).toList();
            entities.put(entry.name(), parts.isEmpty() ? entry.name() : String.join("_", parts));
            keyParts.put(entry.name(), parts);
        }
        for (Entry entry : project.entriesOf("feature_views")) {
            if (entry.value() instanceof Table table) {
                if (table.has("sql")) {
                    sqlView(entry, table);
                } else if (complete(entry, table)) {
                    view(entry, table);
                }
            }
        }
    }

    /** Whether a view without a query says where its events are and what its features are. */
    private boolean complete(Entry entry, Table table) {
        boolean complete = true;
        for (String key : List.of("source", "features")) {
            if (!table.has(key)) {
                complete = false;
                shapes.missingKey(
                        key, entry.location(), "feature_views." + entry.name(), "Maybe add `%s:`.".formatted(key));
            }
        }
        Entry several = table.entries().get("sources");
        if (several != null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    several.location(),
                    "the view `%s` has `sources` without `sql`".formatted(entry.name()),
                    "Maybe `source` was meant.");
        }
        return complete;
    }

    private void sqlView(Entry entry, Table table) {
        for (String key : List.of("features", "unpivot", "key")) {
            Entry other = table.entries().get(key);
            if (other != null) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        other.location(),
                        "the view `%s` has both `sql` and `%s`, and one of them was expected".formatted(entry.name(), key),
                        "Maybe remove `%s`: the query gives keys and features.".formatted(key));
            }
        }
        Scalar entity = table.scalar("entity");
        Scalar sql = table.scalar("sql");
        if (entity != null && !entities.containsKey(entity.text())) {
            ProjectText.unknown("entity", entity.text(), entities.keySet(), entity.textLocation(), problems);
        }
        List<String> read = new ArrayList<>();
        for (Scalar source : sourcesOf(table)) {
            read.add(source.text());
            if (!sourceNames.contains(source.text())) {
                ProjectText.unknown("source", source.text(), sourceNames, source.textLocation(), problems);
            }
        }
        if (read.isEmpty()) {
            shapes.missingKey(
                    "sources",
                    entry.location(),
                    "feature_views." + entry.name(),
                    "Maybe add `sources: [NAME]`: the tables that the query reads.");
        }
        columns.put(entry.name(), new ViewColumns(entry.name(), entity == null ? "" : entity.text(), List.of(), true));
        Duration ttl = table.has("ttl") ? ProjectText.duration(table.scalar("ttl"), Duration.ZERO, problems) : null;
        if (entity != null && sql != null && !read.isEmpty()) {
            sqlDefinitions.add(new SqlViewDefinition(
                    entry.name(), entity.text(), read, sql.located(), ttl, entry.location()));
        }
    }

    private static List<Scalar> sourcesOf(Table table) {
        List<Scalar> sources = new ArrayList<>();
        if (table.scalar("source") != null) {
            sources.add(table.scalar("source"));
        }
        Entry several = table.entries().get("sources");
        if (several != null && several.value() instanceof Value.Items items) {
            for (Value value : items.values()) {
                if (value instanceof Scalar source) {
                    sources.add(source);
                }
            }
        }
        return sources;
    }

    private void view(Entry entry, Table table) {
        Scalar entity = table.scalar("entity");
        Scalar source = table.scalar("source");
        Value key = table.get("key");
        if (entity != null && !entities.containsKey(entity.text())) {
            ProjectText.unknown("entity", entity.text(), entities.keySet(), entity.textLocation(), problems);
        }
        if (source != null && !sourceNames.contains(source.text())) {
            ProjectText.unknown("source", source.text(), sourceNames, source.textLocation(), problems);
        }
        SourceColumns events = source == null ? null : sources.get(source.text());
        if (key != null && events != null) {
            KeyText.check(key, events, problems);
        }
        String entityKey = entity == null ? null : entities.get(entity.text());
        Entry unpivotEntry = table.entries().get("unpivot");
        if (key != null && unpivotEntry != null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    KeyText.parts(key).getFirst().location(),
                    "the view `%s` has both `key` and `unpivot`, and one of them was expected".formatted(entry.name()),
                    "Maybe remove `key`: `unpivot` says where the keys are.");
        }
        Duration ttl = table.has("ttl") ? ProjectText.duration(table.scalar("ttl"), Duration.ZERO, problems) : null;
        EventSchema schema = new EventSchema(null, events == null ? null : events.schema());
        if (unpivotEntry != null && unpivotEntry.value() instanceof Table unpivot) {
            schema = unpivot(entry.name(), unpivotEntry, unpivot, entityKey, events);
        }
        String keyColumn = KeyText.text(key);
        List<String> parts = entity == null ? List.of() : keyParts.getOrDefault(entity.text(), List.of());
        if (keyColumn == null
                && unpivotEntry == null
                && !parts.isEmpty()
                && events != null
                && parts.stream().allMatch(events.schema()::contains)) {
            keyColumn = KeyText.text(parts);
        }
        List<FeatureDefinition> features = new ArrayList<>();
        List<String> names = new ArrayList<>();
        boolean needsKey = false;
        for (NamedFold feature : namedFolds(table)) {
            features.add(new FeatureDefinition(feature.name(), feature.text().located()));
            Optional<FoldExpression> parsed = events == null || schema.schema() == null
                    ? Optional.empty()
                    : Expressions.fold(feature.text(), schema.schema(), events.complete(), problems);
            names.addAll(parsed.map(fold -> fold.names(feature.name()))
                    .orElseGet(() -> FoldExpression.names(feature.name(), feature.text().located())));
            if (parsed.isPresent() && events != null) {
                needsKey |= needsKey(entry.name(), feature, parsed.get(), events);
            }
        }
        if (needsKey && keyColumn == null && unpivotEntry == null) {
            shapes.missingKey(
                    "key",
                    entry.location(),
                    "feature_views." + entry.name(),
                    entityKey == null
                            ? null
                            : "Maybe add `key: COLUMN`: the column that holds the key `%s`.".formatted(entityKey));
        }
        columns.put(
                entry.name(),
                new ViewColumns(
                        entry.name(),
                        entity == null ? "" : entity.text(),
                        names,
                        false));
        if (entity != null && source != null) {
            definitions.add(new FeatureViewDefinition(
                    entry.name(),
                    entity.text(),
                    source.text(),
                    keyColumn,
                    schema.unpivot(),
                    ttl,
                    features,
                    entry.location()));
        }
    }

    /** A feature and what it is: of a mapping, or a column of a list, which is the feature's name. */
    private record NamedFold(String name, Scalar text) {}

    private static List<NamedFold> namedFolds(Table view) {
        List<NamedFold> folds = new ArrayList<>();
        for (Scalar column : view.get("features") instanceof Value.Items ? view.scalars("features") : List.<Scalar>of()) {
            folds.add(new NamedFold(column.text(), column));
        }
        for (Entry feature : view.entriesOf("features")) {
            if (feature.value() instanceof Scalar text) {
                folds.add(new NamedFold(feature.name(), text));
            }
        }
        return folds;
    }

    /** Checks a feature; tells whether it needs to be told whose events it is over. */
    private boolean needsKey(String view, NamedFold feature, FoldExpression fold, SourceColumns events) {
        boolean column = fold instanceof FoldExpression.RequestExpression plain
                && plain.expression().isColumn();
        if (fold.atRequest() && !column) {
            refuseRequestValue(view, feature, fold, events);
            return false;
        }
        List<String> sides = switch (fold) {
            case FoldExpression.Elo elo -> List.of(elo.home(), elo.away());
            case PiRating rating -> List.of(rating.home(), rating.away());
            case Strength strength -> List.of(strength.home(), strength.away());
            case FoldExpression other -> List.of();
        };
        for (String side : sides) {
            events.checkKey(
                    new Located(side, Expressions.place(feature.text().located(), side)),
                    feature.text().textLocation(),
                    problems);
        }
        Expressions.checkFeature(feature.text(), fold.type(), feature.name(), problems);
        return sides.isEmpty();
    }

    /** A view gives what was known before; a value of the row itself does not belong to it. */
    private void refuseRequestValue(String view, NamedFold feature, FoldExpression fold, SourceColumns events) {
        Scalar text = feature.text();
        Set<String> columns = new LinkedHashSet<>(fold.columns());
        String reader = "the feature `" + feature.name() + "` of `" + view + "`";
        if (!Expressions.refuseOutcomes(text, columns, events, Set.of(), reader, problems)) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "the feature `%s` of `%s` is computed from the row itself, and a fold over past events was expected"
                            .formatted(feature.name(), view),
                    "Maybe list it under the model's `features` instead, or write `last(%s) over last event`."
                            .formatted(
                                    fold.columns().isEmpty()
                                            ? "COLUMN"
                                            : fold.columns().getFirst()));
        }
    }

    /** The columns of a view's events, null when they are not known. */
    private record EventSchema(
            @Nullable Unpivot unpivot, @Nullable Schema schema) {}

    private EventSchema unpivot(
            String view, Entry owner, Table table, @Nullable String entityKey, @Nullable SourceColumns source) {
        String path = "feature_views." + view + ".unpivot";
        Entry keyEntry = null;
        for (Entry entry : table.all()) {
            if (entry.name().equals("columns") || entry.name().equals("derive")) {
                continue;
            }
            if (entityKey == null || entry.name().equals(entityKey)) {
                keyEntry = entry;
            } else {
                shapes.unknownKey(entry, List.of(entityKey, "columns", "derive"), path);
            }
        }
        if (keyEntry == null) {
            if (entityKey != null) {
                shapes.missingKey(
                        entityKey,
                        owner.location(),
                        path,
                        "Maybe add `%s: { home: COLUMN, away: COLUMN }`.".formatted(entityKey));
            }
            return new EventSchema(null, null);
        }
        if (!(shapes.fit(keyEntry.value(), ProjectGrammar.ROLES, path + "." + keyEntry.name())
                instanceof Table roles)) {
            return new EventSchema(null, null);
        }
        Map<String, String> keyByRole = new LinkedHashMap<>();
        for (Entry role : roles.all()) {
            keyByRole.put(role.name(), keyOf(role, source));
        }
        List<Column> events = new ArrayList<>();
        refuseTaken(keyEntry, events, source);
        Optional<ColumnType> keyType = typeOf(keyEntry, roles, source);
        boolean known = keyType.isPresent();
        events.add(new Column(keyEntry.name(), keyType.orElse(ColumnType.STRING)));
        Map<String, Map<String, String>> columnsByRole = new LinkedHashMap<>();
        for (Entry column : table.entriesOf("columns")) {
            if (!(column.value() instanceof Table byRole)) {
                continue;
            }
            columnsByRole.put(column.name(), byRole(path, column, byRole, keyByRole.keySet(), source));
            Optional<ColumnType> type = typeOf(column, byRole, source);
            known &= type.isPresent();
            if (!refuseTaken(column, events, source)) {
                events.add(new Column(column.name(), type.orElse(ColumnType.DOUBLE)));
            }
        }
        Map<String, Located> derive = new LinkedHashMap<>();
        for (Entry derived : table.entriesOf("derive")) {
            if (!(derived.value() instanceof Scalar text)) {
                continue;
            }
            derive.put(derived.name(), text.located());
            if (refuseTaken(derived, events, source)) {
                continue;
            }
            ColumnType type = ColumnType.DOUBLE;
            if (known && source != null) {
                Optional<Expressions.Scalars> parsed =
                        Expressions.scalar(text, source.with(events), source.complete(), problems);
                known = parsed.isPresent();
                type = parsed.map(Expressions.Scalars::type).orElse(type);
            }
            events.add(new Column(derived.name(), type));
        }
        Unpivot unpivot = new Unpivot(keyEntry.name(), keyByRole, columnsByRole, derive);
        return new EventSchema(unpivot, known && source != null ? source.with(events) : null);
    }

    /** Reports a name that another column of the same events has. */
    private boolean refuseTaken(Entry column, List<Column> events, @Nullable SourceColumns source) {
        boolean ofSource = source != null && source.schema().contains(column.name());
        boolean taken =
                ofSource || events.stream().anyMatch(other -> other.name().equals(column.name()));
        if (taken) {
            problems.add(
                    ErrorCode.DUPLICATE_KEY,
                    column.location(),
                    "`%s` is the name of another column of these events".formatted(column.name()),
                    ofSource ? "Maybe another name: columns of the source keep theirs." : "Maybe choose another name.");
        }
        return taken;
    }

    private String keyOf(Entry role, @Nullable SourceColumns source) {
        Scalar column = (Scalar) role.value();
        if (source != null) {
            source.checkKey(column.located(), column.location(), problems);
        }
        return column.text();
    }

    private String columnOf(Entry role, @Nullable SourceColumns source) {
        Scalar column = (Scalar) role.value();
        if (source != null) {
            source.check(column.located(), column.location(), problems);
        }
        return column.text();
    }

    private Map<String, String> byRole(
            String path, Entry column, Table table, Set<String> roles, @Nullable SourceColumns source) {
        Map<String, String> byRole = new LinkedHashMap<>();
        for (Entry role : table.all()) {
            if (!roles.contains(role.name())) {
                ProjectText.unknown("role", role.name(), roles, role.location(), problems);
            }
            byRole.put(role.name(), columnOf(role, source));
        }
        for (String role : roles) {
            if (!byRole.containsKey(role)) {
                shapes.missingKey(
                        role,
                        column.location(),
                        path + ".columns." + column.name(),
                        "Maybe add `%s: COLUMN`: each role needs its own.".formatted(role));
            }
        }
        return byRole;
    }

    /** The one type that the column has in every role; empty when it is not known. */
    private Optional<ColumnType> typeOf(Entry column, Table byRole, @Nullable SourceColumns source) {
        Optional<ColumnType> first = Optional.empty();
        for (Entry role : byRole.all()) {
            Optional<ColumnType> type = source == null ? Optional.empty() : source.type(((Scalar) role.value()).text());
            if (type.isEmpty()) {
                return Optional.empty();
            }
            if (first.isPresent() && !first.equals(type)) {
                Location at = ((Scalar) role.value()).textLocation();
                problems.add(
                        ErrorCode.EXPRESSION_TYPE,
                        at,
                        "`%s` is of type %s for the role `%s` and of type %s for another, and one type was expected"
                                .formatted(
                                        column.name(),
                                        ProjectText.of(type.get()),
                                        role.name(),
                                        ProjectText.of(first.get())),
                        null);
                return Optional.empty();
            }
            first = type;
        }
        return first;
    }
}

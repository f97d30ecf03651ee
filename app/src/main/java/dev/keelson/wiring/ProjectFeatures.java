package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Expression;
import dev.keelson.expression.FoldExpression;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.features.spi.JoinRequest.EntityRows;
import dev.keelson.features.spi.JoinRequest.FeatureRows;
import dev.keelson.features.JoinSummary;
import dev.keelson.features.JoinSummary.ViewSummary;
import dev.keelson.frame.Column;
import dev.keelson.frame.Schema;
import dev.keelson.project.Project;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbPointInTimeJoin;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.files.ProjectOwner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The feature views of a project, and their values as of any time. */
public final class ProjectFeatures {
    private static final Pattern PART = Pattern.compile("\\{([^{}]+)\\}");

    private ProjectFeatures() {}

    /** How a view comes by its values. */
    public enum Kind {
        /** Folds over events. */
        FOLDS,
        /** Columns of its source as they are. */
        COLUMNS,
        /** The rows of a query. */
        SQL
    }

    /**
     * A view.
     *
     * @param key names of the columns that hold the entity's key in rows asked about
     * @param sources what it reads
     * @param features feature to its definition, in order; empty for a query that never ran: its columns are known then
     */
    public record View(
            String name,
            Kind kind,
            String entity,
            List<String> key,
            List<String> sources,
            Map<String, String> features,
            @Nullable Duration ttl) {
        public View {
            key = List.copyOf(key);
            sources = List.copyOf(sources);
            features = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(features));
        }
    }

    /**
     * What is asked of history.
     *
     * @param entities a .parquet or .csv file of rows with the keys of the views' entities
     * @param asOf its column that says as of when
     * @param features {@code view:feature} or {@code view:*}, at least one
     * @param where view to a condition on its rows; for views of columns and of queries
     */
    public record History(Path entities, String asOf, List<String> features, Map<String, String> where) {
        public History {
            features = List.copyOf(features);
            where = Map.copyOf(where);
        }
    }

    /**
     * What was written.
     *
     * @param summary counts of statuses for each view
     * @param versions source or materialised view to the version that was read
     */
    public record Written(JoinSummary summary, Map<String, DatasetVersion> versions) {}

    /** All views, those of folds and columns first, each group in the order of the project file. */
    public static List<View> list(Project project) {
        List<View> views = new ArrayList<>();
        for (FeatureViewDefinition view : project.views()) {
            Map<String, String> features = new LinkedHashMap<>();
            view.features().forEach(feature -> FoldExpression.names(feature.name(), feature.text())
                    .forEach(name -> features.put(name, feature.text().text())));
            views.add(new View(
                    view.name(),
                    hasPlainColumnsOnly(view) ? Kind.COLUMNS : Kind.FOLDS,
                    view.entity(),
                    isPattern(view.key()) ? parts(view.key()) : key(project, view.entity()),
                    List.of(view.source()),
                    features,
                    view.ttl()));
        }
        if (project.sqlViews().isEmpty()) {
            return views;
        }
        try (Workspace workspace = Workspace.reading(project)) {
            Map<String, DatasetVersion> stored = SqlViewRows.stored(workspace);
            for (SqlViewDefinition view : project.sqlViews()) {
                DatasetVersion version = stored.get(view.dataset());
                Map<String, String> features = new LinkedHashMap<>();
                if (version != null) {
                    view.features(version.schema(), SqlViewRows.key(project, view))
                            .forEach(column -> features.put(column.name(), "a column of its query"));
                }
                views.add(new View(
                        view.name(),
                        Kind.SQL,
                        view.entity(),
                        key(project, view.entity()),
                        view.sources(),
                        features,
                        view.ttl()));
            }
        }
        return views;
    }

    /** Each of its features is a name, which can only be that of a column, and stands for the column's value. */
    private static boolean hasPlainColumnsOnly(FeatureViewDefinition view) {
        return view.unpivot() == null
                && !isPattern(view.key())
                && view.features().stream().allMatch(feature -> columnOf(feature) != null);
    }

    private static @Nullable String columnOf(FeatureDefinition feature) {
        String text = feature.text().text().strip();
        if (text.matches("[\\p{L}_][\\p{L}\\p{N}_]*")) {
            return text;
        }
        return text.matches("\"[^\"]+\"") ? text.substring(1, text.length() - 1) : null;
    }

    private static List<String> key(Project project, String entity) {
        return List.of(project.entities().getOrDefault(entity, entity));
    }

    /** Whether a key is made of several columns, such as {@code {sport}_{market}}. */
    static boolean isPattern(@Nullable String key) {
        return key != null && key.contains("{");
    }

    /** The columns of such a key. */
    static List<String> parts(@Nullable String key) {
        return key == null
                ? List.of()
                : PART.matcher(key).results().map(part -> part.group(1)).toList();
    }

    /**
     * Writes the values that features had, one row for each row asked about, in their order.
     *
     * @param out a .parquet or .csv file
     * @throws KeelsonException as {@link dev.keelson.features.spi.PointInTimeJoin#toFile} does; UNKNOWN_REFERENCE for a
     *     view or feature that is not there; DATASET_NOT_FOUND when a source was never loaded; PROJECT_IN_USE when a view
     *     of a query is asked for while another process owns the project
     */
    public static Written history(Project project, History history, Path out, InstantSource clock) {
        Map<String, List<String>> asked = asked(project, history.features());
        Map<String, View> views = new LinkedHashMap<>();
        list(project).forEach(view -> views.put(view.name(), view));
        history.where().keySet().forEach(view -> {
            if (!asked.containsKey(view)) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "There is a condition on the view (%s), of which no feature is asked.".formatted(view),
                        "Maybe one of %s was meant.".formatted(asked.keySet()));
            }
        });
        boolean writes = asked.keySet().stream().map(views::get).anyMatch(view -> view != null && view.kind() == Kind.SQL);
        ProjectOwner owner = writes ? Workspace.own(project) : null;
        try (Workspace workspace = new Workspace(project);
                DuckDb engine = new DuckDb(settings(workspace))) {
            Call call = new Call(
                    project,
                    workspace,
                    history,
                    new DuckDbPointInTimeJoin(engine, workspace.datasets()),
                    clock,
                    new LinkedHashMap<>());
            JoinSummary summary = call.write(views, asked, out);
            return new Written(summary, call.versions);
        } finally {
            if (owner != null) {
                owner.close();
            }
        }
    }

    private static DuckDbSettings settings(Workspace workspace) {
        return new DuckDbSettings(
                        SqlViewRows.MEMORY.memoryMegabytes(),
                        SqlViewRows.MEMORY.threads(),
                        workspace.state().root().resolve("spill"))
                .orAsToldBySystem();
    }

    /** View to its features, in the order asked. */
    private static Map<String, List<String>> asked(Project project, List<String> selectors) {
        Map<String, Set<String>> asked = new LinkedHashMap<>();
        List<String> names = list(project).stream().map(View::name).toList();
        for (String selector : selectors) {
            int colon = selector.indexOf(':');
            if (colon < 1 || colon == selector.length() - 1) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The selector (%s) is not understood; `view:feature` or `view:*` was expected.".formatted(selector),
                        "Maybe `keelson features list` shows them.");
            }
            String view = selector.substring(0, colon);
            if (!names.contains(view)) {
                throw new KeelsonException(
                        ErrorCode.UNKNOWN_REFERENCE,
                        "There is no feature view (%s); there are %s.".formatted(view, names),
                        Suggestion.sentence(view, names).orElse(null));
            }
            asked.computeIfAbsent(view, unknown -> new LinkedHashSet<>()).add(selector.substring(colon + 1));
        }
        Map<String, List<String>> lists = new LinkedHashMap<>();
        asked.forEach((view, features) -> lists.put(view, List.copyOf(features)));
        return lists;
    }

    /** The features of a view that selectors name; a star stands for all. */
    private static List<String> select(String view, List<String> selected, List<String> there) {
        Set<String> features = new LinkedHashSet<>();
        for (String feature : selected) {
            if (feature.equals("*")) {
                features.addAll(there);
            } else if (there.contains(feature)) {
                features.add(feature);
            } else {
                throw new KeelsonException(
                        ErrorCode.UNKNOWN_REFERENCE,
                        "The feature view (%s) has no feature (%s); it has %s.".formatted(view, feature, there),
                        Suggestion.sentence(feature, there).orElse(null));
            }
        }
        return List.copyOf(features);
    }

    /** One call: what it needs, and the versions that it read. */
    private record Call(
            Project project,
            Workspace workspace,
            History history,
            DuckDbPointInTimeJoin join,
            InstantSource clock,
            Map<String, DatasetVersion> versions) {

        JoinSummary write(Map<String, View> views, Map<String, List<String>> asked, Path out) {
            List<JoinRequest.View> joined = new ArrayList<>();
            List<FoldHistory.Wanted> folded = new ArrayList<>();
            asked.forEach((name, selected) -> {
                View view = views.get(name);
                if (view == null) {
                    throw new IllegalStateException("The view (%s) was looked up before.".formatted(name));
                }
                switch (view.kind()) {
                    case SQL -> joined.add(ofQuery(view, selected));
                    case COLUMNS -> joined.add(ofColumns(view, selected));
                    case FOLDS -> folded.add(ofFolds(view, selected));
                }
            });
            JoinRequest request = new JoinRequest(new EntityRows.InFile(history.entities()), history.asOf(), joined);
            if (folded.isEmpty()) {
                return join.toFile(request, out);
            }
            // folds run in memory, over the rows with what was joined
            FoldHistory folds = new FoldHistory(project, workspace.datasets(), versions);
            FoldHistory.Result result = folds.add(join.toFrame(request), history.asOf(), folded);
            join.toFile(new JoinRequest(new EntityRows.InFrame(result.rows()), history.asOf(), List.of()), out);
            List<ViewSummary> summaries = new ArrayList<>();
            joined.forEach(view -> summaries.add(FoldHistory.summary(view.name(), result.rows())));
            summaries.addAll(result.summaries());
            return new JoinSummary(result.rows().rows(), summaries);
        }

        private DatasetVersion latest(String source) {
            return versions.computeIfAbsent(source, name -> workspace
                    .datasets()
                    .latest(name)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.DATASET_NOT_FOUND,
                            "The source (%s) has not been loaded yet.".formatted(name),
                            "Maybe run `keelson data load`.")));
        }

        private JoinRequest.View ofColumns(View view, List<String> selected) {
            FeatureViewDefinition definition = project.views().stream()
                    .filter(each -> each.name().equals(view.name()))
                    .findFirst()
                    .orElseThrow();
            DatasetVersion version = latest(definition.source());
            List<String> key = definition.key() == null ? view.key() : List.of(definition.key());
            List<JoinRequest.Key> keys = new ArrayList<>();
            for (int i = 0; i < view.key().size(); i++) {
                keys.add(new JoinRequest.Key(view.key().get(i), key.get(Math.min(i, key.size() - 1))));
            }
            List<String> names = select(view.name(), selected, List.copyOf(view.features().keySet()));
            Map<String, String> columnByName = new LinkedHashMap<>();
            for (FeatureDefinition feature : definition.features()) {
                String column = columnOf(feature);
                if (column != null && names.contains(feature.name())) {
                    columnByName.put(feature.name(), column);
                }
            }
            return new JoinRequest.View(
                    view.name(),
                    new FeatureRows.OfVersion(version),
                    keys,
                    names,
                    columnByName,
                    view.ttl(),
                    where(view, version.schema()));
        }

        private JoinRequest.View ofQuery(View view, List<String> selected) {
            SqlViewDefinition definition = project.sqlViews().stream()
                    .filter(each -> each.name().equals(view.name()))
                    .findFirst()
                    .orElseThrow();
            Map<String, DatasetVersion> sources = new LinkedHashMap<>();
            view.sources().forEach(name -> sources.put(name, latest(name)));
            DatasetVersion version =
                    SqlViewRows.of(workspace).refresh(workspace, definition, sources, clock.instant());
            versions.put(definition.dataset(), version);
            List<String> there = definition.features(version.schema(), view.key().getFirst()).stream()
                    .map(Column::name)
                    .toList();
            return new JoinRequest.View(
                    view.name(),
                    new FeatureRows.OfVersion(version),
                    view.key().stream().map(key -> new JoinRequest.Key(key, key)).toList(),
                    select(view.name(), selected, there),
                    Map.of(),
                    view.ttl(),
                    where(view, version.schema()));
        }

        private FoldHistory.Wanted ofFolds(View view, List<String> selected) {
            if (history.where().containsKey(view.name())) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The view (%s) is computed by folds, which take every row; a condition was given.".formatted(view.name()),
                        "Maybe write the condition into its definitions.");
            }
            FeatureViewDefinition definition = project.views().stream()
                    .filter(each -> each.name().equals(view.name()))
                    .findFirst()
                    .orElseThrow();
            latest(definition.source());
            return new FoldHistory.Wanted(
                    definition, select(view.name(), selected, List.copyOf(view.features().keySet())));
        }

        private @Nullable Expression where(View view, Schema schema) {
            String text = history.where().get(view.name());
            return text == null ? null : Expression.parse(Located.of(text), schema);
        }
    }
}

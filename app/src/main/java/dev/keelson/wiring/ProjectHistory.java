package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Expression;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.JoinSummary;
import dev.keelson.features.JoinSummary.ViewSummary;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.features.spi.JoinRequest.EntityRows;
import dev.keelson.features.spi.JoinRequest.FeatureRows;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.http.FeatureHistory;
import dev.keelson.project.Project;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbPointInTimeJoin;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StoreErrors;
import dev.keelson.wiring.ProjectFeatures.Kind;
import dev.keelson.wiring.ProjectFeatures.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The values that features had, from the stores of a project. Looks only, unless it may own the project and nobody else does:
 * then the rows of queries that are out of date are kept when they have been computed again. One question at a time is answered,
 * which bounds the memory.
 */
final class ProjectHistory implements FeatureHistory {
    private final Supplier<Project> project;
    private final InstantSource clock;
    private final boolean mayOwn;

    /** @param project what the project file says when a question is asked */
    ProjectHistory(Supplier<Project> project, InstantSource clock, boolean mayOwn) {
        this.project = project;
        this.clock = clock;
        this.mayOwn = mayOwn;
    }

    @Override
    public Answer rows(Question question) {
        return answer(question, Call::rows);
    }

    @Override
    public Read write(Question question, Path out) {
        return answer(question, call -> call.write(out));
    }

    private synchronized <T> T answer(Question question, Function<Call, T> work) {
        Project current = project.get();
        Map<String, View> views = new LinkedHashMap<>();
        ProjectFeatures.list(current).forEach(view -> views.put(view.name(), view));
        Map<String, List<String>> asked = asked(views.keySet(), question.features());
        question.where().keySet().forEach(view -> {
            if (!asked.containsKey(view)) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "There is a condition on the view (%s), of which no feature is asked.".formatted(view),
                        "Maybe one of %s was meant.".formatted(asked.keySet()));
            }
        });
        Map<View, List<String>> wanted = new LinkedHashMap<>();
        asked.forEach((view, features) -> wanted.put(Objects.requireNonNull(views.get(view)), features));
        boolean queries = wanted.keySet().stream().anyMatch(view -> view.kind() == Kind.SQL);
        try (Stores stores = Stores.open(current, queries && mayOwn)) {
            return work.apply(new Call(
                    current,
                    stores,
                    question,
                    wanted,
                    new DuckDbPointInTimeJoin(stores.engine(), stores.workspace().datasets()),
                    clock,
                    new LinkedHashMap<>()));
        }
    }

    /** View to its features, in the order asked. */
    private static Map<String, List<String>> asked(Set<String> names, List<String> selectors) {
        Map<String, Set<String>> asked = new LinkedHashMap<>();
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

    /**
     * The stores of one answer.
     *
     * @param owner null for those that only look
     * @param scratch for what is needed no longer than the answer
     */
    private record Stores(@Nullable ProjectOwner owner, Workspace workspace, DuckDb engine, Path scratch)
            implements AutoCloseable {

        static Stores open(Project project, boolean mayOwn) {
            Path scratch = newScratch();
            ProjectOwner owner = mayOwn ? ownUnlessInUse(project) : null;
            DuckDbSettings memory = SqlViewRows.MEMORY;
            return new Stores(
                    owner,
                    owner == null ? Workspace.reading(project) : new Workspace(project),
                    new DuckDb(new DuckDbSettings(memory.memoryMegabytes(), memory.threads(), scratch.resolve("spill"))
                            .orAsToldBySystem()),
                    scratch);
        }

        private static Path newScratch() {
            try {
                return Files.createTempDirectory("keelson-history-");
            } catch (IOException e) {
                throw StoreErrors.writing(Path.of(System.getProperty("java.io.tmpdir")), e);
            }
        }

        private static @Nullable ProjectOwner ownUnlessInUse(Project project) {
            try {
                return Workspace.own(project);
            } catch (KeelsonException e) {
                if (e.code() == ErrorCode.PROJECT_IN_USE) {
                    return null;
                }
                throw e;
            }
        }

        SqlViewRows.Looked rows(SqlViewDefinition view, Map<String, DatasetVersion> sources, Instant now) {
            return owner == null
                    ? SqlViewRows.look(workspace, view, sources, now, scratch)
                    : SqlViewRows.Looked.of(SqlViewRows.of(workspace).refresh(workspace, view, sources, now));
        }

        @Override
        public void close() {
            engine.close();
            workspace.close();
            if (owner != null) {
                owner.close();
            }
            try {
                DurableFiles.deleteAll(scratch);
            } catch (IOException e) {
                throw StoreErrors.writing(scratch, e);
            }
        }
    }

    /** One call: what it needs, and the versions that it read. */
    private record Call(
            Project project,
            Stores stores,
            Question question,
            Map<View, List<String>> wanted,
            DuckDbPointInTimeJoin join,
            InstantSource clock,
            Map<String, DatasetVersion> versions) {

        /** What is left to join when folds have run, and what is known of the views; null when the join itself tells it. */
        private record Joined(JoinRequest request, @Nullable JoinSummary summary) {}

        Read write(Path out) {
            Joined joined = joined();
            JoinSummary summary = join.toFile(joined.request(), out);
            return new Read(Objects.requireNonNullElse(joined.summary(), summary), versions);
        }

        Answer rows() {
            Joined joined = joined();
            Frame rows = join.toFrame(joined.request());
            JoinSummary summary = joined.summary();
            return new Answer(
                    rows,
                    new Read(
                            summary == null ? new JoinSummary(rows.rows(), summaries(joined.request().views(), rows)) : summary,
                            versions));
        }

        private static List<ViewSummary> summaries(List<JoinRequest.View> views, Frame rows) {
            return views.stream().map(view -> FoldHistory.summary(view.name(), rows)).toList();
        }

        private Joined joined() {
            List<JoinRequest.View> views = new ArrayList<>();
            List<FoldHistory.Wanted> folded = new ArrayList<>();
            wanted.forEach((view, selected) -> {
                switch (view.kind()) {
                    case SQL -> views.add(ofQuery(view, selected));
                    case COLUMNS -> views.add(ofColumns(view, selected));
                    case FOLDS -> folded.add(ofFolds(view, selected));
                }
            });
            JoinRequest request = new JoinRequest(new EntityRows.InFile(question.entities()), question.asOf(), views);
            if (folded.isEmpty()) {
                return new Joined(request, null);
            }
            // folds run in memory, over the rows with what was joined
            FoldHistory folds = new FoldHistory(project, stores.workspace().datasets(), versions);
            FoldHistory.Result result = folds.add(join.toFrame(request), question.asOf(), folded);
            List<ViewSummary> summaries = new ArrayList<>(summaries(views, result.rows()));
            summaries.addAll(result.summaries());
            return new Joined(
                    new JoinRequest(new EntityRows.InFrame(result.rows()), question.asOf(), List.of()),
                    new JoinSummary(result.rows().rows(), summaries));
        }

        private DatasetVersion latest(String source) {
            return versions.computeIfAbsent(source, name -> stores.workspace()
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
                String column = ProjectFeatures.columnOf(feature);
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
            SqlViewRows.Looked looked = stores.rows(definition, sources, clock.instant());
            DatasetVersion version = looked.version();
            versions.put(definition.dataset(), version);
            List<String> there = definition.features(version.schema(), view.key().getFirst()).stream()
                    .map(Column::name)
                    .toList();
            return new JoinRequest.View(
                    view.name(),
                    looked.rows(),
                    view.key().stream().map(key -> new JoinRequest.Key(key, key)).toList(),
                    select(view.name(), selected, there),
                    Map.of(),
                    view.ttl(),
                    where(view, version.schema()));
        }

        private FoldHistory.Wanted ofFolds(View view, List<String> selected) {
            if (question.where().containsKey(view.name())) {
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
            String text = question.where().get(view.name());
            return text == null ? null : Expression.parse(Located.of(text), schema);
        }
    }
}

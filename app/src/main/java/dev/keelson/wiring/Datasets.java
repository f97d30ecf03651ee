package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetDifference;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceRows;
import dev.keelson.data.Validation;
import dev.keelson.data.ValidationReport;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.http.DataBackend;
import dev.keelson.http.DataChanges;
import dev.keelson.http.DatasetDetails;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The data of a project over its real stores. */
public final class Datasets implements DataBackend {
    private static final Pattern ID = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");
    private static final List<String> NAMING = List.of("drift", "decay", "label_shift", "replay_step", "comparison");

    private final Workspace workspace;
    private final InstantSource clock;
    private final Supplier<Project> current;
    private final Set<String> inUse;

    Datasets(Workspace workspace, InstantSource clock) {
        this(workspace, clock, workspace::project, Set.of());
    }

    /**
     * @param current the project as its file says now, by which data are checked
     * @param inUse ids of versions that may not be removed
     */
    Datasets(Workspace workspace, InstantSource clock, Supplier<Project> current, Set<String> inUse) {
        this.workspace = workspace;
        this.clock = clock;
        this.current = current;
        this.inUse = Set.copyOf(inUse);
    }

    /**
     * Changes the data of a project: this process owns it meanwhile, or asks the one that serves it.
     *
     * @throws KeelsonException PROJECT_IN_USE when another process owns the project without serving it
     */
    public static <T> T change(Project project, InstantSource clock, Function<DataChanges, T> work) {
        Optional<OwnerClient> served = OwnerClient.of(project);
        if (served.isPresent()) {
            try (OwnerClient client = served.get()) {
                return work.apply(new ServedDatasets(project, clock, client));
            }
        }
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            return work.apply(new Datasets(workspace, clock));
        } finally {
            owner.close();
        }
    }

    /**
     * Looks at the data of a project, also while another process owns it; nothing is changed.
     *
     * @throws KeelsonException DATASET_NOT_FOUND when nothing was ever loaded
     */
    public static <T> T look(Project project, InstantSource clock, Function<Datasets, T> work) {
        try (Workspace workspace = Workspace.reading(project)) {
            if (!workspace.hasCatalog()) {
                throw new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND, "No data has been loaded yet.", "Maybe run `keelson data load`.");
            }
            return work.apply(new Datasets(workspace, clock));
        }
    }

    private SourceDefinition source(@Nullable String name) {
        return source(workspace.project(), name);
    }

    /**
     * The source of that name; with null the one that is meant where none is named.
     *
     * @throws KeelsonException UNKNOWN_REFERENCE with the closest name
     */
    static SourceDefinition source(Project project, @Nullable String name) {
        return name == null ? ProjectModels.main(project) : Projects.source(project, name);
    }

    /**
     * The name of a dataset: of a source, as {@link #source(Project, String)}, or {@code view.NAME} of a view of a query.
     *
     * @throws KeelsonException UNKNOWN_REFERENCE with the closest name
     */
    static String dataset(Project project, @Nullable String name) {
        return view(project, name).map(SqlViewDefinition::dataset).orElseGet(() -> source(project, name).name());
    }

    private static Optional<SqlViewDefinition> view(Project project, @Nullable String name) {
        return project.sqlViews().stream().filter(view -> view.dataset().equals(name)).findFirst();
    }

    /** Why a dataset has no version. */
    static KeelsonException notLoaded(Project project, String dataset) {
        return view(project, dataset)
                .map(SqlViewRows::missing)
                .orElseGet(() -> new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND,
                        "No data of the source (%s) has been loaded yet.".formatted(dataset),
                        "Maybe run `keelson data load`."));
    }

    private String dataset(@Nullable String name) {
        return dataset(workspace.project(), name);
    }

    private DatasetStore store() {
        return workspace.datasets();
    }

    @Override
    public List<LoadReport> load(@Nullable String source) {
        Project project = current.get();
        return source == null
                ? RunPipeline.loadAll(workspace, project, clock.instant(), step -> {})
                : List.of(RunPipeline.load(workspace, source(project, source), clock.instant(), step -> {}));
    }

    /**
     * Why the next load makes the dataset of a source anew, by source; those whose dataset stays are missing. Looks only, also
     * while another process owns the project.
     */
    public static Map<String, List<String>> changes(Project project) {
        try (Workspace workspace = Workspace.reading(project)) {
            Map<String, List<String>> changes = new LinkedHashMap<>();
            for (SourceDefinition source : project.sources()) {
                List<String> found = workspace.changes(source);
                if (!found.isEmpty()) {
                    changes.put(source.name(), found);
                }
            }
            return changes;
        }
    }

    // ---- checks

    @Override
    public ValidationReport check(@Nullable String source, @Nullable String version) {
        return check(
                workspace,
                source(current.get(), source),
                version == null ? null : version(source, version),
                clock.instant());
    }

    @Override
    public List<ValidationReport> checkAll() {
        Project project = current.get();
        if (project.sources().isEmpty()) {
            ProjectModels.main(project); // says that there is none
        }
        List<ValidationReport> reports = new ArrayList<>();
        for (SourceDefinition source : project.sources()) {
            reports.add(check(workspace, source, null, clock.instant()));
        }
        return reports;
    }

    /**
     * The body of a scheduled validation: looks at a source or one of its versions and keeps the report, with an entry in the
     * list of reports of kind {@code validation}.
     */
    static ValidationReport check(
            Workspace workspace, SourceDefinition source, @Nullable DatasetVersion version, Instant now) {
        Validation validation = new Validation(workspace.datasets());
        List<String> changes = workspace.changes(source);
        DatasetVersion latest =
                changes.isEmpty() ? workspace.datasets().latest(source.name()).orElse(null) : null;
        ValidationReport report = version == null
                ? validation.source(source, () -> workspace.readSource(source, latest), changes, now)
                : validation.version(source, version, now);
        workspace.catalog()
                .update(tx -> tx.putReport(new StoredReport(
                        "validation-" + source.name() + "-" + now,
                        "validation",
                        source.name(),
                        now,
                        report.verdict().name().toLowerCase(Locale.ROOT),
                        report.toJson().toString())));
        return report;
    }

    @Override
    public List<StoredReport> checks(@Nullable String source, int limit) {
        String name = source == null ? null : source(source).name();
        return read(tx -> tx.reports("validation", name, limit));
    }

    // ---- review

    @Override
    public List<Review.Item> review(@Nullable String source) {
        return sources(source).stream().flatMap(each -> review(each).stream()).toList();
    }

    /** The source of that name; all with null. */
    private List<SourceDefinition> sources(@Nullable String name) {
        List<SourceDefinition> all = workspace.project().sources();
        return name == null && !all.isEmpty() ? all : List.of(source(name)); // which says that there is none
    }

    private List<Review.Item> review(SourceDefinition source) {
        List<StoredReport> loads = read(tx -> tx.reports("load", source.name(), 1));
        if (loads.isEmpty()) {
            return List.of();
        }
        JsonNode load = RunPipeline.parsed(loads.getFirst().document());
        return Review.queue(
                source.name(),
                rows(source, load, "quarantine_id"),
                rows(source, load, "marked_id"),
                workspace.decisions(source.name()),
                loads.getFirst().at());
    }

    private List<QuarantinedRow> rows(SourceDefinition source, JsonNode load, String field) {
        JsonNode id = load.get(field);
        return id == null || id.isNull() ? List.of() : store().quarantine(source.name(), id.asText());
    }

    @Override
    public List<ReviewDecision> decisions(@Nullable String source) {
        return sources(source).stream()
                .flatMap(each -> workspace.decisions(each.name()).stream())
                .sorted(Comparator.comparing(ReviewDecision::at)) // stable: those of one source stay in their order
                .toList();
    }

    @Override
    public ReviewDecision decide(
            @Nullable String source,
            String row,
            ReviewDecision.Action action,
            Map<String, String> cells,
            String actor,
            String reason) {
        List<Review.Item> found = sources(source).stream()
                .flatMap(each -> decidable(each).stream())
                .filter(item -> !row.isEmpty() && item.id().startsWith(row))
                .toList();
        if (found.size() != 1) {
            throw new KeelsonException(
                    ErrorCode.REVIEW_NOT_FOUND,
                    found.isEmpty()
                            ? "The latest load neither set aside nor marked a row (%s), and no decision about one holds."
                                    .formatted(row)
                            : "%d rows begin with (%s).".formatted(found.size(), row),
                    "Maybe `keelson data review list%s` shows it.".formatted(source == null ? "" : " --source " + source));
        }
        QuarantinedRow item = found.getFirst().row();
        String name = found.getFirst().source();
        if (action != ReviewDecision.Action.CORRECT) {
            return keep(Review.decide(name, item, action, List.of(), cells, actor, reason, clock.instant()));
        }
        SourceRows rows = workspace.readAsIs(source(name), store().latest(name).orElse(null));
        ReviewDecision correction =
                Review.decide(name, item, action, rows.header(item.file()), cells, actor, reason, clock.instant());
        Review.judge(rows, workspace.decisions(name), item, correction);
        return keep(correction);
    }

    /** The queue, and the rows that are not in it because of what was decided: another decision may take its place. */
    private List<Review.Item> decidable(SourceDefinition source) {
        Map<String, Review.Item> items = new LinkedHashMap<>();
        review(source).forEach(item -> items.put(item.id(), item));
        Review.inForce(workspace.decisions(source.name()))
                .forEach((id, decision) -> items.putIfAbsent(
                        id,
                        new Review.Item(source.name(), id, Review.Kind.MARKED, decision.found(), decision, false)));
        return List.copyOf(items.values());
    }

    @Override
    public ReviewDecision revert(@Nullable String source, String decision, String actor, String reason) {
        return keep(Review.revert(decisions(source), decision, actor, reason, clock.instant()));
    }

    private ReviewDecision keep(ReviewDecision decision) {
        workspace.catalog()
                .update(tx -> tx.putReport(new StoredReport(
                        "review-" + decision.id(),
                        Workspace.REVIEW,
                        decision.source(),
                        decision.at(),
                        decision.action().name().toLowerCase(Locale.ROOT),
                        decision.toJson().toString())));
        return decision;
    }

    // ---- versions

    @Override
    public List<DatasetVersion> versions(@Nullable String source) {
        return store().versions(dataset(source));
    }

    @Override
    public Optional<DatasetVersion> latest(@Nullable String source) {
        return store().latest(dataset(source));
    }

    @Override
    public SortedMap<String, String> tags(@Nullable String source) {
        return store().tags(dataset(source));
    }

    @Override
    public DatasetVersion version(@Nullable String source, String name) {
        String of = dataset(source);
        String id = store().tags(of).getOrDefault(name, name);
        if (name.equals("latest")) {
            return store().latest(of).orElseThrow(() -> notLoaded(workspace.project(), of));
        }
        return store().get(id)
                .filter(version -> version.source().equals(of))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND,
                        "The source (%s) has no version or tag (%s), or several ids begin so.".formatted(of, name),
                        Suggestion.sentence(name, store().tags(of).keySet())
                                .orElse("Maybe `keelson data versions` lists it.")));
    }

    @Override
    public DatasetVersion versionAt(@Nullable String source, Instant at) {
        String of = dataset(source);
        for (StoredReport load : read(tx -> tx.reports("load", of, Integer.MAX_VALUE))) {
            if (!load.at().isAfter(at)) {
                Optional<DatasetVersion> version =
                        store().get(RunPipeline.parsed(load.document()).path("dataset_version").asText());
                if (version.isPresent()) {
                    return version.get();
                }
            }
        }
        return store().versions(of).stream()
                .filter(version -> !version.createdAt().isAfter(at))
                .max(Comparator.comparing(DatasetVersion::createdAt).thenComparing(DatasetVersion::id))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND,
                        "The source (%s) had no version at %s.".formatted(of, at),
                        "Maybe `keelson data versions` says when the first one was made."));
    }

    @Override
    public DatasetDetails details(DatasetVersion version) {
        String source = version.source();
        List<ObjectNode> loads = new ArrayList<>();
        for (StoredReport load : read(tx -> tx.reports("load", source, Integer.MAX_VALUE))) {
            JsonNode document = RunPipeline.parsed(load.document());
            if (document.path("dataset_version").asText().equals(version.id())
                    && document instanceof ObjectNode node) {
                loads.add(node.put("at", load.at().toString()));
            }
        }
        return new DatasetDetails(
                version,
                store().latest(source).filter(latest -> latest.id().equals(version.id())).isPresent(),
                store().tags(source).entrySet().stream()
                        .filter(tag -> tag.getValue().equals(version.id()))
                        .map(Map.Entry::getKey)
                        .toList(),
                store().statistics(version),
                loads);
    }

    @Override
    public DatasetDifference difference(@Nullable String source, String before, String after) {
        return DatasetDifference.between(store(), version(source, before), version(source, after), 20, true);
    }

    @Override
    public DatasetVersion tag(@Nullable String source, String version, String tag) {
        if (!DatasetVersion.isTag(tag)) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "(%s) is no tag; expected a letter, then letters, digits, `-`, `_` or `.`, unlike an id."
                            .formatted(tag),
                    "Maybe `season-2020` was meant.");
        }
        DatasetVersion found = version(source, version);
        store().tag(found, tag);
        return found;
    }

    @Override
    public void untag(@Nullable String source, String tag) {
        String of = dataset(source);
        if (!store().untag(of, tag)) {
            throw new KeelsonException(
                    ErrorCode.TAG_NOT_FOUND,
                    "No version of the source (%s) has the tag (%s).".formatted(of, tag),
                    Suggestion.sentence(tag, store().tags(of).keySet()).orElse(null));
        }
    }

    /**
     * Reads a version again and compares it with its digests.
     *
     * @throws KeelsonException DATASET_TAMPERED naming every file that is missing or was altered
     */
    public DatasetVersion verify(@Nullable String source, String version) {
        DatasetVersion found = version(source, version);
        store().verify(found);
        return found;
    }

    @Override
    public DatasetGarbage collect(@Nullable String source, boolean dryRun) {
        List<String> datasets = new ArrayList<>();
        sources(source).forEach(each -> datasets.add(each.name()));
        if (source == null) {
            workspace.project().sqlViews().forEach(view -> datasets.add(view.dataset()));
        }
        Set<String> named = named();
        return datasets.stream()
                .map(dataset -> store().collect(dataset, named, dryRun))
                .reduce(new DatasetGarbage(List.of(), 0, 0), DatasetGarbage::plus);
    }

    /** Everything that looks like the id of a version in what must stay explicable. */
    private Set<String> named() {
        Set<String> named = new TreeSet<>(inUse);
        named(workspace.catalog(), named);
        StateFolder state = workspace.state();
        if (Files.isDirectory(state.replays())) {
            try (Stream<Path> files = Files.walk(state.replays(), 5)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    String name = String.valueOf(file.getFileName());
                    if (name.equals("HEAD")) {
                        ids(Files.readString(file), named);
                    } else if (file.getFileName().equals(state.catalog().getFileName())) {
                        try (SqliteCatalog catalog = SqliteCatalog.open(file)) {
                            named(catalog, named);
                        }
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return named;
    }

    private static void named(Catalog catalog, Set<String> named) {
        catalog.read(tx -> {
            for (Run run : tx.runs(null, Integer.MAX_VALUE)) {
                ids(run.provenance(), named);
                run.params().values().forEach(value -> ids(value, named));
                run.tags().values().forEach(value -> ids(value, named));
            }
            NAMING.forEach(kind -> tx.reports(kind, null, Integer.MAX_VALUE)
                    .forEach(report -> ids(report.document(), named)));
            return named;
        });
    }

    private static void ids(String text, Set<String> named) {
        Matcher matcher = ID.matcher(text);
        while (matcher.find()) {
            named.add(matcher.group());
        }
    }

    private <T> List<T> read(Function<CatalogTransaction, List<T>> work) {
        return workspace.catalog().read(work);
    }
}

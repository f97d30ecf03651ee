package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceRows;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.features.SqlViews;
import dev.keelson.features.spi.JoinRequest.FeatureRows;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.DuckDbSqlEngine;
import dev.keelson.store.duckdb.ParquetDatasetStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a project's SQL views: kept as datasets, and computed again when the query, a source or the time asks for it.
 * What each is made of is stored as a report.
 */
final class SqlViewRows {
    /** The kind of the report of what a view's rows are made of; its subject is the view. */
    static final String KIND = "view";

    static final DuckDbSettings MEMORY = new DuckDbSettings(1024, 2, null);

    private static final String RECIPE = "keelson-view-1";

    private final Project project;
    private final ParquetDatasetStore datasets;
    private final SqlViews views;

    /**
     * @param datasets where the rows of sources are, and those of the views go
     * @param spill where a query may put what does not fit into memory
     */
    SqlViewRows(Project project, ParquetDatasetStore datasets, Path spill) {
        this.project = project;
        this.datasets = datasets;
        this.views = new SqlViews(engine(datasets, spill), datasets);
    }

    private static DuckDbSqlEngine engine(ParquetDatasetStore datasets, Path spill) {
        return new DuckDbSqlEngine(new DuckDbSettings(MEMORY.memoryMegabytes(), MEMORY.threads(), spill), datasets);
    }

    static SqlViewRows of(Workspace workspace) {
        return new SqlViewRows(
                workspace.project(), workspace.datasets(), workspace.state().root().resolve("spill"));
    }

    /** The column of a view's rows that holds the key of its entity. */
    static String key(Project project, SqlViewDefinition view) {
        return project.entities().getOrDefault(view.entity(), view.entity());
    }

    /** The datasets of the views as they are stored, by their names; those of views that were never computed are missing. */
    static Map<String, DatasetVersion> stored(Workspace workspace) {
        Map<String, DatasetVersion> stored = new LinkedHashMap<>();
        for (SqlViewDefinition view : workspace.project().sqlViews()) {
            workspace.datasets().latest(view.dataset()).ifPresent(version -> stored.put(view.dataset(), version));
        }
        return stored;
    }

    /**
     * The view over the rows that are stored.
     *
     * @throws KeelsonException NOT_READY when they were never computed; BAD_VALUE when the query gives no number
     */
    static FeatureViewDefinition over(Workspace workspace, SqlViewDefinition view) {
        DatasetVersion version = workspace.datasets().latest(view.dataset()).orElseThrow(() -> missing(view));
        return view.over(version.schema(), key(workspace.project(), view))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "The query of the feature view (%s) gives neither a number nor a condition.".formatted(view.name()),
                        "Maybe ask `keelson features history` for its texts and dates."));
    }

    static KeelsonException missing(SqlViewDefinition view) {
        return new KeelsonException(
                ErrorCode.NOT_READY,
                "The rows of the feature view (%s) have not been computed yet.".formatted(view.name()),
                "Maybe run `keelson features materialize` or `keelson run`.");
    }

    /**
     * Brings the rows of every view up to date whose sources are all loaded. For the owner alone.
     *
     * @param sources source to the version that is read
     * @return the datasets of these views, by their names
     * @throws KeelsonException as {@link SqlViews#materialize} does
     */
    static Map<String, DatasetVersion> refresh(Workspace workspace, Map<String, DatasetVersion> sources, Instant now) {
        Map<String, DatasetVersion> refreshed = new LinkedHashMap<>();
        SqlViewRows rows = of(workspace);
        for (SqlViewDefinition view : workspace.project().sqlViews()) {
            if (sources.keySet().containsAll(view.sources())) {
                refreshed.put(view.dataset(), rows.refresh(workspace, view, sources, now));
            }
        }
        return refreshed;
    }

    /**
     * The rows of a view that are read.
     *
     * @param version of which they are
     */
    record Looked(DatasetVersion version, FeatureRows rows) {
        static Looked of(DatasetVersion version) {
            return new Looked(version, new FeatureRows.OfVersion(version));
        }
    }

    /**
     * The rows of a view for those who only look: those that are stored, or when these are out of date, rows that are computed
     * into a folder.
     *
     * @param scratch the folder, which must stay until they are read
     */
    static Looked look(
            Workspace workspace, SqlViewDefinition view, Map<String, DatasetVersion> sources, Instant now, Path scratch) {
        SqlViewRows rows = of(workspace);
        Optional<DatasetVersion> present =
                workspace.hasCatalog() ? current(workspace, view, rows.recipe(view), sources, now) : Optional.empty();
        if (present.isPresent()) {
            return Looked.of(present.get());
        }
        ParquetDatasetStore store = new ParquetDatasetStore(scratch.resolve("views"), workspace.engine());
        List<String> key = List.of(key(workspace.project(), view));
        DatasetVersion version = new SqlViews(
                        engine(workspace.datasets(), scratch.resolve("queries")), store)
                .materialize(view, sources, key, rows.knownAfter(view), now);
        boolean unique = version.partitions().stream().allMatch(DatasetVersion.Partition::uniqueByKeyAndEvent);
        return new Looked(
                version,
                new FeatureRows.InFiles(
                        store.files(version), SystemColumns.EVENT_TIME, SystemColumns.KNOWN_AT, Duration.ZERO, unique));
    }

    /** As {@link #refresh(Workspace, Map, Instant)}, of one view. */
    DatasetVersion refresh(
            Workspace workspace, SqlViewDefinition view, Map<String, DatasetVersion> sources, Instant now) {
        String recipe = recipe(view);
        Optional<DatasetVersion> present = current(workspace, view, recipe, sources, now);
        if (present.isPresent()) {
            return present.get();
        }
        List<String> key = List.of(key(project, view));
        SqlViews.Computed computed = views.compute(view, sources, key, knownAfter(view), now);
        DatasetVersion version = views.store(view, computed.rows(), key, now);
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("recipe", recipe);
        ObjectNode made = document.putObject("sources");
        view.sources().forEach(source -> made.put(source, idOf(sources, source)));
        document.put("dataset_version", version.id());
        document.put("rows", version.rows());
        document.put("next_known", computed.nextKnown() == null ? null : computed.nextKnown().toString());
        workspace.catalog()
                .update(tx -> tx.putReport(new StoredReport(
                        "view-" + view.name() + "-" + version.id(), KIND, view.name(), now, "computed", document.toString())));
        return version;
    }

    /** The rows that are stored, when they are made by the same query of the same versions and no further row is known by now. */
    private static Optional<DatasetVersion> current(
            Workspace workspace,
            SqlViewDefinition view,
            String recipe,
            Map<String, DatasetVersion> sources,
            Instant now) {
        List<StoredReport> reports = workspace.catalog().read(tx -> tx.reports(KIND, view.name(), 1));
        if (reports.isEmpty()) {
            return Optional.empty();
        }
        JsonNode made = RunPipeline.parsed(reports.getFirst().document());
        boolean same = made.path("recipe").asText().equals(recipe)
                && view.sources().stream()
                        .allMatch(source -> made.path("sources").path(source).asText().equals(idOf(sources, source)))
                && (!made.hasNonNull("next_known") || now.compareTo(Instant.parse(made.path("next_known").asText())) <= 0);
        return same
                ? workspace.datasets()
                        .latest(view.dataset())
                        .filter(version -> version.id().equals(made.path("dataset_version").asText()))
                : Optional.empty();
    }

    private static String idOf(Map<String, DatasetVersion> sources, String source) {
        DatasetVersion version = sources.get(source);
        if (version == null) {
            throw new IllegalArgumentException("The version of the source (%s) is missing.".formatted(source));
        }
        return version.id();
    }

    private String recipe(SqlViewDefinition view) {
        Sha256 sha = new Sha256().add(RECIPE).add(view.sql().text()).add(key(project, view));
        sha.add(String.valueOf(knownAfter(view)));
        view.sources().forEach(sha::add);
        return sha.hex();
    }

    /** How long after its event a row is known when the query does not say it; null when it must. */
    private @Nullable Duration knownAfter(SqlViewDefinition view) {
        Duration longest = Duration.ZERO;
        for (String name : view.sources()) {
            SourceDefinition source = Projects.source(project, name);
            if (source.created() != null) {
                return null;
            }
            if (source.knownAfter().compareTo(longest) > 0) {
                longest = source.knownAfter();
            }
        }
        return longest;
    }

    /**
     * Computes every view from rows that are only read, for a replay.
     *
     * @param sources the rows of every source that a view reads
     * @param until only rows known strictly before it are there
     * @return the datasets of the views, by their names
     */
    Map<String, DatasetVersion> of(List<SourceRows> sources, Instant until) {
        Map<String, DatasetVersion> versions = new LinkedHashMap<>();
        if (project.sqlViews().isEmpty()) {
            return versions;
        }
        DataLoad load = new DataLoad(datasets);
        for (SourceRows source : sources) {
            String name = source.source().name();
            if (project.sqlViews().stream().anyMatch(view -> view.sources().contains(name))) {
                datasets.moveTo(name, null);
                LoadReport report = load.load(source, until, until);
                DatasetVersion version = report.version();
                if (version == null) {
                    throw new KeelsonException(
                            ErrorCode.NOT_ENOUGH_ROWS, "The source (%s) has no row known before %s.".formatted(name, until), null);
                }
                versions.put(name, version);
            }
        }
        Map<String, DatasetVersion> computed = new LinkedHashMap<>();
        for (SqlViewDefinition view : project.sqlViews()) {
            computed.put(
                    view.dataset(),
                    views.materialize(view, versions, List.of(key(project, view)), knownAfter(view), until));
        }
        return computed;
    }
}

package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.InferredSource;
import dev.keelson.data.LoadReport;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.files.FileSourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The data of a project by itself: load it, name its versions, prove them unaltered, show what was set aside. */
public final class ProjectDatasets {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ProjectDatasets() {}

    /**
     * The files that a project means by a name, a folder or a pattern.
     *
     * @throws KeelsonException SOURCE_NOT_FOUND, SOURCE_UNREADABLE
     */
    public static List<String> files(Project project, SourceOrigin.Files files) throws IOException {
        return new FileSourceFiles(project.folder())
                .find(files.name()).stream().map(Located::text).toList();
    }

    /**
     * Looks at a file, a folder or a pattern and says what source it could be.
     *
     * @param folder where a relative path starts
     * @param progress told from time to time
     * @throws KeelsonException SOURCE_NOT_FOUND, SOURCE_UNREADABLE, EMPTY_SOURCE
     */
    public static InferredSource infer(Path folder, String file, String name, InferredSource.Progress progress) {
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            return InferredSource.of(Projects.reader(folder, engine), file, name, progress);
        }
    }

    /** The source of that name, or all when it is null. */
    private static List<SourceDefinition> sources(Project project, @Nullable String name) {
        return name == null ? project.sources() : List.of(Datasets.source(project, name));
    }

    /**
     * A version in the list of those of its source.
     *
     * @param latest whether it is what is read now; an older content that came back is the latest, too
     */
    public record ListedVersion(DatasetVersion version, boolean latest) {}

    /**
     * The versions, oldest first for each source; none when nothing was ever loaded.
     *
     * @param source of which source, or {@code view.NAME} of a view of a query; null for all sources, in the order of the
     *     project file
     * @throws KeelsonException UNKNOWN_REFERENCE
     */
    public static List<ListedVersion> versions(Project project, @Nullable String source) {
        List<String> datasets = source == null
                ? project.sources().stream().map(SourceDefinition::name).toList()
                : List.of(Datasets.dataset(project, source));
        if (!hasState(project)) {
            return List.of();
        }
        List<ListedVersion> versions = new ArrayList<>();
        try (Workspace workspace = Workspace.reading(project)) {
            for (String dataset : datasets) {
                String latest = workspace.datasets().latest(dataset).map(DatasetVersion::id).orElse("");
                workspace.datasets()
                        .versions(dataset)
                        .forEach(version -> versions.add(new ListedVersion(version, version.id().equals(latest))));
            }
        }
        return versions;
    }

    /** The latest version of each source that was loaded, by source, in the order of the project file. */
    public static Map<String, DatasetVersion> latest(Project project) {
        if (!hasState(project)) {
            return Map.of();
        }
        try (Workspace workspace = Workspace.reading(project)) {
            return workspace.latest();
        }
    }

    /** The names of the sources that models and views read, in the order of the project file. */
    public static List<String> read(Project project) {
        return ProjectModels.read(project).stream().map(SourceDefinition::name).toList();
    }

    /** The name of the source that is meant where none is named: that of the first model. */
    public static String mainSource(Project project) {
        return ProjectModels.main(project).name();
    }

    /**
     * Reads a version again and compares it with its digests.
     *
     * @param source whose latest version is meant when no id is given, or {@code view.NAME} of a view of a query; null for that
     *     of the models
     * @param id its id or a unique beginning of it; null for the latest
     * @throws KeelsonException UNKNOWN_REFERENCE, DATASET_NOT_FOUND, NOT_READY, DATASET_TAMPERED
     */
    public static DatasetVersion verify(Project project, @Nullable String source, @Nullable String id) {
        Optional<DatasetVersion> found = Optional.empty();
        if (hasState(project)) {
            try (Workspace workspace = Workspace.reading(project)) {
                found = id == null
                        ? workspace.datasets().latest(Datasets.dataset(project, source))
                        : workspace.datasets().get(id);
                found.ifPresent(version -> workspace.datasets().verify(version));
            }
        }
        return found.orElseThrow(() -> id == null
                ? Datasets.notLoaded(project, Datasets.dataset(project, source))
                : new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND,
                        "There is no dataset version (%s), or several begin so.".formatted(id),
                        "Maybe `keelson data versions` lists it."));
    }

    /**
     * What a load did, as it is kept.
     *
     * @param source of which source
     * @param at when it happened
     * @param outcome {@code changed}, {@code unchanged} or {@code blocked}
     * @param report its counts, where the rows came from with their hash, how long it took, and the version; empty
     *     fields of loads that an older release made are absent
     */
    public record PastLoad(String source, Instant at, String outcome, JsonNode report) {}

    /**
     * The loads, newest first.
     *
     * @param source of which source; null for all
     */
    public static List<PastLoad> loads(Project project, @Nullable String source, int limit) {
        if (source != null) {
            var _ = Datasets.source(project, source); // or there is none
        }
        try (Workspace workspace = Workspace.reading(project)) {
            return !workspace.hasCatalog()
                    ? List.of()
                    : workspace.catalog().read(tx -> tx.reports(RunPipeline.LOAD, source, limit)).stream()
                            .map(report -> new PastLoad(report.subject(), report.at(), report.verdict(), parse(report.document())))
                            .toList();
        }
    }

    /**
     * What the latest load set aside.
     *
     * @param at when it was
     * @param blocked whether a check blocked that load, so that none of its rows was taken
     * @param rows in the order of the file
     */
    public record Quarantine(Instant at, boolean blocked, List<QuarantinedRow> rows) {
        public Quarantine {
            rows = List.copyOf(rows);
        }
    }

    /**
     * How much the latest load set aside.
     *
     * @param rows set aside
     * @param read of so many
     */
    public record SetAside(long rows, long read) {
        /** So large a share is no mishap of single rows. */
        private static final double MANY = 0.05;

        static SetAside of(List<LoadReport> loads) {
            return new SetAside(
                    loads.stream().mapToLong(load -> load.quarantined().size()).sum(),
                    loads.stream().mapToLong(LoadReport::read).sum());
        }

        /** Whether it is so large a share that it should be looked at. */
        public boolean many() {
            return rows > MANY * read;
        }

        /** What it is, and where to look. */
        public String sentence() {
            return String.format(
                    Locale.ROOT,
                    "%,d of %,d rows of the latest load are set aside: `keelson data quarantine` lists them with the reasons.",
                    rows,
                    read);
        }
    }

    /** How much the latest load of each source set aside that was not blocked; those without a load are missing. */
    public static Map<String, SetAside> setAside(Project project) {
        try (Workspace workspace = Workspace.reading(project)) {
            if (!workspace.hasCatalog()) {
                return Map.of();
            }
            Map<String, SetAside> aside = new LinkedHashMap<>();
            for (SourceDefinition source : project.sources()) {
                workspace
                        .catalog()
                        .read(tx -> tx.reports(RunPipeline.LOAD, source.name(), Integer.MAX_VALUE))
                        .stream()
                        .filter(load -> !load.verdict().equals(RunPipeline.BLOCKED))
                        .findFirst()
                        .map(load -> parse(load.document()))
                        .ifPresent(load -> aside.put(
                                source.name(),
                                new SetAside(
                                        load.path("quarantined").asLong(),
                                        load.path("read").asLong())));
            }
            return aside;
        }
    }

    /**
     * What the latest load set aside, whether it was blocked or not; empty when there was no load yet.
     *
     * @param source of which source; null for all: the latest load of each, the rows in the order of the project file
     */
    public static Optional<Quarantine> quarantine(Project project, @Nullable String source) {
        List<SourceDefinition> sources = sources(project, source);
        try (Workspace workspace = Workspace.reading(project)) {
            if (!workspace.hasCatalog()) {
                return Optional.empty();
            }
            Instant at = null;
            boolean blocked = false;
            List<QuarantinedRow> rows = new ArrayList<>();
            for (SourceDefinition each : sources) {
                List<StoredReport> loads =
                        workspace.catalog().read(tx -> tx.reports(RunPipeline.LOAD, each.name(), 1));
                for (StoredReport load : loads) {
                    JsonNode id = parse(load.document()).path("quarantine_id");
                    at = at == null || load.at().isAfter(at) ? load.at() : at;
                    blocked |= load.verdict().equals(RunPipeline.BLOCKED);
                    if (id.isTextual()) {
                        rows.addAll(workspace.datasets().quarantine(each.name(), id.asText()));
                    }
                }
            }
            return at == null ? Optional.empty() : Optional.of(new Quarantine(at, blocked, rows));
        }
    }

    private static boolean hasState(Project project) {
        return Files.isDirectory(Workspace.stateFolder(project).root());
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored report is not JSON.", e);
        }
    }
}

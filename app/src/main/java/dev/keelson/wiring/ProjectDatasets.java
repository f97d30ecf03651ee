package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.InferredSource;
import dev.keelson.data.LoadReport;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.project.Project;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.files.FileSourceFiles;
import dev.keelson.store.files.ProjectOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The data of a project by itself: load it, name its versions, prove them unaltered, show what was set aside. */
public final class ProjectDatasets {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ProjectDatasets() {}

    /**
     * Loads the source; this process owns the project meanwhile.
     *
     * @param listener told of each step when it ends
     * @throws KeelsonException as {@link dev.keelson.data.DataLoad#load} does; PROJECT_IN_USE
     */
    public static LoadReport load(Project project, InstantSource clock, Consumer<RunPipeline.Step> listener) {
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            return RunPipeline.load(workspace, clock.instant(), listener);
        } finally {
            owner.close();
        }
    }

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
     * @throws KeelsonException SOURCE_NOT_FOUND, SOURCE_UNREADABLE, EMPTY_SOURCE
     */
    public static InferredSource infer(Path folder, String file, String name) {
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            return InferredSource.of(Projects.reader(folder, engine), file, name);
        }
    }

    /** All versions, oldest first; none when nothing was ever loaded. */
    public static List<DatasetVersion> versions(Project project) {
        if (!hasState(project)) {
            return List.of();
        }
        try (Workspace workspace = Workspace.reading(project)) {
            return workspace.datasets().versions(ProjectModels.source(project).name());
        }
    }

    /** The latest version; empty when nothing was ever loaded. */
    public static Optional<DatasetVersion> latest(Project project) {
        if (!hasState(project)) {
            return Optional.empty();
        }
        try (Workspace workspace = Workspace.reading(project)) {
            return workspace.datasets().latest(ProjectModels.source(project).name());
        }
    }

    /**
     * Reads a version again and compares it with its digests.
     *
     * @param id its id or a unique beginning of it; null for the latest
     * @throws KeelsonException DATASET_NOT_FOUND, DATASET_TAMPERED
     */
    public static DatasetVersion verify(Project project, @Nullable String id) {
        Optional<DatasetVersion> found = Optional.empty();
        if (hasState(project)) {
            try (Workspace workspace = Workspace.reading(project)) {
                found = id == null
                        ? workspace.datasets().latest(ProjectModels.source(project).name())
                        : workspace.datasets().get(id);
                found.ifPresent(version -> workspace.datasets().verify(version));
            }
        }
        return found.orElseThrow(() -> new KeelsonException(
                ErrorCode.DATASET_NOT_FOUND,
                id == null ? "No data has been loaded yet." : "There is no dataset version (%s), or several begin so.".formatted(id),
                id == null ? "Maybe run `keelson data load`." : "Maybe `keelson data versions` lists it."));
    }

    /**
     * What a load did, as it is kept.
     *
     * @param at when it happened
     * @param outcome {@code changed}, {@code unchanged} or {@code blocked}
     * @param report its counts, where the rows came from with their hash, how long it took, and the version; empty
     *     fields of loads that an older release made are absent
     */
    public record PastLoad(Instant at, String outcome, JsonNode report) {}

    /** The loads of the source, newest first. */
    public static List<PastLoad> loads(Project project, int limit) {
        String source = ProjectModels.source(project).name();
        try (Workspace workspace = Workspace.reading(project)) {
            return !workspace.hasCatalog()
                    ? List.of()
                    : workspace.catalog().read(tx -> tx.reports(RunPipeline.LOAD, source, limit)).stream()
                            .map(report -> new PastLoad(report.at(), report.verdict(), parse(report.document())))
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

        static SetAside of(LoadReport load) {
            return new SetAside(load.quarantined().size(), load.read());
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

    /** How much the latest load set aside that was not blocked; empty when there was none yet. */
    public static Optional<SetAside> setAside(Project project) {
        String source = ProjectModels.source(project).name();
        try (Workspace workspace = Workspace.reading(project)) {
            if (!workspace.hasCatalog()) {
                return Optional.empty();
            }
            return workspace.catalog().read(tx -> tx.reports(RunPipeline.LOAD, source, Integer.MAX_VALUE)).stream()
                    .filter(load -> !load.verdict().equals(RunPipeline.BLOCKED))
                    .findFirst()
                    .map(load -> parse(load.document()))
                    .map(load -> new SetAside(load.path("quarantined").asLong(), load.path("read").asLong()));
        }
    }

    /** What the latest load set aside, whether it was blocked or not; empty when there was no load yet. */
    public static Optional<Quarantine> quarantine(Project project) {
        String source = ProjectModels.source(project).name();
        try (Workspace workspace = Workspace.reading(project)) {
            if (!workspace.hasCatalog()) {
                return Optional.empty();
            }
            return workspace.catalog().read(tx -> tx.reports(RunPipeline.LOAD, source, 1)).stream()
                    .findFirst()
                    .map(load -> {
                        JsonNode id = parse(load.document()).path("quarantine_id");
                        return new Quarantine(
                                load.at(),
                                load.verdict().equals(RunPipeline.BLOCKED),
                                id.isTextual() ? workspace.datasets().quarantine(source, id.asText()) : List.of());
                    });
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

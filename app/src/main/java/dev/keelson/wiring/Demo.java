package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Replay;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceRows;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.project.ProjectReader;
import dev.keelson.project.ProjectTemplate;
import dev.keelson.simulate.LeagueCsv;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StoreErrors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Comparator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The whole loop on football in one call: makes the project, loads results (of the simulated league unless a file is given),
 * replays history week by week, and makes the final state of the project's own policy the live one. Doing it again goes on
 * where it stopped, and ends at once when nothing is left to do.
 */
public final class Demo {
    private static final Path DATA = Path.of("data", "football", "matches.csv.gz");
    private static final int SEASONS = 8;
    private static final long SEED = 42;
    private static final String MINE = "demo-";

    private Demo() {}

    /**
     * What to do.
     *
     * @param folder where the project is made
     * @param data a file with the columns of the football example (CSV or CSV.gz), or null for the simulated league
     * @param from first day replayed, or null for the last third of the history
     * @param serving the other options of the command line, to be repeated by whoever goes on with it
     */
    public record Request(Path folder, @Nullable Path data, @Nullable LocalDate from, List<String> serving) {
        public Request {
            serving = List.copyOf(serving);
        }

        /** Without other options. */
        public Request(Path folder, @Nullable Path data, @Nullable LocalDate from) {
            this(folder, data, from, List.of());
        }

        ReplayJob.Request replay() {
            return new ReplayJob.Request(
                    from,
                    null,
                    ReplayJob.Request.defaults().step(),
                    ReplayJob.Request.defaults().policies());
        }
    }

    /**
     * What it came to.
     *
     * @param project the project
     * @param replay what the replay found
     * @param again whether the same demo had come to its end before, so that nothing was left to do
     */
    public record Result(Project project, ReplayJob.Summary replay, boolean again) {

        /** The JSON document; everything but the caller's {@code seconds}. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("project", project.folder().toString());
            node.setAll(replay.toJson());
            return node;
        }
    }

    /**
     * Runs.
     *
     * @param notes told what is being done, a line each
     * @param progress told after each step of the replay
     */
    public static Result run(Request request, Consumer<String> notes, Replay.Progress progress) {
        Path folder = request.folder().toAbsolutePath().normalize();
        Path file = folder.resolve(DATA);
        byte[] data = data(request, file, notes);
        checkPeriod(request, data);
        if (!Files.exists(folder.resolve(ProjectReader.FILE_NAME))) {
            ProjectTemplate.create(folder, "football");
            useOwnData(folder.resolve(ProjectReader.FILE_NAME));
            notes.accept("project:  " + folder);
        }
        write(file, data);
        Project project = Projects.read(folder, Map.of());
        notes.accept("data:     " + file);
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            workspace.recover();
            ReplayJob.Request replay = request.replay();
            UnfinishedWork work = UnfinishedWork.demo(request);
            if (!hasModels(workspace)) {
                work.begin(workspace.catalog());
            }
            List<SourceRows> sources = workspace.readSources();
            refuseToReplace(workspace, folder, ReplayJob.id(project, sources, replay));
            work.begin(workspace.catalog());
            ReplayJob.Summary summary = ReplayJob.run(workspace, sources, replay, progress);
            boolean again = !adopt(workspace, summary);
            work.end(workspace.catalog());
            return new Result(project, summary, again);
        } finally {
            owner.close();
        }
    }

    private static boolean hasModels(Workspace workspace) {
        return workspace.catalog().read(tx -> !tx.models().isEmpty());
    }

    /** Models that this very demo did not make are somebody's work. */
    private static void refuseToReplace(Workspace workspace, Path folder, String replay) {
        boolean own = workspace.catalog().read(tx -> tx.step(MINE + replay)).isPresent();
        if (hasModels(workspace) && !own) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_EXISTS,
                    "The project in (%s) has models and predictions of its own, or of a demo over other data or another period; the demo would replace them."
                            .formatted(folder),
                    "Maybe choose another folder with --dir, or use `keelson replay`, which leaves the project as it is.");
        }
        workspace.catalog().update(tx -> tx.putStep(MINE + replay, "demo", replay));
    }

    /** Makes the final state of the replay's main policy the live one; false if it was that already. */
    private static boolean adopt(Workspace workspace, ReplayJob.Summary summary) {
        boolean adopted = workspace.adopt(summary.id());
        for (LoadReport load : summary.loads()) {
            DatasetVersion version = load.version();
            if (version != null) {
                workspace.datasets().moveTo(load.source(), version.id());
            }
        }
        Map<String, DatasetVersion> sources = workspace.latest();
        Instant known = sources.values().stream()
                .map(DatasetVersion::watermark)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH)
                .plusNanos(1_000);
        // lineage looks up what runs are pinned to
        ProjectDefinitions.apply(workspace, workspace.project(), known, "system", null);
        Map<String, DatasetVersion> versions = workspace.withViews(sources, known);
        workspace.materialize(ProjectModels.ofVersions(workspace.project(), versions), versions);
        return adopted;
    }

    /** The results, compressed: of the file that is given, else those that are there, else of the simulated league. */
    private static byte[] data(Request request, Path target, Consumer<String> notes) {
        Path given = request.data();
        try {
            if (given != null) {
                if (!Files.isReadable(given) || Files.isDirectory(given)) {
                    throw new KeelsonException(
                            ErrorCode.SOURCE_NOT_FOUND,
                            "There is no readable file (%s).".formatted(given),
                            "Maybe the path is relative to another folder.");
                }
                byte[] bytes = Files.readAllBytes(given);
                boolean gzip = bytes.length > 1 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b;
                return gzip ? bytes : gzip(bytes);
            }
            if (Files.exists(target)) {
                return Files.readAllBytes(target);
            }
            notes.accept("simulate: %d seasons of four divisions, seed %d".formatted(SEASONS, SEED));
            StringBuilder text = new StringBuilder();
            LeagueCsv.write(SimulatedLeague.generate(LeagueSettings.defaults(SEASONS, SEED)), text, false);
            return gzip(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw StoreErrors.reading(given == null ? target : given, e);
        }
    }

    /**
     * Refuses a period outside the data before anything is made, by a look at the data in a folder that goes away. Data that
     * cannot be read is told later, with its place.
     */
    private static void checkPeriod(Request request, byte[] data) {
        if (request.from() == null) {
            return;
        }
        Path scratch = null;
        try {
            scratch = Files.createTempDirectory("keelson-demo-");
            Path folder = scratch.resolve("demo");
            ProjectTemplate.create(folder, "football");
            useOwnData(folder.resolve(ProjectReader.FILE_NAME));
            write(folder.resolve(DATA), data);
            Project project = Projects.read(folder, Map.of());
            Optional<List<SourceRows>> rows = readable(project);
            if (rows.isPresent()) {
                ReplayJob.id(project, rows.get(), request.replay());
            }
        } catch (IOException e) {
            throw StoreErrors.writing(Path.of(System.getProperty("java.io.tmpdir")), e);
        } finally {
            delete(scratch);
        }
    }

    private static Optional<List<SourceRows>> readable(Project project) {
        try (Workspace workspace = new Workspace(project)) {
            return Optional.of(workspace.readSources());
        } catch (KeelsonException e) {
            return Optional.empty();
        }
    }

    private static void delete(@Nullable Path scratch) {
        if (scratch == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw StoreErrors.writing(scratch, e);
        }
    }

    private static void write(Path target, byte[] bytes) {
        try {
            Files.createDirectories(target.getParent());
            if (!Files.exists(target) || !Arrays.equals(Files.readAllBytes(target), bytes)) {
                DurableFiles.write(target, bytes);
            }
        } catch (IOException e) {
            throw StoreErrors.writing(target, e);
        }
    }

    /** The demo's project reads the demo's data, whatever the environment says. */
    private static void useOwnData(Path file) {
        try {
            String text = Files.readString(file);
            DurableFiles.write(
                    file, text.replace("${KEELSON_DATA:-data}/", "data/").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }

    /** Deterministic: the header holds no time. */
    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }
}

package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.DriftRequest;
import dev.keelson.http.DriftService;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.SimulateRequest;
import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.monitor.ChangedData;
import dev.keelson.monitor.DataChange;
import dev.keelson.monitor.DataDriftCheck;
import dev.keelson.monitor.DataDriftSettings;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.spi.DriftData;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.TableFile;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares tables, and makes them wrong on purpose. */
public final class ProjectDrift implements DriftService {
    private static final String KIND = "drift";
    private static final Pattern INSTANT = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z");

    private final Path folder;
    private final boolean anyFile;
    private final InstantSource clock;
    private final DriftSides.@Nullable ProjectTables tables;
    private final Consumer<StoredReport> keep;

    /**
     * @param folder where relative names of files start
     * @param anyFile whether files outside of it may be read and written
     * @param tables of the project; null without one
     * @param keep takes the reports
     */
    ProjectDrift(
            Path folder,
            boolean anyFile,
            InstantSource clock,
            DriftSides.@Nullable ProjectTables tables,
            Consumer<StoredReport> keep) {
        this.folder = folder;
        this.anyFile = anyFile;
        this.clock = clock;
        this.tables = tables;
        this.keep = keep;
    }

    /** Whether a side of a comparison is a file, alone or with {@code @} and a time of it. */
    public static boolean isFile(String side) {
        return TableFile.reads(side) || (side.contains("@") && TableFile.reads(side.substring(0, side.lastIndexOf('@'))));
    }

    /**
     * Whether a side is a file of a folder; a process that serves the project there reads no other for a request.
     *
     * @param base where relative names start
     */
    public static boolean isFileOf(Path folder, Path base, String side) {
        return isFile(side) && root(base.resolve(side)).startsWith(root(folder));
    }

    static Path root(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Of files alone, without a project; nothing is kept. */
    public static DriftService ofFiles(Path folder, InstantSource clock) {
        return new ProjectDrift(folder, true, clock, null, report -> {});
    }

    /** The same for requests that may name any file. */
    ProjectDrift anywhere(Path base) {
        return new ProjectDrift(base, true, clock, tables, keep);
    }

    /** What is compared. */
    private record Pair(DriftMonitorDefinition rule, DriftSide reference, DriftSide current) {}

    private Pair pair(DriftSides sides, DriftRequest request) {
        AllProblems all = new AllProblems();
        Optional<DriftMonitorDefinition> rule = all.of(() -> rule(request));
        Optional<DriftSide> reference = all.of(() -> sides.side(
                request.reference() == null ? "champion" : request.reference(), request.model(), request.time()));
        Optional<DriftSide> current = all.of(() ->
                sides.side(request.current() == null ? "served" : request.current(), request.model(), request.time()));
        all.throwIfAny();
        return new Pair(rule.orElseThrow(), reference.orElseThrow(), current.orElseThrow());
    }

    @Override
    public void check(DriftRequest request) {
        try (DuckDb engine = engine();
                DriftSides sides = sides(engine)) {
            pair(sides, request);
        }
    }

    @Override
    public JsonNode compare(DriftRequest request) {
        try (DuckDb engine = engine();
                DriftSides sides = sides(engine)) {
            Pair pair = pair(sides, request);
            String subject = request.name() == null
                    ? "%s against %s".formatted(shown(pair.current().data()), shown(pair.reference().data()))
                    : request.name();
            return kept(judge(request, pair.rule(), subject, pair.reference().data(), pair.current()));
        }
    }

    /** Without digests, and with days of the project's zone instead of instants: a person reads it. */
    private String shown(DriftData data) {
        return INSTANT.matcher(data.name().replaceAll("([0-9a-f]{8})[0-9a-f]{56}", "$1"))
                .replaceAll(at -> LocalDate.ofInstant(Instant.parse(at.group()), zone()).toString());
    }

    private ZoneId zone() {
        return tables == null ? ZoneOffset.UTC : tables.project().zone();
    }

    private JsonNode kept(DriftReport report) {
        String id = "drift-" + report.model().replaceAll("[^A-Za-z0-9_.-]+", "-") + "-" + report.at();
        keep.accept(new StoredReport(
                id, KIND, report.model(), report.at(), report.verdict().word(), report.toJson().toString()));
        return report.toJson().put("id", id);
    }

    private DriftReport judge(
            DriftRequest request, DriftMonitorDefinition rule, String subject, DriftData reference, DriftSide current) {
        Instant now = clock.instant();
        return DataDriftCheck.check(
                reference,
                current.data(),
                new DataDriftSettings(
                        subject,
                        rule,
                        request.columns(),
                        Set.copyOf(request.categories()),
                        request.cluster(),
                        request.time(),
                        current.from(),
                        current.to()),
                rule.multivariate() ? learner() : null,
                now);
    }

    /** What sees most of what is there. */
    static Learner learner() {
        return Stream.of("lightgbm", "xgboost", "logistic")
                .flatMap(name -> Projects.learners().stream().filter(each -> each.name().equals(name)))
                .filter(LearnerProvider::installed)
                .findFirst()
                .orElseThrow()
                .create(Map.of());
    }

    private DriftMonitorDefinition rule(DriftRequest request) {
        DriftSides.ProjectTables known = tables;
        Project project = known == null ? null : known.project();
        String model = request.model();
        return request.rule(
                project == null || model == null
                        ? null
                        : Projects.drift(project, LoggedModel.of(project, model).name()).orElse(null));
    }

    /**
     * What is made wrong.
     *
     * @param file where it is written; null for nowhere
     * @param reference what it is judged against
     */
    private record Simulation(
            DriftMonitorDefinition rule, List<DataChange> changes, @Nullable Path file, DriftSide whole, DriftSide reference, ChangedData changed) {}

    private Simulation simulation(DriftSides sides, SimulateRequest request) {
        AllProblems all = new AllProblems();
        List<Problem> misread = new ArrayList<>();
        List<DataChange> changes = request.changes().read(misread);
        all.add(misread);
        DriftRequest drift = request.drift();
        Optional<DriftMonitorDefinition> rule = all.of(() -> rule(drift));
        String out = request.out();
        if (out == null && !request.check()) {
            all.add(List.of(Problem.of(
                    ErrorCode.BAD_REQUEST, "The changed rows are neither written nor judged.", "Maybe add `out` or `check`.")));
        }
        Path file = out == null ? null : all.of(() -> sides.newFile(out)).orElse(null);
        Optional<DriftSide> whole = all.of(() ->
                sides.side(drift.current() == null ? "champion" : drift.current(), drift.model(), drift.time()));
        String other = drift.reference();
        Optional<DriftSide> reference = other == null ? whole : all.of(() -> sides.side(other, drift.model(), drift.time()));
        Optional<ChangedData> changed = whole.flatMap(found -> all.of(() -> ChangedData.of(found.data(), changes, request.seed())));
        all.throwIfAny();
        return new Simulation(rule.orElseThrow(), changes, file, whole.orElseThrow(), reference.orElseThrow(), changed.orElseThrow());
    }

    @Override
    public void check(SimulateRequest request) {
        try (DuckDb engine = engine();
                DriftSides sides = sides(engine)) {
            simulation(sides, request);
        }
    }

    @Override
    public JsonNode simulate(SimulateRequest request) {
        DriftRequest drift = request.drift();
        try (DuckDb engine = engine();
                DriftSides sides = sides(engine)) {
            Simulation made = simulation(sides, request);
            DriftSide whole = made.whole();
            ChangedData changed = made.changed();
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("data", shown(whole.data()));
            var list = document.putArray("changes");
            made.changes().forEach(each -> list.add(each.shown()));
            document.put("seed", request.seed());
            document.put("rows", changed.rows());
            document.put("columns", changed.schema().columns().size());
            if (made.file() != null) {
                TableFile.write(engine, changed, made.file());
                document.put("file", request.out());
            }
            if (request.check()) {
                String subject = drift.name() == null ? "simulation: " + shown(changed) : drift.name();
                document.set(
                        "report",
                        kept(judge(drift, made.rule(), subject, made.reference().data(), new DriftSide(changed, whole.from(), whole.to()))));
            }
            return document;
        }
    }

    @Override
    public JsonNode acis(@Nullable String model, int days, int minSamples) {
        if (tables == null) {
            throw new KeelsonException(ErrorCode.NOT_READY, "There is no project.", null);
        }
        Project project = tables.project();
        String name = model != null ? LoggedModel.of(project, model).name() : watched(project);
        DriftRequest request = new DriftRequest(
                name, name, null, days + "d", "acis", null, List.of(), List.of(), List.of(), List.of(), List.of(), null, null,
                false, minSamples);
        try (DuckDb engine = engine();
                DriftSides sides = sides(engine)) {
            DriftMonitorDefinition rule = rule(request);
            DriftSide current = sides.side(days + "d", name, null);
            DriftData reference = sides.side("champion", name, null).data();
            if (current.data().rows() < minSamples) {
                throw new KeelsonException(
                        ErrorCode.NOT_ENOUGH_ROWS,
                        "%s was asked %,d times in the last %d days; %,d are needed to judge."
                                .formatted(name, current.data().rows(), days, minSamples),
                        "Maybe a larger days_lookback, or a smaller min_samples.");
            }
            return judge(request, rule, name, reference, current).toAcisJson(rule.share());
        }
    }

    private static String watched(Project project) {
        List<String> all = (project.models().size() == 1 ? LoggedModel.all(project).subList(0, 1) : LoggedModel.all(project)).stream()
                .map(LoggedModel::name)
                .toList();
        List<String> names = all.size() == 1
                ? all
                : all.stream().filter(each -> Projects.drift(project, each).isPresent()).toList();
        if (names.size() != 1) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The model is not said; %d are watched: %s.".formatted(names.size(), String.join(", ", names)),
                    "Maybe add `model`.");
        }
        return names.getFirst();
    }

    private static DuckDb engine() {
        return new DuckDb(DuckDbSettings.defaults().orAsToldBySystem());
    }

    private DriftSides sides(DuckDb engine) {
        return new DriftSides(folder, anyFile, engine, zone(), tables);
    }
}

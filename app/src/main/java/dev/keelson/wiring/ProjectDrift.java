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
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares tables, and makes them wrong on purpose. */
public final class ProjectDrift implements DriftService {
    private static final String KIND = "drift";

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

    /** Of files alone, without a project; nothing is kept. */
    public static DriftService ofFiles(Path folder, InstantSource clock) {
        return new ProjectDrift(folder, true, clock, null, report -> {});
    }

    /** The same for requests that may name any file. */
    ProjectDrift anywhere(Path base) {
        return new ProjectDrift(base, true, clock, tables, keep);
    }

    @Override
    public JsonNode compare(DriftRequest request) {
        try (DuckDb engine = engine();
                DriftSides sides = sides(engine)) {
            AllProblems all = new AllProblems();
            Optional<DriftMonitorDefinition> asked = all.of(() -> rule(request));
            Optional<DriftSide> first = all.of(() -> sides.side(
                    request.reference() == null ? "champion" : request.reference(), request.model(), request.time()));
            Optional<DriftSide> second = all.of(() ->
                    sides.side(request.current() == null ? "served" : request.current(), request.model(), request.time()));
            all.throwIfAny();
            DriftMonitorDefinition rule = asked.orElseThrow();
            DriftSide reference = first.orElseThrow();
            DriftSide current = second.orElseThrow();
            String subject = request.name() == null
                    ? "%s against %s".formatted(shown(current.data()), shown(reference.data()))
                    : request.name();
            return kept(judge(request, rule, subject, reference.data(), current));
        }
    }

    /** Without digests and times of day: a person reads it. */
    private static String shown(DriftData data) {
        return data.name()
                .replaceAll("([0-9a-f]{8})[0-9a-f]{56}", "$1")
                .replaceAll("([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9:.]+Z", "$1");
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
                        Objects.requireNonNullElse(current.from(), now),
                        Objects.requireNonNullElse(current.to(), now)),
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
                        : Projects.drift(project, Projects.model(project, model).name()).orElse(null));
    }

    @Override
    public JsonNode simulate(SimulateRequest request) {
        AllProblems all = new AllProblems();
        List<Problem> misread = new ArrayList<>();
        List<DataChange> changes = request.changes().read(misread);
        all.add(misread);
        DriftRequest drift = request.drift();
        try (DuckDb engine = engine();
                DriftSides sides = sides(engine)) {
            Optional<DriftMonitorDefinition> asked = all.of(() -> rule(drift));
            String out = request.out();
            Path file = out == null ? null : all.of(() -> sides.newFile(out)).orElse(null);
            Optional<DriftSide> side = all.of(() ->
                    sides.side(drift.current() == null ? "champion" : drift.current(), drift.model(), drift.time()));
            Optional<ChangedData> made =
                    side.flatMap(found -> all.of(() -> ChangedData.of(found.data(), changes, request.seed())));
            all.throwIfAny();
            DriftMonitorDefinition rule = asked.orElseThrow();
            DriftSide whole = side.orElseThrow();
            ChangedData changed = made.orElseThrow();
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("data", shown(whole.data()));
            var list = document.putArray("changes");
            changes.forEach(each -> list.add(each.shown()));
            document.put("seed", request.seed());
            document.put("rows", changed.rows());
            document.put("columns", changed.schema().columns().size());
            if (file != null) {
                TableFile.write(engine, changed, file);
                document.put("file", out);
            }
            if (request.check()) {
                DriftData reference = drift.reference() == null
                        ? whole.data()
                        : sides.side(drift.reference(), drift.model(), drift.time()).data();
                String subject = drift.name() == null ? "simulation: " + shown(changed) : drift.name();
                document.set(
                        "report",
                        kept(judge(drift, rule, subject, reference, new DriftSide(changed, whole.from(), whole.to()))));
            } else if (file == null) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The changed rows are neither written nor judged.",
                        "Maybe add `out` or `check`.");
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
        String name = model != null ? Projects.model(project, model).name() : watched(project);
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
        List<String> names = project.models().stream()
                .map(each -> each.name())
                .filter(each -> project.models().size() == 1 || Projects.drift(project, each).isPresent())
                .toList();
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
        return new DriftSides(
                folder, anyFile, engine, tables == null ? ZoneOffset.UTC : tables.project().zone(), tables);
    }
}

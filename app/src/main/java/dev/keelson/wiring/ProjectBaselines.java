package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Frame;
import dev.keelson.http.BaselineService;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.Baseline;
import dev.keelson.monitor.BaselineCheck;
import dev.keelson.monitor.BaselineRows;
import dev.keelson.monitor.BaselineSource;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.spi.PredictionLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The baselines of a project: what is known of each is a report of its catalogue, its rows an artifact that the report names.
 * They are made of the data as loaded now, not as they were when the server started.
 */
final class ProjectBaselines implements BaselineService {
    /** Kind of the reports. */
    static final String KIND = "baseline";

    private static final String READY = "ready";
    private static final String DELETED = "deleted";
    private static final int LISTED = 1_000;
    private static final int EARLIER = 12;
    /** A check takes an earlier baseline when less than this share of the newest lies before the window. */
    private static final double ENOUGH = 0.5;

    private final Project project;
    private final Workspace workspace;
    private final PredictionLog log;
    private final InstantSource clock;
    private final Windows windows;
    private final Map<String, ReferenceProfile> profiles = new ConcurrentHashMap<>();

    /** Where the window begins that a monitor would judge now. */
    interface Windows {
        Instant start(String model, DriftMonitorDefinition monitor, Instant now);
    }

    ProjectBaselines(Project project, Workspace workspace, PredictionLog log, InstantSource clock, Windows windows) {
        this.project = project;
        this.workspace = workspace;
        this.log = log;
        this.clock = clock;
        this.windows = windows;
    }

    @Override
    public JsonNode create(Request request) {
        String model = LoggedModel.of(project, request.model()).name();
        Optional<DriftMonitorDefinition> monitor = Projects.drift(project, model);
        String text = request.source();
        List<BaselineSource> sources = text == null
                ? monitor.map(DriftMonitorDefinition::baselines).orElse(List.of(BaselineSource.TRAINING))
                : List.of(BaselineSource.parse(text)
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.BAD_REQUEST,
                                "A baseline of `%s` cannot be made: `training`, `last 30d` or `dataset VERSION` was expected.".formatted(text),
                                null)));
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode made = document.putArray("baselines");
        for (BaselineSource source : sources) {
            made.add(make(model, source, request.actor(), request.reason()).toJson());
        }
        return document;
    }

    /** The rows of a baseline and where they are from, in words. */
    private record Taken(BaselineRows rows, String origin, DoubleFunction<@Nullable String> texts) {}

    /** Makes the next baseline of a source, and keeps it. */
    private Baseline make(String model, BaselineSource source, String actor, String reason) {
        Instant now = clock.instant();
        LoggedModel logged = LoggedModel.of(project, model);
        Taken taken = logged.elsewhere() ? handedIn(new HandedIn(log, logged), source, now) : rows(model, source, now);
        if (taken.rows().rows() < ReferenceProfile.WINDOWS) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "The baseline `%s` of the model (%s) would have %d rows (%s); at least %d are needed."
                            .formatted(source.text(), model, taken.rows().rows(), taken.origin(), ReferenceProfile.WINDOWS),
                    logged.elsewhere()
                            ? "Maybe hand in older predictions, `keelson predictions submit %s FILE`, or take a longer period.".formatted(model)
                            : "Maybe load newer data, or take a longer period.");
        }
        return keep(model, source, taken, now, actor, reason);
    }

    /** Of a model that others serve: what was handed in. */
    private Taken handedIn(HandedIn all, BaselineSource source, Instant now) {
        String model = all.model().name();
        Duration length = source.length();
        if (source.kind() == BaselineSource.Kind.DATASET) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "A baseline of `%s` cannot be made of the model (%s): others serve it, and no dataset is known to hold what it is asked."
                            .formatted(source.text(), model),
                    "Maybe `keelson baseline create \"last 30d\" --model %s` takes what was handed in.".formatted(model));
        }
        if (length == null) {
            return new Taken(all.first(), HandedIn.ORIGIN, _ -> null);
        }
        Instant end = Projects.drift(project, model).map(monitor -> all.window(monitor, now).from()).orElseGet(() -> all.end(now));
        return new Taken(
                all.period(end.minus(length), end), "handed in of events from %s until %s".formatted(end.minus(length), end), _ -> null);
    }

    /** Of a model of the project: rows of its data. */
    private Taken rows(String model, BaselineSource source, Instant now) {
        Map<String, DatasetVersion> versions = new LinkedHashMap<>(workspace.latestWithViews(now));
        String origin = "";
        String wanted = source.version();
        if (wanted != null) {
            String of = Projects.model(project, model).source();
            DatasetVersion version = new Datasets(workspace, clock).version(of, wanted);
            versions.put(of, version);
            origin = "version %s of %s".formatted(version.id(), of);
        }
        Filled filled = filled(model, versions);
        ModelRows rows = filled.rows();
        Duration length = source.length();
        BaselineRows taken;
        if (source.kind() == BaselineSource.Kind.TRAINING) {
            ModelVersion champion = champion(model);
            taken = rows.training(champion.trainedTo());
            origin = origin(champion);
        } else if (length == null) {
            taken = rows.period(Instant.MIN, now, now);
        } else {
            Instant end = Projects.drift(project, model)
                    .map(monitor -> windows.start(model, monitor, now))
                    .orElse(now);
            taken = rows.period(end.minus(length), end, now);
            origin = "events from %s until %s".formatted(end.minus(length), end);
        }
        return new Taken(taken, origin, filled.texts());
    }

    private Baseline keep(
            String model, BaselineSource source, Taken taken, Instant now, String actor, String reason) {
        BaselineRows rows = taken.rows();
        String sha256 = workspace.artifacts().put(rows.toBytes());
        List<Baseline.Column> columns = Baseline.columns(rows, taken.texts());
        return workspace.catalog().write(tx -> {
            int number = tx.reports(KIND, model, LISTED).stream()
                            .map(report -> Baseline.fromJson(report.document()))
                            .filter(each -> each.source().equals(source))
                            .mapToInt(Baseline::number)
                            .max()
                            .orElse(0)
                    + 1;
            Baseline baseline = new Baseline(
                    Baseline.id(model, source, number),
                    model,
                    source,
                    number,
                    now,
                    rows.from(),
                    rows.to(),
                    rows.rows(),
                    taken.origin(),
                    reason,
                    actor,
                    sha256,
                    columns);
            tx.putReport(stored(baseline, READY));
            tx.addAudit(new AuditEntry(
                    0, now, actor, "make_baseline", model, null, reason, "{\"baseline\":\"" + baseline.id() + "\"}"));
            return baseline;
        });
    }

    private static StoredReport stored(Baseline baseline, String verdict) {
        return new StoredReport(
                baseline.id(), KIND, baseline.model(), baseline.at(), verdict, baseline.toJson().toString());
    }

    /**
     * The data of a model, read.
     *
     * @param texts what the numbers of its categories stand for, which is known once rows were read
     */
    private record Filled(ModelRows rows, DoubleFunction<@Nullable String> texts) {}

    private Filled filled(String model, Map<String, DatasetVersion> versions) {
        ProjectModels compiled = ProjectModels.ofVersions(project, versions);
        ModelPlan plan = plan(compiled, model);
        Map<String, ModelRows> rows = compiled.rows();
        Workspace.fill(compiled, rows, workspace.read(compiled, versions));
        return new Filled(Optional.ofNullable(rows.get(model)).orElseThrow(() -> notReady(model)), plan.service()::text);
    }

    private static ModelPlan plan(ProjectModels compiled, String model) {
        return compiled.plans().stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow(() -> notReady(model));
    }

    private static KeelsonException notReady(String model) {
        return new KeelsonException(
                ErrorCode.NOT_READY,
                "No data of the model (%s) are known yet.".formatted(model),
                "Maybe run `keelson data load`.");
    }

    private ModelVersion champion(String model) {
        return workspace.catalog()
                .read(tx -> tx.alias(model, ModelVersion.CHAMPION))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_READY,
                        "The model (%s) has no champion yet, so it has no training data to compare with.".formatted(model),
                        "Maybe run `keelson run`."));
    }

    private static String origin(ModelVersion champion) {
        return "the training data of version %d".formatted(champion.version());
    }

    /** Those that were not deleted, newest first. */
    private List<Baseline> of(String model, BaselineSource source) {
        return all(model).stream().filter(each -> each.source().equals(source)).toList();
    }

    private List<Baseline> all(@Nullable String model) {
        Catalog catalog = workspace.catalog();
        return catalog.read(tx -> tx.reports(KIND, model, LISTED)).stream()
                .filter(report -> report.verdict().equals(READY))
                .map(report -> Baseline.fromJson(report.document()))
                .toList();
    }

    @Override
    public JsonNode list(@Nullable String model) {
        String known = model == null ? null : LoggedModel.of(project, model).name();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("baselines");
        all(known).forEach(each -> {
            ObjectNode node = each.toJson();
            node.put("columns", each.columns().size());
            list.add(node);
        });
        return document;
    }

    private Baseline find(String id) {
        return workspace.catalog()
                .read(tx -> tx.report(id))
                .filter(report -> report.kind().equals(KIND) && report.verdict().equals(READY))
                .map(report -> Baseline.fromJson(report.document()))
                .orElseThrow(() -> BaselineService.unknown(id));
    }

    /**
     * The rows of a baseline, in order of time, with their event times in {@link SystemColumns#EVENT_TIME}.
     *
     * @param id as listed; without the number at its end the newest of them
     */
    DriftSides.Rows rows(String id) {
        Baseline baseline = all(null).stream()
                .filter(each -> each.id().equals(id) || each.id().equals(id + "." + each.number()))
                .findFirst()
                .orElseThrow(() -> BaselineService.unknown(id));
        BaselineRows rows = BaselineRows.ofBytes(bytes(baseline));
        DoubleFunction<@Nullable String> texts = LoggedModel.isElsewhere(project, baseline.model())
                ? _ -> null // numbers alone are handed in
                : filled(baseline.model(), workspace.latestWithViews(clock.instant())).texts();
        Frame kept = rows.table(SystemColumns.EVENT_TIME, texts);
        return new DriftSides.Rows(
                "baseline %s%s"
                        .formatted(baseline.id(), rows.exact() ? "" : " (%,d rows kept of %,d)".formatted(kept.rows(), rows.rows())),
                kept);
    }

    @Override
    public JsonNode one(String id) {
        return find(id).toJson();
    }

    @Override
    public JsonNode delete(String id, String actor, String reason) {
        Baseline baseline = find(id);
        Instant now = clock.instant();
        workspace.catalog().update(tx -> {
            tx.putReport(stored(baseline.deleted(actor, reason), DELETED));
            tx.addAudit(new AuditEntry(
                    0, now, actor, "delete_baseline", baseline.model(), 0, reason, "{\"baseline\":\"" + baseline.id() + "\"}"));
        });
        profiles.keySet().removeIf(key -> key.startsWith(id + " "));
        return baseline.toJson().put("deleted", true);
    }

    /**
     * Whose window is judged.
     *
     * @param names of its columns
     * @param current whether a kept baseline of training data is still that of what serves
     * @param key of what makes it comparable
     * @param profile makes it so
     */
    private record Compared(
            String model,
            List<String> names,
            Predicate<Baseline> current,
            String key,
            Function<BaselineRows, ReferenceProfile> profile) {}

    /**
     * What a window is compared with: the baselines that the monitor names, made where there is none yet.
     *
     * @param from where the window begins
     */
    List<BaselineCheck.Against> against(
            ServedModel served, BundleTrainer trainer, DriftMonitorDefinition monitor, Instant from) {
        List<String> names = new ArrayList<>(served.plan().service().names());
        names.addAll(served.plan().watchNames());
        ModelVersion champion = served.champion().version();
        Compared compared = new Compared(
                served.plan().name(),
                names,
                each -> each.origin().equals(origin(champion)),
                "v" + champion.version(),
                rows -> trainer.profile(rows, served.champion().trained()));
        return against(compared, monitor, from);
    }

    /** The same of a model that others serve: its columns have no known importance. */
    List<BaselineCheck.Against> against(HandedIn all, DriftMonitorDefinition monitor, Instant from) {
        List<String> names = all.model().columns();
        Instant begins = all.begins();
        int wanted = all.wanted();
        Compared compared = new Compared(
                all.model().name(),
                names,
                each -> each.from().equals(begins) && 2 * each.rows() > wanted, // older or many more ones came since
                "elsewhere",
                rows -> ReferenceProfile.of(rows, new double[names.size()], Map.of()));
        return against(compared, monitor, from);
    }

    private List<BaselineCheck.Against> against(Compared compared, DriftMonitorDefinition monitor, Instant from) {
        List<BaselineCheck.Against> against = new ArrayList<>();
        for (BaselineSource source : monitor.baselines()) {
            boolean decides = against.isEmpty();
            Baseline baseline = baseline(compared, source, from);
            against.add(new BaselineCheck.Against(
                    source,
                    baseline == null ? "" : baseline.id(),
                    baseline == null ? null : profile(baseline, compared),
                    earlier(compared.model(), decides ? null : source)));
        }
        return against;
    }

    private List<DriftReport> earlier(String model, @Nullable BaselineSource beside) {
        String kind = beside == null ? "drift" : BaselineCheck.BESIDE;
        String subject = beside == null ? model : BaselineCheck.subject(model, beside);
        return workspace.catalog().read(tx -> tx.reports(kind, subject, EARLIER)).stream()
                .map(report -> DriftReport.fromJson(report.document()))
                .toList();
    }

    /** The one that fits a window; null where too few rows are known to make one. */
    private @Nullable Baseline baseline(Compared compared, BaselineSource source, Instant from) {
        String model = compared.model();
        List<Baseline> known = of(model, source).stream()
                .filter(each -> each.columns().stream().map(Baseline.Column::name).toList().equals(compared.names()))
                .filter(each -> source.kind() != BaselineSource.Kind.TRAINING || compared.current().test(each))
                .toList();
        for (Baseline each : known) {
            Duration all = Duration.between(each.from(), each.to());
            Duration before = Duration.between(each.from(), from);
            if (before.toMillis() >= ENOUGH * all.toMillis()) {
                return each;
            }
        }
        if (!known.isEmpty()) {
            return known.getFirst();
        }
        try {
            return make(model, source, "system", "The first check asked for it.");
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.NOT_ENOUGH_ROWS) {
                return null;
            }
            throw e;
        }
    }

    private ReferenceProfile profile(Baseline baseline, Compared compared) {
        return profiles.computeIfAbsent(
                baseline.id() + " " + compared.key(), _ -> compared.profile().apply(BaselineRows.ofBytes(bytes(baseline))));
    }

    private byte[] bytes(Baseline baseline) {
        return workspace.artifacts()
                .get(baseline.sha256())
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The rows of the baseline (%s) are missing from the artifact store.".formatted(baseline.id()),
                        "Maybe delete it with `keelson baseline delete %s`; the next check makes it anew.".formatted(baseline.id())));
    }
}

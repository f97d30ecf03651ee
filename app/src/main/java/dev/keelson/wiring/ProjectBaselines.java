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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleFunction;
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
    private final InstantSource clock;
    private final Windows windows;
    private final Map<String, ReferenceProfile> profiles = new ConcurrentHashMap<>();

    /** Where the window begins that a monitor would judge now. */
    interface Windows {
        Instant start(String model, DriftMonitorDefinition monitor, Instant now);
    }

    ProjectBaselines(Project project, Workspace workspace, InstantSource clock, Windows windows) {
        this.project = project;
        this.workspace = workspace;
        this.clock = clock;
        this.windows = windows;
    }

    @Override
    public JsonNode create(Request request) {
        String model = Projects.model(project, request.model()).name();
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

    /** Makes the next baseline of a source, and keeps it. */
    private Baseline make(String model, BaselineSource source, String actor, String reason) {
        Instant now = clock.instant();
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
        if (taken.rows() < ReferenceProfile.WINDOWS) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "The baseline `%s` of the model (%s) would have %d rows (%s); at least %d are needed."
                            .formatted(source.text(), model, taken.rows(), origin, ReferenceProfile.WINDOWS),
                    "Maybe load newer data, or take a longer period.");
        }
        return keep(model, source, taken, Baseline.columns(taken, filled.texts()), origin, now, actor, reason);
    }

    private Baseline keep(
            String model,
            BaselineSource source,
            BaselineRows taken,
            List<Baseline.Column> columns,
            String origin,
            Instant now,
            String actor,
            String reason) {
        String sha256 = workspace.artifacts().put(taken.toBytes());
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
                    taken.from(),
                    taken.to(),
                    taken.rows(),
                    origin,
                    reason,
                    actor,
                    sha256,
                    columns);
            tx.putReport(stored(baseline, READY));
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
        String known = model == null ? null : Projects.model(project, model).name();
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
        Frame kept = rows.table(
                SystemColumns.EVENT_TIME,
                filled(baseline.model(), workspace.latestWithViews(clock.instant())).texts());
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
     * What a window is compared with: the baselines that the monitor names, made where there is none yet.
     *
     * @param from where the window begins
     */
    List<BaselineCheck.Against> against(
            ServedModel served, BundleTrainer trainer, DriftMonitorDefinition monitor, Instant from) {
        String model = served.plan().name();
        List<BaselineCheck.Against> against = new ArrayList<>();
        for (BaselineSource source : monitor.baselines()) {
            boolean decides = against.isEmpty();
            Baseline baseline = baseline(served, source, from);
            against.add(new BaselineCheck.Against(
                    source,
                    baseline == null ? "" : baseline.id(),
                    baseline == null ? null : profile(baseline, served, trainer),
                    earlier(model, decides ? null : source)));
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
    private @Nullable Baseline baseline(ServedModel served, BaselineSource source, Instant from) {
        String model = served.plan().name();
        List<String> names = new ArrayList<>(served.plan().service().names());
        names.addAll(served.plan().watchNames());
        List<Baseline> known = of(model, source).stream()
                .filter(each -> each.columns().stream().map(Baseline.Column::name).toList().equals(names))
                .filter(each -> source.kind() != BaselineSource.Kind.TRAINING
                        || each.origin().equals(origin(served.champion().version())))
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

    private ReferenceProfile profile(Baseline baseline, ServedModel served, BundleTrainer trainer) {
        String key = String.format(Locale.ROOT, "%s v%d", baseline.id(), served.champion().version().version());
        return profiles.computeIfAbsent(
                key, _ -> trainer.profile(BaselineRows.ofBytes(bytes(baseline)), served.champion().trained()));
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

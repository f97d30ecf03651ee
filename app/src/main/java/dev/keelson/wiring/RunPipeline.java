package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.data.CheckResult;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.TunedSettings;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.train.ModelDefinition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Apply, load, check, features, train, register: once, in order. Each step has a key made of everything it depends on; what has
 * not changed is not done again.
 */
public final class RunPipeline {
    /** Kind of the report of a load. */
    static final String LOAD = "load";
    /** Its verdict when a check blocked the load. */
    static final String BLOCKED = "blocked";
    /** Why a first version is registered. */
    static final String FIRST = "The first version of its model.";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RunPipeline() {}

    /**
     * A step.
     *
     * @param name which
     * @param changed whether it had anything to do
     * @param summary what it did, in one line
     */
    public record Step(String name, boolean changed, String summary) {}

    /**
     * What a run did.
     *
     * @param steps in order
     * @param loads what was loaded of each source, with the quarantined rows, in the order of the project file
     * @param main which of them is meant where one is: that of the first model
     * @param versions champion or challenger of each model, by model
     * @param signals what the run of each says of its test period, as {@link dev.keelson.train.Signal#text}; none of a refresh
     */
    public record RunReport(
            List<Step> steps,
            List<LoadReport> loads,
            LoadReport main,
            Map<String, ModelVersion> versions,
            Map<String, String> signals) {
        public RunReport {
            steps = List.copyOf(steps);
            loads = List.copyOf(loads);
            versions = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(versions));
            signals = Map.copyOf(signals);
        }

        /** Rows that were set aside, of all sources. */
        public long quarantined() {
            return loads.stream().mapToLong(load -> load.quarantined().size()).sum();
        }

        private static ObjectNode source(LoadReport load) {
            DatasetVersion version = load.version();
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("name", load.source())
                    .put("changed", load.changed())
                    .put("rows_read", load.read())
                    .put("rows_loaded", load.loaded())
                    .put("rows_updated", load.updated())
                    .put("rows_deleted", load.deleted())
                    .put("rows_superseded", load.superseded())
                    .put("rows_unchanged", load.unchanged())
                    .put("rows_quarantined", load.quarantined().size())
                    .put("rows_pushed", load.pushed())
                    .put("rows", version == null ? 0 : version.rows())
                    .put("dataset_version", version == null ? null : version.id());
        }

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            ArrayNode list = node.putArray("steps");
            for (Step step : steps) {
                list.addObject()
                        .put("name", step.name())
                        .put("changed", step.changed())
                        .put("summary", step.summary());
            }
            node.put("rows_read", loads.stream().mapToLong(LoadReport::read).sum());
            node.put("rows_loaded", loads.stream().mapToLong(LoadReport::loaded).sum());
            node.put("rows_updated", loads.stream().mapToLong(LoadReport::updated).sum());
            node.put("rows_deleted", loads.stream().mapToLong(LoadReport::deleted).sum());
            node.put("rows_superseded", loads.stream().mapToLong(LoadReport::superseded).sum());
            node.put("rows_unchanged", loads.stream().mapToLong(LoadReport::unchanged).sum());
            node.put("rows_quarantined", quarantined());
            DatasetVersion version = main.version();
            node.put("dataset_version", version == null ? null : version.id());
            ArrayNode sources = node.putArray("sources");
            loads.forEach(load -> sources.add(source(load)));
            ObjectNode models = node.putObject("models");
            versions.forEach((name, each) -> models.putObject(name)
                    .put("version", each.version())
                    .put("run", each.runId())
                    .put("model_sha256", each.sha256())
                    .put("signal", signals.get(name)));
            return node;
        }
    }

    /**
     * Runs all steps.
     *
     * @param clock says what time it is
     * @param listener told of each step when it ends, as one line
     * @throws KeelsonException as loading and training do; steps before the failed one stay done
     */
    public static RunReport run(Project project, InstantSource clock, Consumer<String> listener) {
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            workspace.recover();
            RunReport report = run(workspace, clock, listener);
            CatalogueEvents.write(workspace);
            return report;
        } finally {
            owner.close();
        }
    }

    /**
     * Trains one model with other settings than the project file's, on the data as loaded, and registers it: as champion when
     * it is the first version of its model, else as challenger, which the usual gates judge.
     *
     * @param settings setting, or {@code member.setting}, to its value
     * @return what was done
     */
    public static Step trainTuned(Project project, String name, JsonNode settings, InstantSource clock) {
        Map<String, Object> values = new LinkedHashMap<>();
        settings.properties().forEach(field -> values.put(field.getKey(), ModelTuning.value(field.getValue())));
        Project tuned = project.withModels(List.of(TunedSettings.apply(Projects.model(project, name), values)));
        TrainingPurpose purpose = TrainingPurpose.PERSON.asking(Map.of(TrainingPurpose.SETTINGS, values.toString()));
        List<Step> steps = new ArrayList<>();
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            workspace.recover();
            Instant now = clock.instant();
            Map<String, DatasetVersion> versions = workspace.latestWithViews(now);
            train(workspace, ProjectModels.ofVersions(tuned, versions), versions, purpose, now, clock, steps::add);
            CatalogueEvents.write(workspace);
        } finally {
            owner.close();
        }
        return steps.getLast();
    }

    static RunReport run(Workspace workspace, InstantSource clock, Consumer<String> listener) {
        Instant now = clock.instant();
        List<Step> steps = new ArrayList<>();
        Consumer<Step> done = step -> {
            steps.add(step);
            listener.accept("%-9s %s".formatted(step.name() + ":", step.changed() ? step.summary() : "unchanged"
                    + (step.summary().isEmpty() ? "" : "  (" + step.summary() + ")")));
        };
        DefinitionPlan plan = ProjectDefinitions.apply(workspace, workspace.project(), now, "system", null);
        done.accept(new Step("apply", !plan.isEmpty(), plan.isEmpty() ? "" : plan.summary()));
        List<LoadReport> loads = loadAll(workspace, workspace.project(), now, done);
        Map<String, DatasetVersion> versions = workspace.withViews(versions(loads), now);
        ProjectModels models = ProjectModels.ofVersions(workspace.project(), versions);
        features(workspace, models, versions, done);
        Map<String, ModelVersion> trained;
        try {
            trained = train(workspace, models, versions, TrainingPurpose.PERSON, now, clock, done);
        } catch (KeelsonException e) {
            throw remindingOf(loads, e);
        }
        Map<String, String> signals = new LinkedHashMap<>();
        trained.forEach((model, version) -> {
            String signal = run(workspace.catalog(), version).tags().get(BundleTrainer.SIGNAL);
            if (signal != null) {
                signals.put(model, signal);
            }
        });
        return new RunReport(steps, loads, main(workspace.project(), loads), trained, signals);
    }

    /** The load of the source that is meant where none is named. */
    private static LoadReport main(Project project, List<LoadReport> loads) {
        String main = ProjectModels.main(project).name();
        return loads.stream()
                .filter(load -> load.source().equals(main))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, DatasetVersion> versions(List<LoadReport> loads) {
        Map<String, DatasetVersion> versions = new LinkedHashMap<>();
        for (LoadReport load : loads) {
            DatasetVersion version = load.version();
            if (version != null) {
                versions.put(load.source(), version);
            }
        }
        if (versions.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "No row could be loaded from %s."
                            .formatted(loads.stream()
                                    .map(load -> "(" + load.source() + ")")
                                    .collect(Collectors.joining(", "))),
                    null);
        }
        return versions;
    }

    /** Rows that are missing may have been set aside. */
    private static KeelsonException remindingOf(List<LoadReport> loads, KeelsonException failure) {
        ProjectDatasets.SetAside aside = ProjectDatasets.SetAside.of(loads);
        if (failure.code() != ErrorCode.NOT_ENOUGH_ROWS || aside.rows() == 0) {
            return failure;
        }
        List<Problem> problems = new ArrayList<>(failure.problems());
        Problem first = problems.getFirst();
        problems.set(
                0,
                Problem.at(
                        first.code(),
                        first.location(),
                        first.message(),
                        aside.sentence() + (first.hint() == null ? "" : " " + first.hint())));
        return new KeelsonException(problems, failure);
    }

    /**
     * Loads every source of the project, in the order of the project file, and stores a report of each. A load that is
     * blocked ends it: those before it stay done.
     *
     * @throws KeelsonException if the project has no source, and as the loads do
     */
    static List<LoadReport> loadAll(Workspace workspace, Project project, Instant now, Consumer<Step> done) {
        List<SourceDefinition> sources = project.sources();
        if (sources.isEmpty()) {
            ProjectModels.main(project); // says that there is none
        }
        List<LoadReport> loads = new ArrayList<>();
        for (SourceDefinition source : sources) {
            loads.add(load(workspace, source, now, done));
        }
        return loads;
    }

    /** Loads a source and stores a report of it, also when the load is blocked. */
    static LoadReport load(Workspace workspace, SourceDefinition definition, Instant now, Consumer<Step> done) {
        String source = definition.name();
        String name = workspace.project().sources().size() > 1 ? source + ": " : "";
        long started = System.nanoTime();
        Workspace.Load loaded = workspace.load(
                definition,
                now,
                blocked -> report(
                        workspace,
                        now,
                        BLOCKED,
                        source,
                        counts(blocked.read(), 0, 0, 0, blocked.quarantined(), blocked.quarantineId(), blocked.latest())));
        LoadReport load = loaded.report();
        long millis = (System.nanoTime() - started) / 1_000_000;
        DatasetVersion version = load.version();
        String id = id(version);
        report(
                workspace,
                now,
                load.changed() ? "changed" : "unchanged",
                source,
                document(load, loaded.decisions())
                        .put("from", definition.file().text())
                        .put("millis", millis));
        LoadReport.Anew anew = load.anew();
        done.accept(new Step(
                "data",
                load.changed(),
                name + (anew == null ? "" : anew.text() + "; ")
                        + (load.changed()
                        ? "%,d rows read%s: %,d loaded, %,d updated, %s%,d unchanged, %,d quarantined; version %s"
                                .formatted(
                                        load.read(),
                                        load.pushed() == 0 ? "" : " (%,d of them pushed)".formatted(load.pushed()),
                                        load.loaded(),
                                        load.updated(),
                                        load.deleted() + load.superseded() == 0
                                                ? ""
                                                : "%,d deleted, %,d superseded, "
                                                        .formatted(load.deleted(), load.superseded()),
                                        load.unchanged(),
                                        load.quarantined().size(),
                                        shortId(id))
                        : "%,d rows, version %s".formatted(version == null ? 0 : version.rows(), shortId(id)))));
        List<CheckResult> warnings = load.warnings();
        done.accept(new Step(
                "checks",
                load.changed(),
                name + (warnings.isEmpty()
                        ? "%d of %d hold".formatted(load.checks().size(), load.checks().size())
                        : "%d of %d hold; %s"
                                .formatted(
                                        load.checks().size() - warnings.size(),
                                        load.checks().size(),
                                        warnings.stream()
                                                .map(each -> each.condition() + " does not: " + each.failure())
                                                .toList()))));
        return load;
    }

    private static String id(@Nullable DatasetVersion version) {
        return version == null ? "none" : version.id();
    }

    private static String shortId(String id) {
        return id.substring(0, Math.min(12, id.length()));
    }

    private static ObjectNode counts(
            long read,
            long loaded,
            long updated,
            long unchanged,
            int quarantined,
            @Nullable String quarantineId,
            @Nullable DatasetVersion version) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("read", read)
                .put("loaded", loaded)
                .put("updated", updated)
                .put("unchanged", unchanged)
                .put("quarantined", quarantined)
                .put("quarantine_id", quarantineId)
                .put("dataset_version", id(version));
    }

    private static void report(Workspace workspace, Instant now, String verdict, String source, ObjectNode counts) {
        workspace.catalog().update(tx -> tx.putReport(
                new StoredReport("load-" + source + "-" + now, LOAD, source, now, verdict, counts.toString())));
    }

    private static ObjectNode document(LoadReport load, List<String> decisions) {
        ObjectNode document = counts(
                        load.read(),
                        load.loaded(),
                        load.updated(),
                        load.unchanged(),
                        load.quarantined().size(),
                        load.quarantineId(),
                        load.version())
                .put("deleted", load.deleted())
                .put("superseded", load.superseded())
                .put("pushed", load.pushed())
                .put("from_sha256", load.sha256())
                .put("marked", load.marked().size())
                .put("marked_id", load.markedId());
        LoadReport.Anew anew = load.anew();
        if (anew != null) {
            document.put("made_anew", String.join("; ", anew.changes())).put("kept", anew.kept());
        }
        ArrayNode checks = document.putArray("checks");
        load.checks().forEach(check -> checks.add(check.toJson()));
        decisions.forEach(document.putArray("decisions")::add);
        return document;
    }

    /** A document that the product itself has stored. */
    static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored report is not JSON.", e);
        }
    }

    private static void features(
            Workspace workspace,
            ProjectModels models,
            Map<String, DatasetVersion> versions,
            Consumer<Step> done) {
        Sha256 sha = new Sha256().add("keelson-features-1");
        List<String> ids = versions.values().stream().map(DatasetVersion::id).toList();
        ids.forEach(sha::add);
        models.plans().forEach(plan -> sha.add(plan.service().sha256()));
        String key = sha.hex();
        Optional<String> before = workspace.catalog().read(tx -> tx.step(key));
        String summary = "%d views, %s"
                .formatted(
                        models.engine().viewNames().size(),
                        models.plans().isEmpty()
                                ? "no model asks for them"
                                : models.plans().stream()
                                        .map(plan -> plan.service().names().size() + " features for " + plan.name())
                                        .toList());
        workspace.materialize(models, versions); // nothing is read again where nothing changed
        if (before.isEmpty()) {
            workspace.catalog().update(tx -> tx.putStep(key, "features", String.join(" ", ids)));
        }
        done.accept(new Step("features", before.isEmpty(), summary));
    }

    private static Map<String, ModelVersion> train(
            Workspace workspace,
            ProjectModels models,
            Map<String, DatasetVersion> versionBySource,
            TrainingPurpose purpose,
            Instant now,
            InstantSource clock,
            Consumer<Step> done) {
        models.waiting().forEach((model, source) -> done.accept(
                new Step("train", false, "%s waits: no row of the source (%s) is known yet".formatted(model, source))));
        if (models.plans().isEmpty()) {
            if (models.waiting().isEmpty()) {
                done.accept(new Step("train", false, "the project has no models"));
            }
            return Map.of();
        }
        Catalog catalog = workspace.catalog();
        Map<String, ModelRows> rows = models.rows();
        Workspace.fill(models, rows, workspace.read(models, versionBySource));
        Map<String, BundleTrainer> trainers =
                workspace.trainers(models, rows, () -> Workspace.ids(versionBySource), purpose, workspace.place());
        Map<String, ModelVersion> result = new LinkedHashMap<>();
        Map<String, Callable<Candidate>> tasks = new LinkedHashMap<>();
        for (ModelPlan plan : models.plans()) {
            BundleTrainer trainer = trainers.get(plan.name());
            if (trainer != null) {
                tasks.put(plan.name(), () -> train(catalog, plan.name(), trainer, now));
            }
        }
        Map<String, KeelsonException> failed = SideBySide.run(tasks, Runtime.getRuntime().availableProcessors(), (model, candidate) -> {
            Optional<ModelVersion> champion = catalog.read(tx -> tx.alias(model, ModelVersion.CHAMPION));
            String reason = champion.isEmpty()
                    ? FIRST
                    : "Trained by hand; it is judged in shadow beside v" + champion.get().version() + ".";
            Registered registered =
                    register(catalog, candidate.trained(), candidate.kind(), now, clock, "system", reason);
            if (registered.added()) {
                ProjectPromotion.begin(workspace.project(), catalog, registered.version(), Map.of(), now);
            }
            result.put(model, registered.version());
            done.accept(
                    registered.added()
                            ? new Step(
                                    "train",
                                    true,
                                    summary(registered.version(), candidate.trained().run(), champion.isEmpty()))
                            : new Step("train", false, registered.version().label()));
        });
        if (!failed.isEmpty()) {
            throw failed(models, failed);
        }
        return result;
    }

    /** What was wrong with the models that could not be trained, each with its name and line; the others are registered. */
    private static KeelsonException failed(ProjectModels models, Map<String, KeelsonException> failed) {
        List<Problem> problems = new ArrayList<>();
        for (ModelPlan plan : models.plans()) {
            KeelsonException failure = failed.get(plan.name());
            if (failure != null) {
                failure.problems().forEach(problem -> problems.add(named(plan.definition(), problem)));
            }
        }
        return new KeelsonException(problems, failed.values().iterator().next());
    }

    private static Problem named(ModelDefinition model, Problem problem) {
        String name = model.name();
        boolean said = problem.message().contains("model " + name) || problem.message().contains("model (" + name);
        return Problem.at(
                problem.code(),
                problem.location() == null ? model.location() : problem.location(),
                (said ? "" : "The model %s was not trained. ".formatted(name)) + problem.message(),
                problem.hint());
    }

    /** What was trained, and by what recipe beside the champion's. */
    private record Candidate(Kind kind, Trained trained) {}

    /** What a model becomes now: its first version, its champion's recipe on the data there is, or another recipe. */
    private static Candidate train(Catalog catalog, String model, BundleTrainer trainer, Instant now) {
        catalog.read(tx -> {
            TrainedRuns.requireExperiment(tx, model);
            return Boolean.TRUE;
        });
        Trained base = catalog.read(tx -> tx.alias(model, ModelVersion.CHAMPION))
                .map(each -> trainer.load(each, run(catalog, each)))
                .orElse(null);
        Kind kind = trainer.kind(base);
        return new Candidate(kind, trainer.train(now, kind, base));
    }

    /**
     * A version that a training gave.
     *
     * @param added whether it is new; otherwise the same model was registered before
     */
    record Registered(ModelVersion version, boolean added) {}

    /** Registers what was trained, unless it is there: as champion when there is none, else as challenger. */
    static Registered register(
            Catalog catalog,
            Trained trained,
            Kind kind,
            Instant now,
            InstantSource clock,
            String actor,
            String reason) {
        return register(catalog, trained, kind, now, clock, actor, reason, "{}");
    }

    /**
     * As {@link #register(Catalog, Trained, Kind, Instant, InstantSource, String, String)}.
     *
     * @param evidence of the line of the audit trail, a JSON object
     */
    static Registered register(
            Catalog catalog,
            Trained trained,
            Kind kind,
            Instant now,
            InstantSource clock,
            String actor,
            String reason,
            String evidence) {
        String model = trained.run().experiment();
        List<ModelVersion> versions = catalog.read(tx -> tx.versions(model));
        Optional<ModelVersion> champion = catalog.read(tx -> tx.alias(model, ModelVersion.CHAMPION));
        Optional<ModelVersion> known = versions.stream()
                .filter(each -> each.sha256().equals(trained.sha256()))
                .findFirst();
        if (known.isPresent()) {
            return new Registered(known.get(), false);
        }
        Run run = timed(trained.run(), now, clock.instant());
        ModelVersion registered = catalog.write(tx -> {
            int number = tx.nextVersion(model); // a client may have registered one meanwhile
            ModelVersion added =
                    new ModelVersion(model, number, run.id(), trained.sha256(), kind, trained.run().startedAt(), now);
            TrainedRuns.put(tx, run);
            tx.addVersion(added);
            if (champion.isEmpty()) {
                Roles.champion(tx, model, number, now);
            } else {
                Roles.challenger(tx, model, number, now);
            }
            tx.addAudit(new AuditEntry(0, now, actor, "register", model, number, reason, evidence));
            if (champion.isEmpty()) {
                tx.addAudit(new AuditEntry(0, now, actor, "promote", model, number, reason, "{}"));
            }
            return added;
        });
        return new Registered(registered, true);
    }

    /** A run with the times at which it really ran; a training itself knows only the moment it stands for. */
    static Run timed(Run run, Instant started, Instant ended) {
        return new Run(
                run.id(),
                run.experiment(),
                run.status(),
                started,
                ended,
                run.params(),
                run.metrics(),
                run.tags(),
                run.artifacts(),
                run.provenance());
    }

    static Run run(Catalog catalog, ModelVersion version) {
        return catalog.read(tx -> tx.run(version.runId()))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "There is no run (%s) of the version (%s).".formatted(version.runId(), version.label()),
                        "Maybe the catalogue was restored from an older backup."));
    }

    private static String numberSummary(ModelVersion version, Run run, boolean champion, double error) {
        Double mean = run.metrics().get("baseline/mean/test_rmse");
        Double explained = run.metrics().get("test_r2");
        return version.label()
                + (champion ? ", champion" : ", challenger")
                + String.format(Locale.ROOT, ", test RMSE %.4g", error)
                + (mean == null ? "" : String.format(Locale.ROOT, " (mean %.4g)", mean))
                + (explained == null ? "" : String.format(Locale.ROOT, ", R2 %.3f", explained))
                + GuidanceSentence.of(run)
                + signal(run)
                + BeforeTraining.sentence(run)
                + "; run " + run.id().substring(0, 8);
    }

    private static String signal(Run run) {
        String signal = run.tags().get(BundleTrainer.SIGNAL);
        return signal == null ? "" : "; " + signal;
    }

    static String summary(ModelVersion version, Run run, boolean champion) {
        Double error = run.metrics().get("test_rmse");
        if (error != null) {
            return numberSummary(version, run, champion, error);
        }
        Double loss = run.metrics().get("test_log_loss");
        Double market = run.metrics().get("baseline/market/test_log_loss");
        Double frequencies = run.metrics().get("baseline/frequencies/test_log_loss");
        return version.label()
                + (champion ? ", champion" : ", challenger")
                + (loss == null ? "" : String.format(Locale.ROOT, ", test log loss %.4f", loss))
                + (market == null ? "" : String.format(Locale.ROOT, " (market %.4f", market))
                + (frequencies == null
                        ? (market == null ? "" : ")")
                        : String.format(Locale.ROOT, "%sfrequencies %.4f)", market == null ? " (" : ", ", frequencies))
                + calibration(run)
                + GuidanceSentence.of(run)
                + signal(run)
                + BeforeTraining.sentence(run)
                + "; run " + run.id().substring(0, 8);
    }

    private static String calibration(Run run) {
        String reason = run.params().get(BundleTrainer.CALIBRATION_REASON);
        return reason == null ? "" : "; calibration %s, as %s".formatted(run.params().get("calibration"), reason);
    }
}

package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Comparison;
import dev.keelson.control.StepRecord;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.data.CheckResult;
import dev.keelson.data.LoadReport;
import dev.keelson.data.RowPlaces;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.frame.ColumnType;
import dev.keelson.id.Ids;
import dev.keelson.id.Sha256;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.labels.LabelStatistics;
import dev.keelson.labels.LabelTable;
import dev.keelson.learn.Advice;
import dev.keelson.learn.Disagreement;
import dev.keelson.learn.tune.IntegerDomain;
import dev.keelson.learn.tune.NoPruner;
import dev.keelson.learn.tune.Parameter;
import dev.keelson.learn.tune.Sampler;
import dev.keelson.learn.tune.SearchSpace;
import dev.keelson.lineage.Lineage;
import dev.keelson.lineage.LoggedPredictions;
import dev.keelson.lineage.PredictionTraces;
import dev.keelson.lineage.StoredLineage;
import dev.keelson.metrics.ReliabilityBins;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.performance.PerformanceMetric;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.LabelShiftReport;
import dev.keelson.monitor.health.HealthCosts;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.project.PredictionLogDefinition;
import dev.keelson.project.Project;
import dev.keelson.project.ServeDefinition;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.registry.InMemoryArtifactStore;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.registry.governance.PromotionRules;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.JournalReport;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.OutcomeIntake;
import dev.keelson.serve.OutcomeReceipt;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.RemoteLogStatus;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.stats.Interval;
import dev.keelson.store.sqlite.SqliteCatalog;
import dev.keelson.sync.SyncOutcome;
import dev.keelson.sync.SyncStatus;
import dev.keelson.sync.Synchronisation;
import dev.keelson.train.Backtest;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.BacktestInput;
import dev.keelson.train.FeatureSummary;
import dev.keelson.train.FeatureValidation;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TuneDefinition;
import dev.keelson.train.TuneMetric;
import dev.keelson.wiring.ParquetBodies;
import dev.keelson.wiring.SeededOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A football project with two models that were replayed over two seasons, held in memory; what the pages show of it was
 * made by the product's own checks. The same every time. {@link #empty()} is the same project before its first run.
 */
public final class SeededBackend implements Backend {
    private final StageTimes stages = new StageTimes();
    private final FeatureGaps gaps = new FeatureGaps();
    private final SeededJobs<GenerationRequest> generations = new SeededJobs<>(JobKind.GENERATION);
    private final SeededJobs<StudyRequest> studies = new SeededJobs<>(JobKind.STUDY);
    private final SeededJobs<PolicyRequest> policyComparisons = new SeededJobs<>(JobKind.POLICIES);
    private final SeededJobs<PolicyRequest> scheduleAdvice = new SeededJobs<>(JobKind.ADVICE);
    private final SeededJobs<ReplayRequest> replayRuns = new SeededJobs<>(JobKind.REPLAY);
    private final SeededJobs<ModelTraining> trainings = new SeededJobs<>(JobKind.TRAINING);
    private final Benchmarks benchmarks;
    /** The model with everything. */
    public static final String MODEL = "football-1x2";

    private static final String REPLAY = "5f0c9a62";
    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final List<String> COLUMNS = List.of(
            "elo_gap", "home.team_form.points_last10", "away.team_form.points_last10", "home.team_form.goals_for_last5",
            "away.team_form.goals_for_last5", "home.team_form.rest_days", "away.team_form.rest_days",
            "league.league_odds.home_win_rate_90d", "overround_b365");
    private static final double[] IMPORTANCE = {0.41, 0.12, 0.11, 0.08, 0.08, 0.05, 0.05, 0.06, 0.04};
    private static final String[] TEAMS = {
        "Northport", "Eastvale", "Kingsbridge", "Ashford Town", "Millbrook", "Harrow Vale", "Redcliff", "Stonehaven",
        "Westerby", "Oldcastle", "Fairmount", "Langley"
    };
    private static final List<FeatureViewDefinition> VIEWS = List.of(
            new FeatureViewDefinition(
                    "team_form",
                    "team",
                    "matches",
                    "HomeTeam",
                    null,
                    Duration.ofDays(60),
                    List.of(
                            new FeatureDefinition("points_last10", Located.of("mean(points, last=10)")),
                            new FeatureDefinition("goals_for_last5", Located.of("mean(goals_for, last=5)")),
                            new FeatureDefinition("rest_days", Located.of("days_since_last_event()"))),
                    null),
            new FeatureViewDefinition(
                    "league_odds",
                    "team",
                    "matches",
                    "HomeTeam",
                    null,
                    Duration.ofDays(1),
                    List.of(new FeatureDefinition("home_win_rate_90d", Located.of("mean(home_win, window=90d)"))),
                    null));
    private static final UUID NAMESPACE = new UUID(7, 7);
    private static final int WEEKS = 84;
    private static final Instant NOW = Instant.parse("2020-07-06T09:00:00Z");

    /** The real store, as runs are searched by it; the system removes what is left of it. */
    private static Catalog temporaryCatalog() {
        try {
            Path folder = Files.createTempDirectory("keelson-seeded-");
            Path file = folder.resolve("catalog.db");
            folder.toFile().deleteOnExit();
            Catalog catalog = SqliteCatalog.open(file);
            for (String suffix : List.of("-shm", "-wal", "")) {
                Path.of(file + suffix).toFile().deleteOnExit();
            }
            return catalog;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean applied;
    private PromotionRules rules = PromotionRules.NONE;
    private Project project;
    private final SeededData data;
    private final @Nullable SeededFeatures features;
    private final Catalog catalog = temporaryCatalog();
    private final InMemoryPredictionLog log = new InMemoryPredictionLog();
    private final OutcomeIntake intake = new OutcomeIntake(log);
    private final InMemoryArtifactStore artifacts = new InMemoryArtifactStore();
    private final Random random = new Random(42);
    private @Nullable RuntimeException failure;
    private RolloutService rollouts = RolloutService.NONE;
    private @Nullable SeededOperations operations;
    private volatile List<Map<String, @Nullable Object>> lastRows = List.of();
    private volatile PredictOptions lastOptions = PredictOptions.DEFAULT;

    private SeededBackend(boolean loaded) {
        this.benchmarks = new SeededBenchmarks(loaded);
        this.data = new SeededData(loaded);
        this.features = loaded ? new SeededFeatures(VIEWS, NOW) : null;
        ZoneId zone = ZoneId.of("Europe/London");
        List<ModelDefinition> models = List.of(model(MODEL), model("football-1x2-odds"));
        DriftMonitorDefinition monitor = new DriftMonitorDefinition(
                "drift",
                models.stream().map(ModelDefinition::name).toList(),
                Duration.ofDays(7),
                100,
                DriftMonitorDefinition.Policy.RECOMMENDED,
                0.3,
                Map.of(),
                null);
        this.project = new Project(
                Path.of("football"),
                Path.of("football", "keelson.yaml"),
                "football-tips",
                zone,
                List.of(data.source()),
                Map.of("team", "team"),
                VIEWS,
                List.of(),
                List.of(),
                models,
                List.of(monitor),
                List.of(new DecayMonitorDefinition("worse", List.of(MODEL), List.of(PerformanceMetric.LOG_LOSS), 0.05, Map.of(), null)),
                List.of(),
                List.of(
                        new ScheduleDefinition("features", "0 1 * * *", zone, ScheduleDefinition.Job.MATERIALIZE, ScheduleDefinition.OnFinding.ALERT, null),
                        new ScheduleDefinition("drift", "0 2 * * *", zone, ScheduleDefinition.Job.DRIFT, ScheduleDefinition.OnFinding.RETRAIN, null),
                        new ScheduleDefinition("weekly", "0 3 * * SUN", zone, ScheduleDefinition.Job.RETRAIN, ScheduleDefinition.OnFinding.ALERT, null)),
                List.of(),
                null,
                null,
                Map.of(
                        MODEL,
                        new TuneDefinition(
                                TuneDefinition.TRIALS,
                                Sampler.named("tpe"),
                                new NoPruner(),
                                TuneDefinition.BATCH,
                                0,
                                null,
                                null,
                                TuneMetric.LOG_LOSS,
                                SearchSpace.of(Parameter.of("max_depth", IntegerDomain.of(2, 8))))),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(MODEL, new HealthCosts(40, 500, 2)),
                Map.of(),
                null,
                null,
                new ServeDefinition(MODEL, Map.of(), List.of(), List.of(), ServeDefinition.Limits.DEFAULT),
                new PredictionLogDefinition(
                        null,
                        PredictionLogDefinition.TABLE,
                        List.of(
                                new PredictionLogDefinition.Elsewhere("tips", List.of("H", "D", "A"), List.of("elo", "form")),
                                new PredictionLogDefinition.Elsewhere("goals", List.of(), List.of()))),
                List.of(),
                List.of());
    }

    /** The project after its replay. */
    public static SeededBackend seeded() {
        SeededBackend backend = new SeededBackend(true);
        backend.loads();
        backend.seed(MODEL, 0.985, 8);
        backend.seed("football-1x2-odds", 0.9683, 2);
        backend.banditRun();
        backend.log.catchUp();
        String run = backend.runs(MODEL, 1).getFirst().id();
        SeededJobs.ended(backend.studies, MODEL, run);
        SeededJobs.ended(backend.trainings, MODEL, run, 8);
        return backend;
    }

    /** The project before its first run. */
    public static SeededBackend empty() {
        return new SeededBackend(false);
    }

    /** The project with data and nothing else. */
    public static SeededBackend loaded() {
        return new SeededBackend(true);
    }

    /** The project served otherwise, for servers that start after this. */
    public SeededBackend serving(ServeDefinition serve) {
        project = project.withServe(serve);
        return this;
    }

    /** With a rollout that is open, one that ended, and shadows of the newest predictions beside their answers. */
    public SeededBackend withRollouts() {
        rollouts = new SeededRollouts(NOW);
        List<PredictionEvent> shadows = new ArrayList<>();
        for (LoggedPrediction answer : log.find(new PredictionQuery(MODEL, null, null, null, null, true, null, true, 5))) {
            PredictionEvent event = answer.event();
            double[] p = event.probabilities();
            shadows.add(new PredictionEvent(
                    Ids.uuid5(NAMESPACE, "shadow" + event.entity()), MODEL, 8, "challenger", event.entity(), event.segment(),
                    event.eventTime(), event.asOf(), event.at().plusSeconds(1), new double[] {p[1], p[0], p[2]},
                    event.features(), event.watched(), "", false, "anna", "{\"ticket\":\"T-7\",\"note\":\"<b>\"}"));
        }
        log.append(shadows, true);
        log.catchUp();
        return this;
    }

    @Override
    public RolloutService rollouts() {
        return rollouts;
    }

    /** With schedules, jobs and alerts. */
    public SeededBackend withOperations() {
        operations = new SeededOperations(this);
        return this;
    }

    @Override
    public ScheduleService schedules() {
        SeededOperations all = operations;
        return all == null ? ScheduleService.NONE : all.schedules();
    }

    @Override
    public SettingsService settings() {
        SeededOperations all = operations;
        return all == null ? SettingsService.NONE : all.settings();
    }

    @Override
    public LoopService loop() {
        SeededOperations all = operations;
        return all == null ? LoopService.NONE : all.loop();
    }

    @Override
    public AlertService alerts() {
        SeededOperations all = operations;
        return all == null ? AlertService.NONE : all.alerts();
    }

    /** The rows that were asked for last. */
    public List<Map<String, @Nullable Object>> lastRows() {
        return lastRows;
    }

    /** How they were to be answered. */
    public PredictOptions lastOptions() {
        return lastOptions;
    }

    /** Every later call that predicts throws this. */
    public void failWith(RuntimeException failure) {
        this.failure = failure;
    }

    private static ModelDefinition model(String name) {
        return ModelDefinition.builder(name, LabelDefinition.ofColumn("matches", "FTR", CLASSES, Duration.ZERO))
                .entities(Map.of("home", Map.of("team", "HomeTeam")))
                .learners(List.of(new ModelDefinition.LearnerDefinition("logistic", Map.of())))
                .test(Duration.ofDays(60))
                .embargo(Duration.ofDays(2))
                .calibration(ModelDefinition.Calibration.TEMPERATURE)
                .seed(1)
                .folding(ModelDefinition.Folding.walkForward(6))
                .build();
    }

    @Override
    public PredictionTraces traces() {
        return new PredictionTraces(
                project, catalog, data.store(), run -> COLUMNS, (source, latest, keys) -> new RowPlaces("", Map.of()));
    }

    @Override
    public Lineage lineage() {
        return new StoredLineage(project, catalog, data.store(), LoggedPredictions.of(log));
    }

    // ---- what the pages show

    private void seed(String model, double level, int versions) {
        LocalDate first = LocalDate.parse("2018-11-19").with(TemporalAdjusters.nextOrSame(DayOfWeek.MONDAY));
        for (int v = 1; v <= versions; v++) {
            Instant at = first.plusWeeks((long) (v - 1) * WEEKS / versions)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant();
            Run run = run(model, v, at, level - 0.0004 * v);
            ModelVersion version = new ModelVersion(
                    model,
                    v,
                    run.id(),
                    artifacts.put(bundle(model, v)),
                    v == 1 ? ModelVersion.Kind.INITIAL : ModelVersion.Kind.REFRESH,
                    at,
                    at);
            int number = v;
            catalog.update(tx -> {
                tx.putRun(run);
                tx.addVersion(version);
                tx.addAudit(entry(at, "register", version, number == 1 ? "The first version of its model." : "The schedule asks for a refresh.", "{}"));
                if (number == 4) {
                    tx.addAudit(entry(
                            at.plus(Duration.ofDays(21)),
                            "reject",
                            version,
                            "The lower bound of its gain (-0.0091) is below the margin (-0.0050).",
                            "{\"gain\":-0.0031,\"lower\":-0.0091,\"margin\":-0.005,\"epochs\":14,\"predictions\":141}"));
                } else if (number < versions) {
                    tx.addAudit(entry(
                            at.plus(Duration.ofDays(14)),
                            "promote",
                            version,
                            number == 1
                                    ? "It is the first version of its model."
                                    : "Not worse than the champion: gain 0.0012, lower bound -0.0034 above the margin (-0.0050).",
                            number == 1
                                    ? "{}"
                                    : "{\"gain\":0.0012,\"lower\":-0.0034,\"margin\":-0.005,\"epochs\":16,\"predictions\":160}"));
                    Roles.champion(tx, model, number, at);
                } else {
                    Roles.challenger(tx, model, number, at);
                    tx.addAudit(entry(
                            at.plus(Duration.ofDays(7)),
                            "hold",
                            version,
                            "Not enough evidence yet: 6 match days, about 9 more.",
                            "{\"gain\":0.0008,\"lower\":-0.0104,\"margin\":-0.005,\"epochs\":6,\"predictions\":60}"));
                }
            });
        }
        checkFeatures(model);
        predictions(model, first, versions);
        reports(model, first, versions);
        comparison(model, level);
    }

    private void banditRun() {
        byte[] evaluation = SeededBandits.evaluation().toString().getBytes(StandardCharsets.UTF_8);
        Run run = new Run(
                SeededBandits.RUN,
                "bandit:stake-size",
                Run.Status.FINISHED,
                Instant.parse("2018-01-01T00:00:00Z"),
                Instant.parse("2018-01-01T00:00:01Z"),
                Map.of(),
                Map.of(),
                Map.of(),
                List.of(new Run.Artifact("evaluation.json", artifacts.put(evaluation), evaluation.length)),
                "{}");
        catalog.update(tx -> tx.putRun(run));
    }

    /** Six loads, a week apart, the last of which is the one whose rows are shown. */
    private void loads() {
        LoadReport load = Objects.requireNonNull(data.load());
        for (int week = 5; week >= 0; week--) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("quarantined", load.quarantined().size()).put("marked", load.marked().size());
            ArrayNode checks = document.putArray("checks");
            for (CheckResult check : load.checks()) {
                checks.add(check.toJson().put("value", check.observed() * (1 - 0.1 * week)));
            }
            put("load", data.source().name(), NOW.minus(Duration.ofDays(7L * week)), "done", document);
        }
    }

    private void checkFeatures(String model) {
        List<FeatureValidation.Feature> features = new ArrayList<>();
        Random values = new Random(7);
        for (String column : COLUMNS) {
            double[] sample = new double[400];
            for (int i = 0; i < sample.length; i++) {
                sample[i] = i % 40 == 0 ? Double.NaN : 1.4 + 0.5 * values.nextGaussian();
            }
            features.add(new FeatureValidation.Feature(column, FeatureSummary.of(sample), 0.55));
        }
        FeatureValidation check = new FeatureValidation(model, NOW, "v1", null, 400, 0, features, List.of());
        put("feature_check", model, NOW, check.verdict(), check.toJson());
    }

    private static AuditEntry entry(Instant at, String action, ModelVersion version, String reason, String evidence) {
        return new AuditEntry(0, at, "replay", action, version.model(), version.version(), reason, evidence);
    }

    private static byte[] bundle(String model, int version) {
        return "{\"model\":\"%s\",\"version\":%d}".formatted(model, version).getBytes(StandardCharsets.UTF_8);
    }

    private Run run(String model, int version, Instant at, double logLoss) {
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("test.n", 1_240.0);
        put(metrics, "test_log_loss", logLoss, 0.011);
        put(metrics, "test.brier", 0.5871, 0.008);
        put(metrics, "test.rps", 0.2004, 0.004);
        put(metrics, "test.accuracy", 0.5182, 0.027);
        metrics.put("test.ece", 0.0142);
        put(metrics, "baseline.market.log_loss", 0.9670, 0.011);
        put(metrics, "baseline.market.brier", 0.5752, 0.008);
        put(metrics, "baseline.market.rps", 0.1958, 0.004);
        put(metrics, "baseline.market.accuracy", 0.5321, 0.027);
        put(metrics, "baseline/frequencies/test_log_loss", 1.0776, 0.006);
        put(metrics, "baseline.frequencies.brier", 0.6522, 0.004);
        put(metrics, "baseline.frequencies.rps", 0.2312, 0.003);
        put(metrics, "baseline.frequencies.accuracy", 0.4431, 0.026);
        metrics.put("test.profit_flat", -38.2);
        metrics.put("seconds", 4.31);
        byte[] reliability = reliability();
        Run.Artifact artifact = new Run.Artifact("reliability.json", artifacts.put(reliability), reliability.length);
        List<Run.Artifact> files = new ArrayList<>(List.of(artifact));
        byte[] bundle = bundle(model, version);
        files.add(new Run.Artifact("model/bundle.json", artifacts.put(bundle), bundle.length));
        SeededRun.files().forEach((path, bytes) -> files.add(new Run.Artifact(path, artifacts.put(bytes), bytes.length)));
        metrics.putAll(SeededRun.metrics());
        return new Run(
                hex("run" + model + version, 32),
                model,
                Run.Status.FINISHED,
                at,
                at.plusMillis(4_310),
                Map.of("xgboost.max_depth", "3", "xgboost.rounds", "180", "logistic.l2", "0.5", "temperature", "1.08"),
                metrics,
                Map.of("kind", version == 1 ? "initial" : "refresh"),
                files,
                "{\"configuration\":{\"classes\":[\"H\",\"D\",\"A\"],\"threshold\":{\"at_least\":20}},\"dataset_version\":\"" + hex("data", 64) + "\",\"feature_hash\":\"" + hex("features", 64)
                        + "\",\"seed\":1,\"rows\":18798,\"environment\":{\"java\":\"25.0.3\",\"os\":\"Linux amd64\"},\"code_version\":\"0.1.0\"}");
    }

    private static void put(Map<String, Double> metrics, String name, double value, double half) {
        metrics.put(name, value);
        metrics.put(name + "_lower", value - half);
        metrics.put(name + "_upper", value + half);
    }

    private byte[] reliability() {
        int n = 1_240;
        double[] p = new double[n * 3];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            double[] row = probabilities();
            System.arraycopy(row, 0, p, 3 * i, 3);
            labels[i] = draw(row);
        }
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        for (int c = 0; c < 3; c++) {
            var list = document.putArray(CLASSES.get(c));
            for (ReliabilityBins.Bin bin :
                    ReliabilityBins.ofClass(p, 3, labels, c, ReliabilityBins.Binning.EQUAL_COUNT, 10).bins()) {
                list.addObject()
                        .put("lower", bin.lower())
                        .put("upper", bin.upper())
                        .put("count", bin.count())
                        .put("mean_forecast", bin.meanForecast())
                        .put("observed", bin.observed().estimate())
                        .put("observed_lower", bin.observed().lower())
                        .put("observed_upper", bin.observed().upper());
            }
        }
        return document.toString().getBytes(StandardCharsets.UTF_8);
    }

    private double[] probabilities() {
        double gap = random.nextGaussian() * 0.55;
        double home = Math.exp(0.25 + gap);
        double away = Math.exp(-0.15 - gap);
        double draw = Math.exp(-0.1 - 0.1 * gap * gap);
        double sum = home + away + draw;
        return new double[] {home / sum, draw / sum, away / sum};
    }

    private int draw(double[] p) {
        double u = random.nextDouble();
        return u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
    }

    private void predictions(String model, LocalDate first, int versions) {
        List<PredictionEvent> events = new ArrayList<>();
        List<OutcomeEvent> outcomes = new ArrayList<>();
        for (int week = 0; week < WEEKS; week++) {
            for (int i = 0; i < 10; i++) {
                LocalDate day = first.plusWeeks(week).plusDays(i < 7 ? 5 : 6);
                Instant at = day.atTime(14, 0).toInstant(ZoneOffset.UTC);
                String entity = "E%d|%s|%s|%s".formatted(i % 2, day, TEAMS[(i + week) % 12], TEAMS[(i + 2 * week + 5) % 12]);
                double[] p = probabilities();
                double[] features = new double[COLUMNS.size() - 1];
                for (int f = 0; f < features.length; f++) {
                    features[f] = f == 3 && i == 0 ? Double.NaN : random.nextGaussian();
                }
                events.add(new PredictionEvent(
                        Ids.uuid5(NAMESPACE, model + entity),
                        model,
                        Math.max(1, Math.min(versions - 1, 1 + week * versions / WEEKS)),
                        "champion",
                        entity,
                        "E" + i % 2,
                        at,
                        at,
                        at,
                        p,
                        features,
                        new double[] {1.05 + 0.002 * random.nextGaussian()},
                        week < WEEKS - 1 ? "" : "HomeTeam=" + TEAMS[(i + week) % 12]));
                if (week < WEEKS - 1) {
                    outcomes.add(new OutcomeEvent(model, entity, CLASSES.get(draw(p)), at.plus(Duration.ofDays(1))));
                }
            }
        }
        log.append(events, true);
        log.appendOutcomes(outcomes, true);
    }

    private void reports(String model, LocalDate first, int versions) {
        int champion = versions - 1;
        double[][] reference = new double[COLUMNS.size()][2_400];
        for (double[] column : reference) {
            fill(column, 0, 1);
        }
        ReferenceProfile profile = ReferenceProfile.of(COLUMNS, reference, IMPORTANCE);
        List<DriftReport> earlier = new ArrayList<>();
        List<LocalDate> days = new ArrayList<>();
        List<long[]> counts = new ArrayList<>();
        LabelShiftReport labels = null;
        ObjectNode begun = JsonNodeFactory.instance.objectNode().put("index", -1).put("segment", 1).put("offset", 0);
        begun.putObject("models");
        String begin = "replay_step-%s-%s-begin".formatted(REPLAY, model);
        catalog.update(tx -> tx.putReport(new StoredReport(
                begin, "replay_step", REPLAY, first.atStartOfDay(ZoneOffset.UTC).toInstant(), "done", begun.toString())));
        for (int week = 0; week < WEEKS; week++) {
            LocalDate day = first.plusWeeks(week + 1);
            Instant at = day.atStartOfDay(ZoneOffset.UTC).toInstant();
            int home = week < 60 ? 45 : 36;
            days.add(day.minusDays(2));
            counts.add(new long[] {home, 26, 100 - home - 26});
            if (labels == null || week % 4 == 3) {
                labels = LabelShiftReport.of(
                        CLASSES, new long[] {4_540, 2_620, 2_840}, days, counts.toArray(new long[0][]));
            }
            int from = week;
            String drift = "none";
            String driftReason = "None of 9 columns moved beyond its own history (0 could not be judged).";
            if (week >= WEEKS - 16) {
                double[][] window = new double[COLUMNS.size()][140];
                for (int c = 0; c < window.length; c++) {
                    boolean broken = c == 8 && model.equals(MODEL) && week >= WEEKS - 5;
                    boolean moved = c == 7 && week >= WEEKS - 2;
                    fill(window[c], broken ? 1.4 : moved ? 0.45 : 0, broken ? 0.7 : 1);
                }
                DriftReport report = DriftCheck.check(
                        model,
                        champion,
                        profile,
                        new DriftCheck.Window(window, at.minus(Duration.ofDays(7)), at),
                        project.drift().getFirst(),
                        at,
                        earlier);
                earlier.addFirst(report);
                drift = report.verdict().word();
                driftReason = report.reason();
                put("drift", model, at, drift, report.toJson());
            }
            double[] losses = new double[Math.min(120, 2 * week + 2)];
            fill(losses, 0.982, 0.12);
            DecayCheck.Report decay = DecayCheck.check(losses, 0.9833, 0.006, 0.05);
            put("decay", model, at, decay.verdict().word(), decay.toJson());
            put("label_shift", model, at, labels.verdict(), labels.toJson());
            step(model, from, day, drift, driftReason, decay, labels, versions);
        }
    }

    private void step(
            String model,
            int week,
            LocalDate day,
            String drift,
            String driftReason,
            DecayCheck.Report decay,
            LabelShiftReport labels,
            int versions) {
        int every = WEEKS / versions;
        boolean trains = week % every == 0 && week > 0 && week / every < versions;
        int trained = week / every + 1;
        boolean decides = week % every == 2 && week > 2 && week / every < versions - 1;
        boolean rejected = trained == 4;
        int champion = Math.max(1, Math.min(versions - 1, week % every >= 2 ? (rejected ? 3 : trained) : trained - 1));
        StepRecord record = new StepRecord(
                day,
                drift,
                driftReason,
                decay.verdict().word(),
                decay.reason(),
                labels.toJson(),
                trains ? trained : null,
                trains ? "The schedule asks for a refresh." : "",
                decides ? (rejected ? "reject" : "promote") : week % every == 1 && week > 1 ? "hold" : "none",
                decides
                        ? "Not worse than the champion: gain 0.0012, lower bound -0.0034 above the margin (-0.0050)."
                        : "",
                champion == 4 ? 3 : champion,
                List.of());
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("index", week).put("segment", 1).put("offset", week * 1000);
        String id = "replay_step-%s-%s-%05d".formatted(REPLAY, model, week);
        document.putObject("models").set(model, record.toJson());
        catalog.update(tx -> tx.putReport(new StoredReport(
                id, "replay_step", REPLAY, day.atStartOfDay(ZoneOffset.UTC).toInstant(), "done", document.toString())));
    }

    private void comparison(String model, double level) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ObjectNode rows = document.putObject("rows");
        rows.set("this_policy", row(level, 0.518, -31.4, 702));
        rows.set("never_retrain", row(level + 0.0041, 0.511, -58.9, 731));
        rows.set("always_retrain", row(level - 0.0003, 0.519, -29.7, 698));
        rows.set("market", row(0.9670, 0.532, -12.1, 44));
        rows.set("frequencies", row(1.0776, 0.443, -96.5, 840));
        document.put(
                "verdict",
                "Retraining paid: log loss 0.9850 against 0.9891 when never retraining, gain 0.0041 [0.0009, 0.0073] an event over 830 events.");
        String id = "comparison-%s-%s".formatted(REPLAY, model);
        catalog.update(tx -> tx.putReport(new StoredReport(id, "comparison", model, NOW, "done", document.toString())));
    }

    private static ObjectNode row(double logLoss, double accuracy, double profit, int bets) {
        return new Comparison.Row(
                        830,
                        Map.of(
                                "log_loss", around(logLoss, 0.0121),
                                "brier", around(logLoss * 0.597, 0.0083),
                                "rps", around(logLoss * 0.2036, 0.0042),
                                "accuracy", around(accuracy, 0.033)),
                        profit,
                        bets,
                        new double[0],
                        new int[0])
                .toJson();
    }

    private static Interval around(double value, double half) {
        return new Interval(value - half, value, value + half, 0.95);
    }

    private void put(String kind, String subject, Instant at, String verdict, ObjectNode document) {
        String id = "%s-%s-%s".formatted(kind, subject, at.toString().replace(":", ""));
        catalog.update(tx -> tx.putReport(new StoredReport(id, kind, subject, at, verdict, document.toString())));
    }

    private void fill(double[] values, double mean, double sd) {
        for (int i = 0; i < values.length; i++) {
            values[i] = mean + sd * random.nextGaussian();
        }
    }

    private static String hex(String text, int digits) {
        String long64 = Sha256.ofBytes(text.getBytes(StandardCharsets.UTF_8));
        return long64.substring(0, digits);
    }

    // ---- Backend

    @Override
    public OtherRegistry otherRegistry() {
        return new SeededRegistry();
    }

    @Override
    public List<SyncOutcome> sync(List<String> names, Synchronisation.Request request) {
        project.sync(names);
        return List.of(new SyncOutcome(
                "bets", "bets", "supabase:bets", request.full() ? 9 : 2, request.dryRun(), List.of("id"), List.of(List.of("a"))));
    }

    @Override
    public List<SyncStatus> syncStatus(List<String> names) {
        return List.of(new SyncStatus(
                "bets", "bets", "supabase:bets", SyncStatus.State.COMPLETE, 9, Instant.parse("2020-07-06T09:00:00Z"), null));
    }

    @Override
    public DataBackend data() {
        return data;
    }

    @Override
    public @Nullable FeatureServing features() {
        return features;
    }

    @Override
    public Jobs<GenerationRequest> generations() {
        return generations;
    }

    @Override
    public Jobs<PolicyRequest> policyComparisons() {
        return policyComparisons;
    }

    @Override
    public Jobs<PolicyRequest> scheduleAdvice() {
        return scheduleAdvice;
    }

    @Override
    public Jobs<ReplayRequest> replayRuns() {
        return replayRuns;
    }

    @Override
    public Jobs<StudyRequest> studies() {
        return studies;
    }

    @Override
    public Benchmarks benchmarks() {
        return benchmarks;
    }

    @Override
    public Bandits bandits() {
        return features == null ? Bandits.NONE : new SeededBandits();
    }

    @Override
    public Explanations explanations() {
        return new SeededExplanations();
    }

    @Override
    public Jobs<ModelTraining> trainings() {
        return trainings;
    }

    @Override
    public FeatureHistory history() {
        return new SeededHistory();
    }

    @Override
    public List<String> usedFeatures(String model) {
        return model.equals(MODEL)
                ? VIEWS.stream()
                        .flatMap(view -> view.features().stream().map(each -> view.name() + ":" + each.name()))
                        .toList()
                : List.of();
    }

    @Override
    public Map<String, Double> importance(Run run) {
        Map<String, Double> shares = new LinkedHashMap<>();
        double shift = 0.002 * Math.floorMod(run.id().hashCode(), 7);
        for (int c = 0; c < COLUMNS.size(); c++) {
            shares.put(COLUMNS.get(c), IMPORTANCE[c] + (c % 2 == 0 ? shift : -shift));
        }
        return shares;
    }

    @Override
    public Project project() {
        return project;
    }

    @Override
    public InstantSource clock() {
        return InstantSource.fixed(NOW);
    }

    @Override
    public ObjectNode removeDeletedRuns(Duration olderThan, boolean dryRun) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("dry_run", dryRun);
        document.putObject("runs").put("count", 0);
        return document;
    }

    @Override
    public Catalog catalog() {
        return catalog;
    }

    @Override
    public @Nullable String notReadyReason() {
        return alias(MODEL, ModelVersion.CHAMPION).isPresent() ? null : "No model has a champion yet.";
    }

    @Override
    public List<Prediction> predict(String model, List<Map<String, @Nullable Object>> rows, PredictOptions options) {
        if (failure != null) {
            throw failure;
        }
        lastRows = List.copyOf(rows);
        lastOptions = options;
        find(model);
        ModelVersion champion = alias(model, ModelVersion.CHAMPION)
                .orElseThrow(() -> new KeelsonException(ErrorCode.NOT_READY, model + " has no champion yet.", null));
        List<Problem> problems = new ArrayList<>();
        List<Prediction> predictions = new ArrayList<>();
        Instant asOf = options.asOf() == null ? NOW : options.asOf();
        for (int i = 0; i < rows.size(); i++) {
            Map<String, @Nullable Object> row = rows.get(i);
            for (String column : List.of("HomeTeam", "AwayTeam")) {
                if (!(row.get(column) instanceof String)) {
                    problems.add(Problem.at(
                            ErrorCode.BAD_REQUEST,
                            new Location("rows[" + i + "]." + column, 0, 0),
                            "The value (%s) of %s is wrong; expected a team's name.".formatted(row.get(column), column),
                            null));
                }
            }
            String entity = row.get("HomeTeam") + "|" + row.get("AwayTeam");
            predictions.add(new Prediction(
                    Ids.uuid5(NAMESPACE, "live" + entity),
                    model,
                    champion.version(),
                    entity,
                    CLASSES,
                    new double[] {0.5, 0.3, 0.2},
                    asOf,
                    "Arsenall".equals(row.get("HomeTeam"))
                            ? List.of("No history for team `Arsenall` (HomeTeam); did you mean `Arsenal`?")
                            : List.of(),
                    "Guided".equals(row.get("HomeTeam"))
                            ? new Advice(
                                    0.9,
                                    new boolean[] {true, true, false},
                                    null,
                                    new Disagreement(0.48, 0.03),
                                    new Advice.Decision(true, 0, 0.05, 0.04))
                            : null));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return predictions;
    }

    @Override
    public ParquetRows parquet() {
        return new ParquetBodies();
    }

    @Override
    public PredictSignature signature(String model, @Nullable String version) {
        find(model);
        Integer champion = alias(model, ModelVersion.CHAMPION).map(ModelVersion::version).orElse(null);
        return new PredictSignature(
                model,
                champion,
                champion == null ? model + " has no champion yet." : null,
                List.of(
                        new PredictSignature.Column("HomeTeam", ColumnType.STRING, true, true, false),
                        new PredictSignature.Column("AwayTeam", ColumnType.STRING, true, true, false),
                        new PredictSignature.Column("AvgH", ColumnType.DOUBLE, false, true, true),
                        new PredictSignature.Column("crowd", ColumnType.LONG, false, true, true),
                        new PredictSignature.Column("neutral", ColumnType.BOOLEAN, false, false, true)),
                List.of("HomeTeam", "AwayTeam"),
                null,
                List.of("FTR"),
                List.of(),
                CLASSES);
    }

    private void find(String model) {
        if (project.models().stream().noneMatch(m -> m.name().equals(model))) {
            throw new KeelsonException(ErrorCode.MODEL_NOT_FOUND, "There is no model (%s).".formatted(model), null);
        }
    }

    @Override
    public List<OutcomeReceipt> outcomes(List<OutcomeEvent> outcomes) {
        List<OutcomeReceipt> receipts = intake.take(outcomes, (model, entity) -> null, NOW);
        log.catchUp();
        return receipts;
    }

    /** The log as it is written to and read. */
    private record Entries(PredictionLog log) implements PredictionJournal.Entries {
        @Override
        public void catchUp() {
            log.catchUp();
        }

        @Override
        public Optional<LoggedPrediction> find(UUID id) {
            return log.find(id);
        }

        @Override
        public List<ModelEvent> events(ModelEventQuery query) {
            return log.events(query);
        }

        @Override
        public void append(List<PredictionEvent> predictions) {
            log.append(predictions, true);
        }

        @Override
        public void appendEvents(List<ModelEvent> events) {
            log.appendEvents(events, true);
        }
    }

    @Override
    public PredictionJournal journal() {
        return new PredictionJournal(
                project,
                new Entries(log),
                this::outcomes,
                new PredictionCopies() {
                    @Override
                    public Compared reconcile(boolean repair) {
                        long records = log.count(PredictionQuery.of(MODEL, "champion"));
                        return new Compared(
                                new JournalReport(1, records, 0, 0, 0, 0, 0, 0, 0, false, List.of()),
                                List.of(new ReconciliationReport("index", records, 0, 0, 0, 0, 0, 0, 0, 0, List.of(), null)));
                    }

                    @Override
                    public @Nullable RemoteLogStatus remote() {
                        return null;
                    }
                },
                clock());
    }

    @Override
    public List<LoggedPrediction> predictions(PredictionQuery query) {
        log.catchUp();
        return log.find(query);
    }

    @Override
    public long countPredictions(PredictionQuery query) {
        log.catchUp();
        return log.count(query);
    }

    @Override
    public Optional<LoggedPrediction> prediction(UUID id) {
        return log.find(id);
    }

    @Override
    public List<String> inputNames(ModelVersion version) {
        return COLUMNS;
    }

    @Override
    public long journalLag() {
        return log.lag();
    }

    @Override
    public FeatureGaps featureGaps() {
        return gaps;
    }

    @Override
    public StageTimes stageTimes() {
        return stages;
    }

    @Override
    public FileTree files() {
        return new FileTree(catalog, artifacts, () -> NOW, () -> new UUID(random.nextLong(), 1).toString().replace("-", ""));
    }

    @Override
    public List<ModelVersion> versions(String model) {
        return catalog.read(tx -> tx.versions(model));
    }

    @Override
    public Optional<ModelVersion> alias(String model, String alias) {
        return catalog.read(tx -> tx.alias(model, alias));
    }

    @Override
    public List<Run> runs(@Nullable String experiment, int limit) {
        return catalog.read(tx -> tx.runs(experiment, limit));
    }

    @Override
    public Optional<Run> run(String id) {
        return catalog.read(tx -> tx.run(id));
    }

    @Override
    public RunChecklist checklist(Run run) {
        return RunChecklist.of(
                run, id -> true, sha -> artifacts.get(sha).isPresent());
    }

    @Override
    public RunCheck check(Run run) {
        return new RunCheck(
                run.id(),
                run.experiment(),
                List.of(
                        new RunCheck.Line("data", "matches", RunCheck.State.SAME, "a", "a", true, ""),
                        new RunCheck.Line("library", "xgboost", RunCheck.State.DIFFERENT, "3.0.0", "3.1.1", true, "")));
    }

    @Override
    public Backtest backtest(BacktestRequest request) {
        if (versions(request.model()).isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.RUN_NOT_FOUND, "No run of the model (%s) kept a backtest.".formatted(request.model()), null);
        }
        BacktestInput input = SeededRun.backtest();
        BacktestDefinition.Stakes own = (BacktestDefinition.Stakes) input.definition();
        return Backtest.run(
                input.with(own.with(request.stake(), request.commission(), request.bankroll())), Backtest.Trials.ONE);
    }

    @Override
    public Optional<byte[]> artifact(String sha256) {
        return artifacts.get(sha256);
    }

    @Override
    public List<AuditEntry> audit(@Nullable String model, int limit) {
        return catalog.read(tx -> tx.audit(model, limit));
    }

    @Override
    public List<StoredReport> reports(String kind, @Nullable String subject, int limit) {
        return catalog.read(tx -> tx.reports(kind, subject, limit));
    }

    @Override
    public Optional<StoredReport> report(String id) {
        return catalog.read(tx -> tx.report(id));
    }

    @Override
    public Governance governance() {
        return new Governance(catalog, clock(), rules, model -> {});
    }

    @Override
    public ModelCard card(String model, int version) {
        RegisteredVersion registered = governance().version(model, version);
        Run run = run(String.valueOf(registered.runId())).orElse(null);
        boolean trained = registered.trained() != null;
        return ModelCard.of(
                new ModelCard.About(project.name(), "To tell who wins.", "matches.winner", List.of("H", "D", "A")),
                registered,
                run,
                null,
                null,
                run == null ? null : checklist(run),
                governance().history(model),
                trained ? null : new ModelCard.Logged(null, null, false),
                List.of());
    }

    /** What the project asks of promotions from now on. */
    public void rules(PromotionRules asked) {
        rules = asked;
    }

    @Override
    public ModelVersion promote(String model, int version, String actor, String reason) {
        return governance()
                .promote(new Governance.Request(model, version, actor, reason, false))
                .orRefuse();
    }

    @Override
    public ModelVersion rollback(String model, String actor, String reason) {
        return governance().rollback(model, null, actor, reason, false);
    }

    @Override
    public ModelImport.Outcome importModel(String model, ModelImport request) {
        ModelVersion version = versions(model).getFirst();
        return new ModelImport.Outcome(version, "onnx", "reads %s".formatted(request.inputs()), 2, 1e-7);
    }


    @Override
    public LabelStatistics labelStatistics(LabelDefinition label) {
        return LabelStatistics.of(
                label,
                new LabelTable(new double[] {0, 1, Double.NaN}, new long[] {86_400_000_000L, 86_400_000_000L, 0}),
                new long[] {0, 1, 2},
                project.zone());
    }

    @Override
    public FeatureValidation validateFeatures(String model) {
        return new FeatureValidation(model, clock().instant(), "v1", null, 0, 0, List.of(), List.of());
    }

    @Override
    public DefinitionPlan plan() {
        Definition changed = Definition.of(Definition.Kind.ENTITY, "team", "key: team", List.of());
        return DefinitionPlan.of(applied ? List.of() : List.of(changed), List.of());
    }

    @Override
    public DefinitionPlan apply(String actor, @Nullable List<String> expected) {
        DefinitionPlan plan = plan();
        applied = true;
        return plan;
    }

    @Override
    public JsonNode checkDecay(String model) {
        ObjectNode report = ModelPerformance.of(this)
                .decay(project, LoggedModel.of(project, model), alias(model, ModelVersion.CHAMPION).orElse(null), clock().instant());
        put("decay", model, clock().instant(), report.path("verdict").asText(), report);
        return report;
    }

    @Override
    public DriftReport checkDrift(String model) {
        find(model);
        Map<String, StoredReport> latest = new LinkedHashMap<>();
        reports("drift", model, 1).forEach(report -> latest.put(model, report));
        StoredReport report = latest.get(model);
        if (report == null) {
            throw new KeelsonException(ErrorCode.NOT_READY, model + " has no champion yet.", null);
        }
        return DriftReport.fromJson(report.document());
    }
}

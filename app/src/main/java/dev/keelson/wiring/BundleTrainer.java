package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopTrainer;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureColumn;
import dev.keelson.frame.Micros;
import dev.keelson.id.Sha256;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Guidance;
import dev.keelson.learn.ModelBundle;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.threshold.ThresholdDecision;
import dev.keelson.learn.threshold.ThresholdParameters;
import dev.keelson.metrics.ReliabilityBins;
import dev.keelson.monitor.BaselineRows;
import dev.keelson.monitor.DataDriftCheck;
import dev.keelson.monitor.DataDriftSettings;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.monitor.spi.DriftData;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunSlices;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.train.BacktestInput;
import dev.keelson.train.DefinitionJson;
import dev.keelson.train.FeatureImportance;
import dev.keelson.train.HoldoutForecast;
import dev.keelson.train.HoldoutValues;
import dev.keelson.train.Judgement;
import dev.keelson.train.RecipeParameters;
import dev.keelson.train.ReinforceDefinition;
import dev.keelson.train.RunProvenance;
import dev.keelson.train.Signal;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import dev.keelson.train.UpdateDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains one model from its known rows and keeps what it trained under a key of everything it depends on. Blend weights and
 * calibration of a full training are taken over by refreshes for 26 weeks. Safe for use by several threads.
 */
final class BundleTrainer implements LoopTrainer {
    private static final Duration RECIPE_LIFE = Duration.ofDays(26 * 7);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    static final String OUTCOME_FILE = "outcome.json";
    static final String BUNDLE = "model/";
    /** The tag with the hash of all files of the bundle. */
    static final String MODEL_SHA256 = "model_sha256";
    /** The tag with the run whose model a new one was compared with. */
    static final String COMPARED_WITH = "compared_with";
    /** The tag with what the test period says of the model beside a reference that knows no row. */
    static final String SIGNAL = "signal";
    static final String MODE = "mode";
    static final String RECIPE_FILE = "recipe.txt";
    /** The parameter of an update with the run whose model it goes on from. */
    static final String BASE = "base_run";
    private static final String LABELS = "label_count/";
    /** The file of a run with the losses of its members step by step; only where they were stopped early. */
    static final String CURVES_FILE = "learning_curves.json";

    /** The parameter that says why probabilities are not corrected as the preset asks for; only where they are not. */
    static final String CALIBRATION_REASON = "calibration_reason";

    static final String AS_OF = "as_of";
    /** The parameter with the number of members that a time limit let be fitted. */
    static final String MEMBERS = "members_reached";
    static final String IMPORTED = "imported";
    private static final String USER = System.getProperty("user.name", "");

    /** Models kept in memory for those who ask again, such as a champion beside each candidate. */
    static final int MOST_KEPT = 16;

    private static final int MOST_PROFILES = 4;

    private final ModelPlan plan;
    private final ModelRows rows;
    private final Training training;
    private final TrainingPlace place;
    private final ArtifactStore artifacts;
    private final Supplier<String> datasetVersion;
    private final String codeVersion;
    private final Supplier<SortedMap<String, String>> environment;
    private final DecayMonitorDefinition.Metric metric;
    private final SortedMap<String, String> definitions;
    private final TrainingPolicy policy;
    private final @Nullable Looker looker;
    private final Map<String, Trained> byRun = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Trained> eldest) {
            return size() > MOST_KEPT;
        }
    });
    /** Each holds every training row sorted; a loop asks for those of its champion and its challenger. */
    private final Map<Instant, ReferenceProfile> profiles =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Instant, ReferenceProfile> eldest) {
                    return size() > MOST_PROFILES;
                }
            });
    private final Map<Instant, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final TrainingPurpose purpose;

    /**
     * @param datasetVersion identity of the rows known now, as {@link DataRead#text()} gives it
     * @param environment machine and libraries, asked for when something is trained
     * @param definitions what the model is built on, by name: the hash of each
     * @param metric loss of the decay monitor
     * @param policy how the model goes on learning
     * @param purpose what trainings are for
     * @param looker looks at the data before a training; null where the purpose is none to look for
     */
    BundleTrainer(
            ModelPlan plan,
            ModelRows rows,
            Training training,
            TrainingPlace place,
            Supplier<String> datasetVersion,
            String codeVersion,
            Supplier<SortedMap<String, String>> environment,
            SortedMap<String, String> definitions,
            DecayMonitorDefinition.Metric metric,
            TrainingPolicy policy,
            TrainingPurpose purpose,
            @Nullable Looker looker) {
        this.plan = plan;
        this.rows = rows;
        this.training = training;
        this.place = place;
        this.artifacts = place.files();
        this.datasetVersion = datasetVersion;
        this.codeVersion = codeVersion;
        this.environment = environment;
        this.definitions = new TreeMap<>(definitions);
        this.metric = metric;
        this.policy = policy;
        this.purpose = purpose;
        this.looker = looker;
    }

    /** Looks at the data before a training. */
    @FunctionalInterface
    interface Looker {

        /**
         * Looks.
         *
         * @param reference the inputs of the rows that the champion was trained on; null where there is none, or too few
         * @param inputs the inputs of the rows that it did not know
         * @param table the rows that train
         * @throws KeelsonException DATA_BLOCKED if the policy of the model stops the training
         */
        BeforeTraining look(
                Instant moment,
                @Nullable Trained champion,
                @Nullable ReferenceProfile reference,
                ModelRows.Inputs inputs,
                TrainingTable table);
    }

    private @Nullable BeforeTraining look(Instant moment, @Nullable Trained champion, TrainingTable table) {
        if (looker == null) {
            return null;
        }
        String text = champion == null ? null : champion.run().params().get(AS_OF);
        if (champion == null || text == null) {
            return looker.look(moment, null, null, rows.inputs(moment, moment), table);
        }
        Instant known = Instant.parse(text);
        ModelRows.Inputs fresh = rows.inputs(known, moment);
        BaselineRows seen = fresh.rows() == 0 ? null : rows.training(known);
        ReferenceProfile reference = seen == null || seen.rows() < ReferenceProfile.WINDOWS
                ? null
                : profiles.computeIfAbsent(known, _ -> profile(seen, champion));
        return looker.look(moment, champion, reference, fresh, table);
    }

    /** What came of an update. */
    sealed interface Updated {
        /** A model, which may have forgotten too much. */
        record Candidate(Trained trained) implements Updated {}

        /** Nothing was trained, for a reason. */
        record Nothing(String reason) implements Updated {}
    }

    /**
     * Lets a champion go on from recent rows.
     *
     * @param reinforce its confident mistakes weigh more; null for an update alone
     * @throws KeelsonException BAD_REQUEST if it cannot go on; NOT_ENOUGH_ROWS; DATA_BLOCKED by the model's policy
     */
    Updated update(
            Instant asOf, Trained champion, UpdateDefinition update, @Nullable ReinforceDefinition reinforce) {
        Instant moment = moment(rows, asOf);
        TrainingMode.Update mode = update(champion.run(), update, reinforce);
        TrainingTable table = rows.table(moment);
        if (reinforce != null) {
            int count = Training.mistakes(request(moment, table, mode), mode).length;
            if (count < reinforce.minSamples()) {
                return new Updated.Nothing(
                        "%d confident mistakes (from %s on) in the last %d days; %d are needed, so nothing was learned."
                                .formatted(
                                        count,
                                        reinforce.confidence(),
                                        reinforce.window().toDays(),
                                        reinforce.minSamples()));
            }
        }
        return new Updated.Candidate(train(moment, mode, champion.run(), champion, table, look(moment, champion, table)));
    }

    @Override
    public GoneOn goOn(Instant asOf, Trained champion, boolean reinforce) {
        Updated came;
        try {
            came = update(asOf, champion, policy.update(), reinforce ? policy.reinforce() : null);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_ENOUGH_ROWS) {
                throw e;
            }
            return new GoneOn(null, e.problems().getFirst().message()); // the next one may have them
        }
        return switch (came) {
            case Updated.Nothing(String reason) -> new GoneOn(null, reason);
            case Updated.Candidate(Trained trained) ->
                trained.run().metrics().getOrDefault(TrainingOutcome.FORGETS, 0.0) == 0
                        ? new GoneOn(trained, "The champion went on from recent rows.")
                        : new GoneOn(null, "The update was refused: it is worse on old rows than it may be.");
        };
    }

    /** The mode of an update of what a run trained. */
    private TrainingMode.Update update(
            Run base, UpdateDefinition update, @Nullable ReinforceDefinition reinforce) {
        if (!hasRecipe(base)) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The champion of %s (run %s) was trained elsewhere: it has no recipe to go on with."
                            .formatted(plan.name(), base.id()),
                    "Maybe `keelson train %s` trains one here first.".formatted(plan.name()));
        }
        ModelBundle bundle = ModelBundle.of(bundleFiles(base));
        return new TrainingMode.Update(
                bundle.load(training.codecs()),
                bundle.sha256(),
                Instant.parse(Objects.requireNonNull(base.params().get(AS_OF))),
                parameters(base),
                update,
                reinforce);
    }

    @Override
    public Trained train(Instant asOf, ModelVersion.Kind kind, @Nullable Trained champion) {
        Instant moment = moment(rows, asOf);
        TrainingMode mode = new TrainingMode.Full();
        Run base = null;
        if (kind == ModelVersion.Kind.REFRESH && champion != null && hasRecipe(champion.run())) {
            base = champion.run();
            RecipeParameters recipe = parameters(base);
            if (recipe.fittedAsOf().plus(RECIPE_LIFE).isAfter(moment)) {
                mode = new TrainingMode.Refresh(recipe);
            }
        }
        ReentrantLock lock = locks.computeIfAbsent(moment, key -> new ReentrantLock());
        lock.lock(); // two policies that ask for the same training: the second finds it in the cache
        try {
            TrainingTable table = rows.table(moment);
            return train(moment, mode, base, champion, table, look(moment, champion, table));
        } finally {
            lock.unlock();
        }
    }

    /** Weeks in which nothing became known train nothing: the moment that counts is that of the newest row or label. */
    static Instant moment(ModelRows rows, Instant asOf) {
        return rows.lastKnownBefore(asOf).plusNanos(1_000);
    }

    private TrainingRequest request(Instant moment, TrainingTable table, TrainingMode mode) {
        return new TrainingRequest(
                plan.definition(),
                table,
                moment,
                new TrainingRequest.Inputs(
                        datasetVersion.get() + rows.window(), plan.service().sha256(), codeVersion, environment.get()),
                mode);
    }

    private Trained train(
            Instant moment,
            TrainingMode mode,
            @Nullable Run base,
            @Nullable Trained champion,
            TrainingTable table,
            @Nullable BeforeTraining before) {
        TrainingOutcome outcome = training.run(
                request(moment, table, mode), place.cache(), request -> place.worker().run(training, request));
        if (champion != null) {
            outcome = outcome.withBaseline(ModelVersion.CHAMPION, forecasts(champion, outcome, table));
        }
        return trained(outcome, moment, mode instanceof TrainingMode.Update, base, champion, table, before);
    }

    /**
     * Judges the test period of a run anew, by the rows that this trainer has and the segments and metrics that its plan
     * has.
     *
     * @return empty when the run had no test period
     */
    Optional<Judgement> judged(Run run) {
        if (!hasRecipe(run)) {
            return Optional.empty();
        }
        Instant moment = Instant.parse(Objects.requireNonNull(run.params().get(AS_OF)));
        TrainingOutcome outcome = TrainingOutcome.fromJson(outcomeJson(run), ModelBundle.of(bundleFiles(run)));
        return plan.judging().judge(outcome, rows.table(moment), rows.cells(moment)::get);
    }

    /**
     * Does the training of a run again, from the rows that this trainer has.
     *
     * @param champion the run whose model it was compared with; null where there was none or it is not known
     * @return what comes of it, its files in this trainer's artifact store
     */
    Run again(Run run, @Nullable Run champion) {
        Instant moment = Instant.parse(Objects.requireNonNull(run.params().get(AS_OF)));
        Trained compared = champion == null ? null : loaded(champion, ModelBundle.of(bundleFiles(champion)));
        TrainingMode mode = switch (Objects.requireNonNullElse(run.params().get(MODE), "full")) {
            case "refresh" -> new TrainingMode.Refresh(parameters(run));
            case "update" -> update(
                    Objects.requireNonNull(champion), UpdateDefinition.ofParams(run.params()), null);
            case "reinforce" -> update(
                    Objects.requireNonNull(champion),
                    UpdateDefinition.ofParams(run.params()),
                    ReinforceDefinition.ofParams(run.params()));
            default -> new TrainingMode.Full(reached(run));
        };
        Run base = mode instanceof TrainingMode.Full ? null : champion == null ? run : champion;
        return train(moment, mode, base, compared, rows.table(moment), null).run();
    }

    private static @Nullable Integer reached(Run run) {
        String members = run.params().get(MEMBERS);
        return members == null ? null : Integer.valueOf(members);
    }

    /** What the champion says of the test rows that happened after it was trained; of earlier ones it has seen the result. */
    private static Map<String, double[]> forecasts(Trained champion, TrainingOutcome outcome, TrainingTable table) {
        Map<String, double[]> forecasts = new HashMap<>();
        String asOf = champion.run().params().get(AS_OF);
        HoldoutForecast test = outcome.test();
        HoldoutValues values = outcome.values();
        if ((test == null && values == null) || asOf == null || !champion.model().features().equals(table.features().names())) {
            return forecasts;
        }
        long trainedTo = Micros.of(Instant.parse(asOf));
        Set<String> wanted = new HashSet<>(test == null ? Objects.requireNonNull(values).rowIds() : test.rowIds());
        double[] row = new double[table.features().width()];
        for (int i = 0; i < table.rows(); i++) {
            if (table.eventTime()[i] >= trainedTo && wanted.contains(table.rowIds().get(i))) {
                double[] told = new double[champion.model().outputs().size()];
                table.features().row(i, row);
                try {
                    champion.model().predict(row, told);
                } catch (KeelsonException e) { // an imported model may tell nothing of a row: it is not compared there
                    continue;
                }
                forecasts.put(table.rowIds().get(i), told);
            }
        }
        return forecasts;
    }

    private Trained trained(
            TrainingOutcome outcome,
            Instant moment,
            boolean update,
            @Nullable Run base,
            @Nullable Trained champion,
            TrainingTable table,
            @Nullable BeforeTraining before) {
        RunProvenance provenance = outcome.provenance();
        Map<String, Double> metrics = new TreeMap<>(outcome.metrics());
        outcome.baselines().forEach((name, values) -> values.forEach(
                (metricName, value) -> metrics.put("baseline/" + name + "/" + metricName, value)));
        for (DecayMonitorDefinition.Metric each : DecayMonitorDefinition.Metric.values()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            Double test = outcome.metrics().get("test_" + name);
            Double lower = outcome.metrics().get("test_" + name + "_lower");
            if (test != null && lower != null) {
                metrics.put("expected_" + name, test);
                metrics.put("expected_" + name + "_error", (test - lower) / 1.96);
            } else if (base != null) {
                copy(base, metrics, "expected_" + name);
                copy(base, metrics, "expected_" + name + "_error");
            }
        }
        Optional<Judgement> judgement =
                purpose.judges() ? plan.judging().judge(outcome, table, rows.cells(moment)::get) : Optional.empty();
        judgement.ifPresent(judged -> metrics.putAll(judged.metrics()));
        long[] counts = rows.labelCounts(moment);
        for (int c = 0; c < counts.length; c++) {
            metrics.put(LABELS + plan.definition().classes().get(c), (double) counts[c]);
        }
        metrics.putAll(TrainedRuns.metrics(metrics));
        List<Run.Artifact> files = new ArrayList<>();
        outcome.bundle().files().forEach((name, bytes) -> files.add(artifact(BUNDLE + name, bytes)));
        ObjectNode told = outcome.toJson();
        JsonNode curves = told.remove(TrainingOutcome.CURVES); // a file of their own: runs of before have none
        files.add(artifact(OUTCOME_FILE, told.toString().getBytes(StandardCharsets.UTF_8)));
        if (curves != null) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.set(TrainingOutcome.CURVES, curves);
            files.add(artifact(CURVES_FILE, document.toString().getBytes(StandardCharsets.UTF_8)));
        }
        files.add(artifact(RECIPE_FILE, recipe()));
        files.add(artifact(Importance.FILE, importanceCsv(outcome.importance())));
        byte[] shuffled = Importance.shuffledCsv(outcome.importance());
        if (shuffled.length > 0) {
            files.add(artifact(Importance.SHUFFLED, shuffled));
        }
        if (!outcome.reliability().isEmpty()) {
            files.add(artifact("reliability.json", reliability(outcome.reliability())));
        }
        judgement.ifPresent(judged -> files.add(
                artifact(RunSlices.FILE, judged.document().toString().getBytes(StandardCharsets.UTF_8))));
        BacktestInput money = BacktestInput.of(plan.definition(), table, outcome.test(), outcome.values());
        if (money != null) {
            files.add(artifact(BankrollCsv.FILE, BankrollCsv.of(money)));
            files.add(artifact(Backtests.FILE, money.toJson().toString().getBytes(StandardCharsets.UTF_8)));
        }
        if (before != null) {
            files.add(artifact(BeforeTraining.FILE, before.file()));
        }
        Map<String, String> params = new TreeMap<>(provenance.settings());
        if (update && base != null) {
            params.put(BASE, base.id());
        }
        params.putAll(purpose.asked());
        params.put(MODE, provenance.mode());
        params.put(AS_OF, moment.toString());
        params.put("seed", Long.toString(provenance.seed()));
        params.put("rows", Integer.toString(provenance.rows()));
        params.put("features", Integer.toString(provenance.features().size()));
        params.put("feature_count", Integer.toString(provenance.features().size()));
        params.put("train_samples", Integer.toString(provenance.rows()));
        params.put("test_samples", Integer.toString(testRows(outcome)));
        params.put("calibration", outcome.parameters().method().key());
        if (outcome.parameters().method() == CalibrationMethod.TEMPERATURE) {
            params.put("temperature", Double.toString(outcome.parameters().temperature()));
        }
        Double few = outcome.metrics().get(TrainingOutcome.TOO_FEW_FOR_CURVE);
        if (few != null) {
            params.put(CALIBRATION_REASON, "%,d rows are too few for isotonic".formatted(few.longValue()));
        }
        guidance(params, outcome.parameters().guidance());
        params.put("weights", outcome.parameters().weights().toString());
        Integer members = outcome.parameters().members();
        if (members != null) {
            params.put(MEMBERS, Integer.toString(members));
        }
        params.put("recipe_as_of", outcome.parameters().fittedAsOf().toString());
        String id = provenance.trainingKey().substring(0, 32);
        FeatureMatrix features = table.features();
        new ModelSignature(features.names(), plan.service().columns(), plan.definition().task().outputs())
                .files(
                        id,
                        outcome.bundle().sha256(),
                        BUNDLE,
                        moment,
                        ModelSignature.first(features.columns(), features.rows()),
                        ModelSignature.missing(features.names(), features.columns()),
                        plan.service()::text)
                .forEach((path, bytes) -> files.add(artifact(path, bytes)));
        Run run = new Run(
                id,
                plan.name(),
                Run.Status.FINISHED,
                moment,
                moment,
                params,
                metrics,
                tags(outcome, moment, champion, before),
                files,
                provenanceJson(provenance).toString());
        return loaded(run, outcome.bundle());
    }

    private void guidance(Map<String, String> params, Guidance guidance) {
        ConformalParameters conformal = guidance.conformal();
        if (conformal != null) {
            params.put("uncertainty", conformal.method().key() + " " + conformal.coverage());
        }
        ThresholdParameters threshold = guidance.threshold();
        if (threshold != null) {
            String target = plan.definition().classes().get(threshold.target());
            params.put("threshold", switch (threshold.decision()) {
                case ThresholdDecision.Act(double from) ->
                    "act on %s from %s on".formatted(target, from);
                case ThresholdDecision.NoBet(String reason) -> reason;
            });
        }
    }

    private static int testRows(TrainingOutcome outcome) {
        HoldoutForecast test = outcome.test();
        HoldoutValues values = outcome.values();
        return test != null ? test.labels().length : values != null ? values.rowIds().size() : 0;
    }

    private static Map<String, String> tags(
            TrainingOutcome outcome, Instant moment, @Nullable Trained champion, @Nullable BeforeTraining before) {
        Map<String, String> tags = before == null ? new TreeMap<>() : new TreeMap<>(before.tags());
        RunProvenance provenance = outcome.provenance();
        tags.putAll(TrainedRuns.tags(
                "%s to %s".formatted(provenance.mode(), day(moment)), USER, provenance.environment()));
        tags.put("dataset_version", DataRead.parse(outcome.provenance().datasetVersion()).own());
        tags.put(MODEL_SHA256, outcome.bundle().sha256());
        Signal.of(outcome.metrics()).ifPresent(signal -> tags.put(SIGNAL, signal.text()));
        if (champion != null) {
            tags.put(COMPARED_WITH, champion.run().id());
        }
        return tags;
    }

    /** What was known before this moment was used. */
    private static String day(Instant moment) {
        return moment.truncatedTo(ChronoUnit.DAYS).toString().substring(0, 10);
    }

    private static void copy(Run from, Map<String, Double> to, String name) {
        Double value = from.metrics().get(name);
        if (value != null) {
            to.put(name, value);
        }
    }

    private Run.Artifact artifact(String path, byte[] bytes) {
        return new Run.Artifact(path, artifacts.put(bytes), bytes.length);
    }

    private Trained loaded(Run run, ModelBundle bundle) {
        EnsembleModel model = bundle.load(training.codecs());
        String name = "expected_" + metric.name().toLowerCase(Locale.ROOT);
        long[] counts = new long[plan.definition().classes().size()];
        for (int c = 0; c < counts.length; c++) {
            counts[c] = run.metrics()
                    .getOrDefault(LABELS + plan.definition().classes().get(c), 0.0)
                    .longValue();
        }
        Trained trained = new Trained(
                run,
                bundle.sha256(),
                model,
                run.metrics().getOrDefault(name, Double.NaN),
                run.metrics().getOrDefault(name + "_error", 0.0),
                counts);
        byRun.putIfAbsent(run.id(), trained);
        return trained;
    }

    @Override
    public Trained load(ModelVersion version, Run run) {
        Trained known = byRun.get(run.id());
        if (known != null) {
            return known;
        }
        try {
            return loaded(run, ModelBundle.of(bundleFiles(run)));
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            throw new KeelsonException(
                    List.of(Problem.of(
                            e.code(),
                            "%s (run %s): %s".formatted(version.label(), run.id(), e.problems().getFirst().message()),
                            "Maybe restore the folder artifacts and the catalogue from one backup, or serve another version: `keelson models rollback %s VERSION`."
                                    .formatted(version.model()))),
                    e);
        }
    }

    /** What is wrong with the stored files of a version's model; null when they are as they were when it was registered. */
    @Nullable Problem damage(ModelVersion version, Run run) {
        try {
            String now = ModelBundle.of(bundleFiles(run)).sha256();
            return now.equals(version.sha256())
                    ? null
                    : Problem.of(
                            ErrorCode.STORE_DAMAGED,
                            "The files of the run (%s) are those of another model: sha256 %s, and %s was registered."
                                    .formatted(run.id(), now, version.sha256()),
                            null);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            return e.problems().getFirst();
        }
    }

    /** Does not keep a model any longer. */
    void forget(Trained trained) {
        byRun.remove(trained.run().id(), trained);
    }

    /** How many models are kept. */
    int kept() {
        return byRun.size();
    }

    /**
     * What stands in the registry for a model that was trained elsewhere. It is pinned to the present definitions, as if it
     * had been trained now.
     *
     * @param now the moment
     * @param samples rows of its features, in its order
     * @param params of the run
     * @param metrics of the run
     */
    Trained imported(
            ModelBundle bundle,
            Instant now,
            List<double[]> samples,
            Map<String, String> params,
            Map<String, Double> metrics) {
        List<Run.Artifact> files = new ArrayList<>();
        bundle.files().forEach((name, bytes) -> files.add(artifact(BUNDLE + name, bytes)));
        EnsembleModel model = bundle.load(training.codecs());
        double[] shares = model.importance();
        List<FeatureImportance> importance = new ArrayList<>();
        for (int j = 0; j < shares.length; j++) {
            importance.add(new FeatureImportance(model.features().get(j), shares[j]));
        }
        importance.sort(Comparator.comparingDouble(FeatureImportance::share).reversed());
        files.add(artifact(Importance.FILE, importanceCsv(importance)));
        Map<String, String> all = new TreeMap<>(params);
        all.put(MODE, IMPORTED);
        all.put(AS_OF, now.toString());
        all.put("features", Integer.toString(model.features().size()));
        String sha256 = bundle.sha256();
        String id = new Sha256().add("keelson-import-1").add(plan.name()).add(sha256).add(now.toString()).hex();
        String data = DataRead.parse(datasetVersion.get()).own();
        Map<String, String> tags = new TreeMap<>(
                TrainedRuns.tags("import of %s".formatted(params.getOrDefault("file", "a file")), USER, environment.get()));
        tags.put("dataset_version", data);
        tags.put(MODEL_SHA256, sha256);
        new ModelSignature(model.features(), plan.service().columns(), model.outputs())
                .files(id.substring(0, 32), sha256, BUNDLE, now, samples, Set.of(), plan.service()::text)
                .forEach((path, bytes) -> files.add(artifact(path, bytes)));
        Run run = new Run(
                id.substring(0, 32),
                plan.name(),
                Run.Status.FINISHED,
                now,
                now,
                all,
                metrics,
                tags,
                files,
                importedProvenance(id, model.features()).toString());
        model.release(); // what an engine holds open is opened when it serves
        Trained trained = loaded(run, bundle);
        trained.model().release();
        return trained;
    }

    private ObjectNode importedProvenance(String id, List<String> features) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("training_key", id);
        node.put(MODE, IMPORTED);
        node.put("feature_hash", plan.service().sha256());
        try {
            node.set("configuration", MAPPER.readTree(DefinitionJson.canonical(plan.definition())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The configuration of a model is not JSON.", e);
        }
        node.put("code_version", codeVersion);
        ObjectNode machine = node.putObject("environment");
        environment.get().forEach(machine::put);
        ObjectNode pins = node.putObject("definitions");
        definitions.forEach(pins::put);
        features.forEach(node.putArray("features")::add);
        return node;
    }

    private static boolean hasRecipe(Run run) {
        return run.artifacts().stream().anyMatch(artifact -> artifact.path().equals(OUTCOME_FILE));
    }

    /** What a full training becomes beside a champion: the first version, its recipe on the data there is, or another recipe. */
    ModelVersion.Kind kind(@Nullable Trained champion) {
        return champion == null
                ? ModelVersion.Kind.INITIAL
                : sameRecipe(champion.run()) ? ModelVersion.Kind.REFRESH : ModelVersion.Kind.CHANGE;
    }

    /** Whether a run was trained by the model's present definition and features. */
    boolean sameRecipe(Run run) {
        Run.Artifact file = run.artifacts().stream()
                .filter(artifact -> artifact.path().equals(RECIPE_FILE))
                .findFirst()
                .orElse(null);
        return file != null && file.sha256().equals(Sha256.ofBytes(recipe()));
    }

    /** What makes two trainings the same recipe: the definition and the features, not the data. */
    private byte[] recipe() {
        return recipe(plan);
    }

    static byte[] recipe(ModelPlan plan) {
        return (DefinitionJson.canonical(plan.definition()) + "\n" + plan.service().sha256() + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, byte[]> bundleFiles(Run run) {
        Map<String, byte[]> files = new HashMap<>();
        for (Run.Artifact artifact : run.artifacts()) {
            if (artifact.path().startsWith(BUNDLE)) {
                byte[] bytes = artifacts
                        .get(artifact.sha256())
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.STORE_DAMAGED,
                                "The file (%s) of the run (%s) is missing from the artifact store."
                                        .formatted(artifact.path(), run.id()),
                                "Maybe the folder artifacts was restored from an older backup."));
                files.put(artifact.path().substring(BUNDLE.length()), bytes);
            }
        }
        return files;
    }

    @Override
    public ReferenceProfile profile(ModelVersion version, Trained trained) {
        return profiles.computeIfAbsent(version.trainedTo(), instant -> profile(rows.training(instant), trained));
    }

    /** What a version was trained on, as a table: features, watched values, the column of segments. */
    DriftData inputs(ModelVersion version) {
        return rows.inputTable(
                "training data of %s v%d".formatted(version.model(), version.version()), version.trainedTo());
    }

    /** What the model was asked, as such a table. */
    DriftData served(Asked window) {
        return InputTable.of(
                "predictions of %s from %s to %s".formatted(plan.name(), window.from(), window.end()),
                plan,
                DriftCheck.columns(window.inputs(), plan.service().names().size() + plan.watchNames().size()),
                window.segments());
    }

    @Override
    public Optional<DriftReport> tables(ModelVersion version, Asked window, DriftMonitorDefinition monitor, Instant at) {
        DataDriftSettings settings = DataDriftSettings.ofModel(version.model(), monitor, window.from(), window.end());
        return Optional.of(DataDriftCheck.check(
                inputs(version), served(window), settings, monitor.multivariate() ? ProjectDrift.learner() : null, at));
    }

    /** What the model answers with: its classes, or the number. */
    List<String> outputs() {
        return plan.definition().task().outputs();
    }

    @Override
    public @Nullable ReferenceProfile profile(Instant from, Instant to, Trained trained) {
        BaselineRows period = rows.period(from, to, to);
        return period.rows() < ReferenceProfile.WINDOWS ? null : profile(period, trained);
    }

    /** A profile of the rows of a baseline, with the importance that their columns have for a model. */
    ReferenceProfile profile(BaselineRows baseline, Trained trained) {
        List<String> names = new ArrayList<>(plan.service().names());
        names.addAll(plan.watchNames());
        double[] importance = new double[names.size()];
        if (trained.model() instanceof EnsembleModel ensemble) {
            double[] shares = ensemble.importance();
            for (int i = 0; i < shares.length; i++) {
                int at = names.indexOf(ensemble.features().get(i)); // a champion may read features that are gone
                if (at >= 0) {
                    importance[at] = shares[i];
                }
            }
        }
        Map<String, DoubleFunction<@Nullable String>> categories = new LinkedHashMap<>();
        for (FeatureColumn column : plan.service().columns()) {
            if (column.category()) {
                categories.put(column.name(), plan.service()::text);
            }
        }
        return ReferenceProfile.of(baseline, importance, categories);
    }

    private RecipeParameters parameters(Run run) {
        return TrainingOutcome.parameters(outcomeJson(run));
    }

    private JsonNode outcomeJson(Run run) {
        for (Run.Artifact artifact : run.artifacts()) {
            if (artifact.path().equals(OUTCOME_FILE)) {
                byte[] bytes = artifacts.get(artifact.sha256()).orElseThrow();
                try {
                    return MAPPER.readTree(bytes);
                } catch (java.io.IOException e) {
                    throw new IllegalStateException("The stored outcome of a run is not JSON.", e);
                }
            }
        }
        throw new IllegalStateException("The run " + run.id() + " has no file " + OUTCOME_FILE + ".");
    }

    private static byte[] importanceCsv(List<FeatureImportance> importance) {
        StringBuilder text = new StringBuilder("feature,share\n");
        importance.forEach(
                each -> text.append(each.feature()).append(',').append(each.share()).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] reliability(Map<String, ReliabilityBins> diagrams) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        diagrams.forEach((name, diagram) -> {
            ArrayNode bins = node.putArray(name);
            for (ReliabilityBins.Bin bin : diagram.bins()) {
                ObjectNode each = bins.addObject();
                each.put("lower", bin.lower());
                each.put("upper", bin.upper());
                each.put("count", bin.count());
                each.put("mean_forecast", bin.meanForecast());
                each.put("observed", bin.observed().estimate());
                each.put("observed_lower", bin.observed().lower());
                each.put("observed_upper", bin.observed().upper());
            }
        });
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Why a version cannot serve by the definitions of the project file, in words; null when it can. Names alone would not
     * do: a feature may have kept its name and mean something else.
     */
    @Nullable String unfit(Run run) {
        JsonNode provenance;
        try {
            provenance = MAPPER.readTree(run.provenance());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The provenance of a run is not JSON.", e);
        }
        List<String> changed = new ArrayList<>();
        provenance.path("definitions").properties().forEach(pin -> {
            if (!pin.getKey().startsWith("model ") && !pin.getValue().asText().equals(definitions.get(pin.getKey()))) {
                changed.add(pin.getKey());
            }
        });
        if (!provenance.path("feature_hash").asText().equals(plan.service().sha256())) {
            return changed.isEmpty()
                    ? "the features that it asks for are others"
                    : "these definitions are others: " + String.join(", ", changed);
        }
        JsonNode then = provenance.path("configuration");
        LabelDefinition label = plan.definition().label();
        List<String> classes = new ArrayList<>();
        then.path("classes").forEach(each -> classes.add(each.asText()));
        boolean same = then.path("label").asText().equals(label.name())
                && then.path("label_text").asText(label.name()).equals(label.text())
                && classes.equals(label.classes());
        return same ? null : "its label is another";
    }

    private ObjectNode provenanceJson(RunProvenance provenance) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("training_key", provenance.trainingKey());
        node.put(MODE, provenance.mode());
        DataRead data = DataRead.parse(provenance.datasetVersion());
        node.put("dataset_version", data.own());
        if (!data.others().isEmpty()) {
            ObjectNode versions = node.putObject("dataset_versions");
            versions.put(plan.source().name(), data.own());
            data.others().forEach(versions::put);
        }
        node.put("feature_hash", provenance.featureHash());
        try {
            node.set("configuration", MAPPER.readTree(provenance.configuration()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The configuration of a run is not JSON.", e);
        }
        node.put("seed", provenance.seed());
        node.put("code_version", provenance.codeVersion());
        ObjectNode machine = node.putObject("environment");
        provenance.environment().forEach(machine::put);
        node.put("rows", provenance.rows());
        node.put("first_event", provenance.firstEvent().toString());
        node.put("last_event", provenance.lastEvent().toString());
        node.put("as_of", provenance.asOf().toString());
        ObjectNode pins = node.putObject("definitions");
        definitions.forEach(pins::put);
        ArrayNode features = node.putArray("features");
        provenance.features().forEach(features::add);
        return node;
    }
}

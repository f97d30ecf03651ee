package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.StudyRequest;
import dev.keelson.id.Sha256;
import dev.keelson.learn.tune.Direction;
import dev.keelson.learn.tune.Parameter;
import dev.keelson.learn.tune.ParameterImportance;
import dev.keelson.learn.tune.StopReason;
import dev.keelson.learn.tune.Study;
import dev.keelson.learn.tune.StudyDefinition;
import dev.keelson.learn.tune.Trial;
import dev.keelson.learn.tune.TrialState;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.stats.Interval;
import dev.keelson.train.DefinitionJson;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import dev.keelson.train.OutOfFoldLoss;
import dev.keelson.train.OutOfFoldLoss.Judged;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TuneDefinition;
import dev.keelson.train.TuneRun;
import dev.keelson.train.TunedSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One search for the settings of a model over the real stores. Each trial that has ended is a run, nested in that of the
 * search, and a step that is not done again. The model itself is not changed.
 */
final class ModelTuning implements TuneRun.Book {
    /** What the experiment of nested runs adds to the model's name. */
    static final String EXPERIMENT = "/tune";

    /** The tag of a nested run: how its trial ended. */
    private static final String TRIAL_STATE = "trial_state";

    private static final double CONFIDENCE = 0.95;
    private static final String USER = System.getProperty("user.name", "");

    /** Follows a search, and may stop it by an exception. */
    interface Watch {
        void trial(JsonNode trial, int done, int of, @Nullable Double best);
    }

    private final Catalog catalog;
    private final InstantSource clock;
    private final ModelDefinition model;
    private final TuneDefinition search;
    private final StudyDefinition definition;
    private final OutOfFoldLoss judge;
    private final TrainingRequest request;
    private final boolean fresh;
    private final Watch watch;
    private final String study;
    private final Instant started;
    private final Map<Integer, String> failures = new TreeMap<>();
    private @Nullable Judged bestJudged;
    private int bestNumber = -1;
    private int ran;

    private ModelTuning(
            Catalog catalog,
            InstantSource clock,
            Training training,
            TrainingRequest request,
            TuneDefinition search,
            long seed,
            boolean fresh,
            Watch watch) {
        this.catalog = catalog;
        this.clock = clock;
        this.model = request.definition();
        this.search = search;
        this.request = request;
        this.fresh = fresh;
        this.watch = watch;
        this.study = identity(request, search, seed);
        this.definition = search.study(study, seed);
        this.judge = new OutOfFoldLoss(training, request, search.metric());
        this.started = clock.instant();
    }

    /**
     * Everything that the trials depend on. How many there are and when the search ends is none of it: a longer search begins
     * with the trials of a shorter one.
     */
    private static String identity(TrainingRequest request, TuneDefinition search, long seed) {
        Sha256 sha = new Sha256()
                .add("keelson-tune-1")
                .add(DefinitionJson.canonical(request.definition()))
                .add(request.inputs().datasetVersion())
                .add(request.inputs().featureHash())
                .add(request.inputs().codeVersion())
                .add(request.asOf().toString())
                .add(search.metric().key())
                .add(search.sampler().toString())
                .add(search.pruner().toString())
                .add((long) search.batch())
                .add(seed);
        if (search.everySteps() != null) {
            sha.add("every_steps").add((long) search.everySteps());
        }
        for (Parameter parameter : search.space().parameters()) {
            sha.add(parameter.name()).add(parameter.text());
        }
        return sha.hex().substring(0, 32);
    }

    /** A setting of the model's first learner that can be searched. */
    private static String example(ModelDefinition model) {
        Map.Entry<String, LearnerDefinition> first = TunedSettings.members(model.learners()).entrySet().iterator().next();
        String setting = switch (first.getValue().name()) {
            case "logistic" -> "l2: 0.1..1000 log";
            case "linear" -> "alpha: 0.0001..1 log";
            case "mlp", "lstm" -> "learning_rate: 0.0005..0.02 log";
            default -> "max_depth: 3..10";
        };
        return first.getKey().isEmpty() ? setting : first.getKey() + "." + setting;
    }

    /** The search that a request asks for, by the project file where it is silent. */
    static TuneDefinition search(Project project, StudyRequest request) {
        ModelDefinition model = Projects.model(project, request.model());
        TuneDefinition search = project.tuning().get(request.model());
        if (search == null) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The project file does not say which settings of the model (%s) are searched.".formatted(request.model()),
                    "Maybe add to it: `tune: { trials: 50, space: { %s } }`.".formatted(example(model)));
        }
        Integer trials = request.trials();
        if (trials != null && trials < 1) {
            throw new KeelsonException(ErrorCode.USAGE, "The trials (%d) must be at least 1.".formatted(trials), null);
        }
        String sampler = request.sampler();
        return search.with(
                trials == null ? search.trials() : trials,
                sampler == null ? search.sampler() : Projects.sampler(sampler));
    }

    /**
     * Searches.
     *
     * @param threads trials that run side by side at most
     * @throws KeelsonException as {@link #search}; DATASET_NOT_FOUND, NOT_ENOUGH_ROWS; BAD_VALUE when no trial came to its end
     */
    static ObjectNode run(
            Project project, StudyRequest asked, Catalog catalog, InstantSource clock, int threads, Watch watch) {
        TuneDefinition search = search(project, asked);
        ModelDefinition model = Projects.model(project, asked.model());
        try (Workspace workspace = Workspace.reading(project)) {
            FeatureReports.latest(workspace, model.source());
            Map<String, DatasetVersion> versions = workspace.latestWithViews(clock.instant());
            ProjectModels models = ProjectModels.ofVersions(project.withModels(List.of(model)), versions);
            Map<String, ModelRows> rows = models.rows();
            Workspace.fill(models, rows, workspace.read(models, versions));
            ModelRows mine = rows.get(model.name());
            if (mine == null) {
                throw new IllegalStateException("There are no rows for the model " + model.name() + ".");
            }
            ModelPlan plan = models.plans().getFirst();
            Instant moment = mine.lastKnownBefore(clock.instant()).plusNanos(1_000);
            TrainingRequest request = new TrainingRequest(
                    model,
                    mine.table(moment),
                    moment,
                    new TrainingRequest.Inputs(
                            DataRead.of(plan, Workspace.ids(versions)).text(),
                            plan.service().sha256(),
                            Environment.codeVersion(),
                            Collections.emptySortedMap()),
                    new TrainingMode.Full());
            Long seed = asked.seed();
            return new ModelTuning(
                            catalog,
                            clock,
                            Workspace.training(),
                            request,
                            search,
                            seed == null ? model.seed() : seed,
                            asked.fresh(),
                            watch)
                    .run(threads);
        }
    }

    private ObjectNode run(int threads) {
        Instant limit = search.timeLimit() == null ? Instant.MAX : started.plus(search.timeLimit());
        catalog.update(tx -> tx.putRun(own(Run.Status.RUNNING, Map.of())));
        boolean whole = false;
        try {
            Judged file = judge.judge(model, (fold, loss, running) -> true);
            boolean[] late = {false};
            Study done = new TuneRun(judge, model, search.everySteps(), threads).run(definition, this, () -> {
                late[0] = !clock.instant().isBefore(limit);
                return late[0];
            });
            ObjectNode result = result(done, file, late[0]);
            whole = true;
            Map<String, Double> metrics = new TreeMap<>();
            metrics.put("trials", (double) done.finished());
            metrics.put("file_oof_" + search.metric().key(), file.loss());
            done.best().ifPresent(best -> metrics.put("oof_" + search.metric().key(), best.objective()));
            catalog.update(tx -> {
                TrainedRuns.put(tx, own(Run.Status.FINISHED, metrics));
                tx.tracking().log(study, bests(done), Map.of(), Map.of());
            });
            return result;
        } finally {
            if (!whole) {
                catalog.update(tx -> tx.putRun(own(Run.Status.FAILED, Map.of())));
            }
        }
    }

    // ---- what is kept

    private String step(int number) {
        return "tune/" + study + "/" + number;
    }

    @Override
    public Optional<Trial> kept(int number) {
        return fresh ? Optional.empty() : catalog.read(tx -> tx.step(step(number))).flatMap(text -> read(number, text));
    }

    private Optional<Trial> read(int number, String text) {
        JsonNode node = RunPipeline.parsed(text);
        Map<String, Object> values = new TreeMap<>();
        node.path("values").properties().forEach(field -> values.put(field.getKey(), value(field.getValue())));
        SortedMap<Integer, Double> reports = new TreeMap<>();
        node.path("reports")
                .properties()
                .forEach(field -> reports.put(
                        Integer.valueOf(field.getKey()), Double.valueOf(field.getValue().asText())));
        if (node.has("failure")) {
            failures.put(number, node.path("failure").asText());
        }
        try {
            return Optional.of(new Trial(
                    number,
                    search.space().read(values),
                    reports,
                    TrialState.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
                    Double.parseDouble(node.path("objective").asText())));
        } catch (KeelsonException e) {
            return Optional.empty(); // of another space: it runs again
        }
    }

    static Object value(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.longValue();
        }
        return value.isNumber() ? (Object) value.doubleValue() : value.isBoolean() ? value.booleanValue() : value.asText();
    }

    @Override
    public void taken(Study told) {
        watch.trial(document(last(told)), told.finished(), search.trials(), best(told));
    }

    @Override
    public void ended(TuneRun.Ended ended, Study told) {
        Trial trial = ended.trial();
        ran++;
        String failure = ended.failure();
        if (failure != null) {
            failures.put(trial.number(), failure);
        }
        if (ended.judged() != null && told.best().orElseThrow().number() == trial.number()) {
            bestJudged = ended.judged();
            bestNumber = trial.number();
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        kept.put("state", trial.state().name().toLowerCase(Locale.ROOT));
        kept.put("objective", Double.toString(trial.objective()));
        ObjectNode values = kept.putObject("values");
        trial.values().forEach((name, value) -> put(values, name, value));
        ObjectNode reports = kept.putObject("reports");
        trial.reports().forEach((fold, loss) -> reports.put(fold.toString(), Double.toString(loss)));
        if (failure != null) {
            kept.put("failure", failure);
        }
        Run run = nested(trial, ended.millis());
        catalog.update(tx -> keep(tx, trial, kept, run));
        watch.trial(document(trial), told.finished(), search.trials(), best(told));
    }

    private void keep(CatalogTransaction tx, Trial trial, ObjectNode kept, Run run) {
        tx.putStep(step(trial.number()), "tune", kept.toString());
        tx.putRun(run);
        List<MetricPoint> folds = new ArrayList<>();
        trial.reports().forEach((fold, loss) -> {
            if (Double.isFinite(loss)) {
                folds.add(new MetricPoint(search.metric().key(), loss, run.startedAt().toEpochMilli(), fold));
            }
        });
        tx.tracking().log(run.id(), folds, Map.of(), Map.of());
    }

    /** The best loss so far, by trial. */
    private List<MetricPoint> bests(Study done) {
        List<MetricPoint> points = new ArrayList<>();
        double best = Double.POSITIVE_INFINITY;
        for (Trial trial : done.trials()) {
            if (trial.state() == TrialState.COMPLETE && trial.objective() < best) {
                best = trial.objective();
                points.add(new MetricPoint(
                        "best_" + search.metric().key(), best, started.toEpochMilli(), trial.number()));
            }
        }
        return points;
    }

    private static void put(ObjectNode to, String name, Object value) {
        switch (value) {
            case Long number -> to.put(name, number);
            case Double number -> to.put(name, number);
            case Boolean flag -> to.put(name, flag);
            default -> to.put(name, value.toString());
        }
    }

    private static Trial last(Study told) {
        return told.trials().get(told.finished() - 1);
    }

    private static @Nullable Double best(Study told) {
        return told.best().map(Trial::objective).orElse(null);
    }

    private String id(int number) {
        return new Sha256().add(study).add((long) number).hex().substring(0, 32);
    }

    private Run nested(Trial trial, long millis) {
        Instant now = clock.instant();
        Map<String, String> params = new TreeMap<>();
        trial.values().forEach((name, value) -> params.put(name, value.toString()));
        params.put("trial", Integer.toString(trial.number()));
        Map<String, Double> metrics = new TreeMap<>();
        trial.reports().forEach((fold, loss) -> {
            if (Double.isFinite(loss)) {
                metrics.put("fold/%d/%s".formatted(fold, search.metric().key()), loss);
            }
        });
        if (trial.state() == TrialState.COMPLETE) {
            metrics.put("oof_" + search.metric().key(), trial.objective());
        }
        Map<String, String> tags = new TreeMap<>(TrainedRuns.tags("trial %d".formatted(trial.number()), USER, Map.of()));
        tags.put(RunTags.PARENT, study);
        tags.put(TRIAL_STATE, word(trial.state()));
        String failure = failures.get(trial.number());
        if (failure != null) {
            tags.put("failure", failure);
        }
        return new Run(
                id(trial.number()),
                model.name() + EXPERIMENT,
                trial.state() == TrialState.FAILED ? Run.Status.FAILED : Run.Status.FINISHED,
                now.minusMillis(millis),
                now,
                params,
                metrics,
                tags,
                List.of(),
                "{}");
    }

    /** Whether a run is a trial that was judged on every fold; one that was pruned, or failed, is not. */
    static boolean isComplete(Run run) {
        return run.tags().containsKey(RunTags.PARENT) && word(TrialState.COMPLETE).equals(run.tags().get(TRIAL_STATE));
    }

    private static String word(TrialState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** The run of the whole search. */
    private Run own(Run.Status status, Map<String, Double> metrics) {
        Map<String, String> params = new TreeMap<>();
        params.put("metric", search.metric().key());
        params.put("sampler", Projects.samplerName(search.sampler()));
        params.put("pruner", Projects.prunerName(search.pruner()));
        params.put("batch", Integer.toString(search.batch()));
        params.put("seed", Long.toString(definition.seed()));
        params.put("trials", Integer.toString(search.trials()));
        params.put("as_of", request.asOf().toString());
        search.space().parameters().forEach(each -> params.put("space." + each.name(), each.text()));
        ObjectNode provenance = JsonNodeFactory.instance.objectNode();
        provenance.put("dataset_version", request.inputs().datasetVersion());
        DataRead read = DataRead.parse(request.inputs().datasetVersion());
        ObjectNode versions = provenance.putObject("dataset_versions").put(model.source(), read.own());
        read.others().forEach(versions::put);
        provenance.put("definition", DefinitionJson.canonical(model));
        provenance.put("code_version", request.inputs().codeVersion());
        Map<String, String> tags = new TreeMap<>(TrainedRuns.tags(
                "search by %s, %d trials".formatted(Projects.samplerName(search.sampler()), search.trials()), USER, Map.of()));
        tags.put("kind", "tune");
        return new Run(
                study,
                model.name() + EXPERIMENT,
                status,
                started,
                status == Run.Status.RUNNING ? null : clock.instant(),
                params,
                metrics,
                tags,
                List.of(),
                provenance.toString());
    }

    // ---- what came out

    /** A trial as a document. */
    private ObjectNode document(Trial trial) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("number", trial.number());
        node.put("state", trial.state().name().toLowerCase(Locale.ROOT));
        node.put("loss", trial.state() == TrialState.COMPLETE ? trial.objective() : null);
        node.put("folds", trial.reports().size());
        ObjectNode values = node.putObject("settings");
        trial.values().forEach((name, value) -> put(values, name, value));
        node.put("run", id(trial.number()));
        String failure = failures.get(trial.number());
        if (failure != null) {
            node.put("failure", failure);
        }
        return node;
    }

    private ObjectNode result(Study done, Judged file, boolean late) {
        Trial best = done.best()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        done.trials().isEmpty()
                                ? "The time limit was over before the first trial."
                                : "None of %d trials of the model (%s) came to its end%s"
                                        .formatted(
                                                done.finished(),
                                                model.name(),
                                                failures.isEmpty()
                                                        ? "."
                                                        : "; the first failed: "
                                                                + failures.values().iterator().next()),
                        "Maybe the space holds values that the learner does not take."));
        Judged judged = bestJudged;
        ModelDefinition tuned = TunedSettings.apply(model, best.values());
        if (judged == null || bestNumber != best.number()) {
            judged = judge.judge(tuned, (fold, loss, running) -> true);
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", model.name());
        node.put("run", study);
        node.put("metric", search.metric().key());
        node.put("sampler", Projects.samplerName(search.sampler()));
        node.put("pruner", Projects.prunerName(search.pruner()));
        node.put("seed", definition.seed());
        node.put("batch", search.batch());
        node.put("rows", judge.rows());
        node.put("folds", judge.folds());
        ObjectNode space = node.putObject("space");
        search.space().parameters().forEach(each -> space.put(each.name(), each.text()));
        ObjectNode counts = node.putObject("counts");
        for (TrialState state : List.of(TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)) {
            counts.put(
                    state.name().toLowerCase(Locale.ROOT),
                    done.trials().stream().filter(trial -> trial.state() == state).count());
        }
        counts.put("taken_over", done.finished() - ran);
        node.put("stopped_by", late
                ? "time_limit"
                : done.stopReason().orElse(StopReason.TRIALS).name().toLowerCase(Locale.ROOT));
        node.put("file_loss", file.loss());
        ObjectNode chosen = node.putObject("best");
        chosen.setAll(document(best));
        Interval gain = judge.difference(file, judged).interval(CONFIDENCE);
        ObjectNode gained = node.putObject("gain");
        put(gained, "estimate", gain.estimate());
        put(gained, "lower", gain.lower());
        put(gained, "upper", gain.upper());
        ArrayNode importance = node.putArray("importance");
        List<Map.Entry<String, Double>> shares = new ArrayList<>(new LinkedHashMap<>(
                        ParameterImportance.of(search.space(), Direction.MINIMISE, done.trials()))
                .entrySet());
        shares.sort(Map.Entry.<String, Double>comparingByValue().reversed());
        shares.forEach(share -> importance.addObject()
                .put("setting", share.getKey())
                .put("share", share.getValue()));
        node.put("sentence", sentence(best, file, gain, done.finished()));
        node.put("yaml", LearnerYaml.of(tuned));
        ArrayNode trials = node.putArray("trials");
        done.trials().forEach(trial -> trials.add(document(trial)));
        return node;
    }

    private static void put(ObjectNode to, String name, double value) {
        if (Double.isFinite(value)) {
            to.put(name, value);
        } else {
            to.putNull(name);
        }
    }

    private String sentence(Trial best, Judged file, Interval gain, int trials) {
        String squares = search.metric() == dev.keelson.train.TuneMetric.RMSE ? " of the squared error" : "";
        String compared = String.format(
                Locale.ROOT,
                "Trial %d of %d has the least out-of-fold %s, %.5f; the settings of the file have %.5f. Gain%s %.5f (95 %%: %.5f"
                        + " to %.5f).",
                best.number(),
                trials,
                search.metric().key(),
                best.objective(),
                file.loss(),
                squares,
                gain.estimate(),
                gain.lower(),
                gain.upper());
        String judgement = gain.estimate() <= 0
                ? " No trial beat the settings of the file: keep them."
                : gain.lower() > 0
                        ? " The best of many is partly luck: expect less than this gain on new rows."
                        : " The gain may well be chance: there is no need to change anything.";
        return compared + judgement;
    }
}

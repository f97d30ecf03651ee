package dev.keelson.train;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.frame.Micros;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.EarlyStopped;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.FitControl.MemberBudget;
import dev.keelson.learn.Guidance;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.ModelBundle;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.blend.LinearPool;
import dev.keelson.learn.blend.LogLinearPool;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.encode.EncodedCodec;
import dev.keelson.learn.encode.EncodedLearner;
import dev.keelson.learn.ensemble.EnsembleCodec;
import dev.keelson.learn.imported.ImportedCodec;
import dev.keelson.learn.ensemble.EnsembleConfig;
import dev.keelson.learn.ensemble.EnsembleKind;
import dev.keelson.learn.ensemble.EnsembleLearner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.split.CombinatorialPurged;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.Splitter;
import dev.keelson.learn.split.WalkForward;
import dev.keelson.metrics.OddsMargin;
import dev.keelson.metrics.ReliabilityBins;
import dev.keelson.train.spi.TrainingCache;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains models.
 *
 * <p>A full training holds back the last period. Before it, the folds that the definition asks for (walk-forward with
 * embargo unless said otherwise) give out-of-fold predictions of every member; blend weights and then the calibration
 * are fitted on those. Members fitted on everything known before the held-back period predict it with these weights,
 * which is what the {@code test_} metrics measure. Last, every member is fitted on all rows. A refresh is that last
 * step alone, with the weights and calibration (sets, intervals and threshold, too) of an earlier full training. An
 * update goes on from a model with recent rows alone. Preprocessing and the encoding of categories belong to the members
 * and are therefore always fitted on their training rows alone. Values are blended by least squares and not calibrated. A learner
 * made of learners parts its training rows once more, with the same embargo, and so does one that stops early.
 *
 * <p>A time limit is no part of what is trained: the largest fit of an ensemble takes as many members as its share of the
 * time lets, all others as many, and the number is kept with the outcome, for refreshes and to do the same again.
 *
 * <p>Fits run side by side in up to {@code threads} threads; what they give is put together in a fixed order, so the
 * same request gives the same bytes whatever the number of threads. Safe for use by several threads.
 */
public final class Training {
    /**
     * Share of the development rows before the first validation fold: early folds would judge weights by immature
     * members.
     */
    static final double FIRST_SHARE = 0.5;

    private final Map<String, LearnerProvider> providers = new TreeMap<>();
    private final int threads;
    private final boolean shuffles;
    private final TrainingWatch watch;

    /**
     * @param providers the learners there are, one for each name
     * @param threads fits that run side by side, at least 1
     */
    public Training(Collection<? extends LearnerProvider> providers, int threads) {
        this(providers, threads, false, TrainingWatch.NONE);
    }

    /**
     * As {@link #Training(Collection, int)}.
     *
     * @param shuffles whether full trainings measure what features are worth on the test period, too
     * @param watch follows the trainings, and may end them
     */
    public Training(
            Collection<? extends LearnerProvider> providers, int threads, boolean shuffles, TrainingWatch watch) {
        for (LearnerProvider provider : providers) {
            if (this.providers.put(provider.name(), provider) != null) {
                throw new IllegalArgumentException("The learner (%s) is there twice.".formatted(provider.name()));
            }
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads (%d) must be at least 1.".formatted(threads));
        }
        this.threads = threads;
        this.shuffles = shuffles;
        this.watch = watch;
    }

    /** What follows the trainings. */
    public TrainingWatch watch() {
        return watch;
    }

    /** Whether full trainings measure what features are worth on the test period, too. */
    public boolean shuffles() {
        return shuffles;
    }

    /** One codec for each format that these learners' models have, ensembles of them and imported models included. */
    public List<ModelCodec> codecs() {
        List<ModelCodec> codecs = new ArrayList<>(
                providers.values().stream().map(LearnerProvider::codec).toList());
        codecs.add(new EncodedCodec(codecs));
        codecs.add(new EnsembleCodec(codecs));
        codecs.add(new ImportedCodec());
        return codecs;
    }

    /**
     * What is wrong with a definition's learners: unknown names, unknown settings, values out of range, no way to
     * combine them.
     */
    public List<Problem> problems(ModelDefinition definition) {
        List<Problem> problems = new ArrayList<>();
        for (ModelDefinition.LearnerDefinition learner : definition.learners()) {
            try {
                Task task = definition.task();
                if (!learner(definition, learner).supports(task)) {
                    problems.add(Problem.at(
                            ErrorCode.BAD_VALUE,
                            definition.location(),
                            "The learner %s of the model %s, with these settings, cannot predict %s."
                                    .formatted(learner.name(), definition.name(), task.outputs()),
                            null));
                }
            } catch (KeelsonException e) {
                for (Problem problem : e.problems()) {
                    problems.add(Problem.at(problem.code(), definition.location(), problem.message(), problem.hint()));
                }
            }
        }
        if (definition.learners().isEmpty()) {
            problems.add(Problem.at(
                    ErrorCode.BAD_VALUE,
                    definition.location(),
                    "The model %s has no learner; at least one is needed.".formatted(definition.name()),
                    null));
        }
        if (definition.combine() == ModelDefinition.Combine.NONE
                && definition.learners().size() > 1) {
            problems.add(Problem.at(
                    ErrorCode.BAD_VALUE,
                    definition.location(),
                    "The model %s has %d learners and does not say how they are combined."
                            .formatted(definition.name(), definition.learners().size()),
                    "Maybe `combine: blend` was meant."));
        }
        return problems;
    }

    private Learner learner(ModelDefinition model, ModelDefinition.LearnerDefinition definition) {
        long embargo = Micros.of(model.embargo());
        long horizon = Micros.of(model.label().delay());
        Optional<EnsembleKind> kind = EnsembleKind.find(definition.name());
        if (kind.isPresent()) {
            List<Learner> members = definition.members().stream()
                    .map(member -> learner(model, member))
                    .toList();
            return new EnsembleLearner(
                    EnsembleConfig.of(kind.get(), members.size(), definition.settings()), members, embargo, horizon);
        }
        LearnerProvider provider = providers.get(definition.name());
        if (provider == null) {
            throw new KeelsonException(
                    ErrorCode.UNKNOWN_REFERENCE,
                    "There is no learner (%s); there are %s.".formatted(definition.name(), providers.keySet()),
                    Suggestion.sentence(definition.name(), providers.keySet()).orElse(null));
        }
        Learner learner = provider.create(definition.settings());
        boolean stops = learner.settings().get(LearnerProvider.EARLY_STOPPING) instanceof Long patience && patience > 0;
        UnaryOperator<Learner> encoded =
                each -> new EncodedLearner(each, model.form().encode(), embargo, horizon);
        return stops
                ? new EarlyStopped(
                        encoded.apply(learner),
                        steps -> encoded.apply(provider.create(definition.settings(), steps)),
                        embargo,
                        horizon)
                : encoded.apply(learner);
    }

    /**
     * The outcome of a request, from the cache if it is there, else trained and put there.
     *
     * @throws KeelsonException as {@link #run(TrainingRequest)}
     */
    public TrainingOutcome run(TrainingRequest request, TrainingCache cache) {
        return run(request, cache, this::run);
    }

    /**
     * As {@link #run(TrainingRequest, TrainingCache)}, what is not in the cache being trained by another.
     *
     * @param by gives what {@link #run(TrainingRequest)} would
     */
    public TrainingOutcome run(
            TrainingRequest request, TrainingCache cache, Function<TrainingRequest, TrainingOutcome> by) {
        String key = TrainingKey.of(request);
        Optional<TrainingOutcome> found = cache.get(key);
        if (found.isPresent() && !lacksShuffles(request, found.get())) {
            return found.get();
        }
        TrainingOutcome outcome = by.apply(request);
        cache.put(key, outcome);
        return outcome;
    }

    /** Whether an outcome was made where features are not shuffled, and they are here. */
    private boolean lacksShuffles(TrainingRequest request, TrainingOutcome outcome) {
        return shuffles
                && request.mode() instanceof TrainingMode.Full
                && !outcome.importance().isEmpty()
                && outcome.importance().stream().allMatch(each -> each.shuffled() == null);
    }

    /** The importance of features, the most important first, with what they are worth where that is measured. */
    private List<FeatureImportance> importance(
            TrainingRequest request, List<Learner> learners, Predicted predicted, RecipeParameters parameters, EnsembleModel model) {
        List<FeatureImportance> importance = importance(model);
        return shuffles
                ? ShuffledFeatures.measure(
                        ensemble(learners, predicted.before(), parameters.withGuidance(Guidance.NONE), null),
                        request.table(),
                        predicted.holdout().validation(),
                        importance,
                        request.definition().seed())
                : importance;
    }

    /**
     * Trains.
     *
     * @throws KeelsonException with what {@link #problems} finds; BAD_VALUE if a number to be predicted, or of a feature, is not finite in
     *     single precision (3.4e38 at most);
     *     NOT_ENOUGH_ROWS if the rows do not suffice for test
     *     period and folds; NATIVE_LIBRARY_MISSING if a learner's library cannot be loaded
     * @throws CancellationException if the calling thread is interrupted
     */
    public TrainingOutcome run(TrainingRequest request) {
        List<Problem> problems = problems(request.definition());
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        if (request.table().rows() == 0) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "The model %s has no row whose label was known before %s."
                            .formatted(request.definition().name(), request.asOf()),
                    "Maybe more history must be loaded.");
        }
        FiniteRows.require(request);
        List<Learner> learners = learners(request.definition());
        return switch (request.mode()) {
            case TrainingMode.Full(Integer members) -> full(request, learners, members);
            case TrainingMode.Refresh(RecipeParameters parameters) -> refresh(request, learners, parameters);
            case TrainingMode.Update update -> new UpdateStep(request, update, continuing(request.definition(), update))
                    .run(provenance(request, learners));
        };
    }

    /**
     * The learners of a model, as ones that go on.
     *
     * @throws KeelsonException BAD_REQUEST naming those that cannot
     */
    private List<Continuing> continuing(ModelDefinition definition, TrainingMode.Update update) {
        ContinuationMode mode = update.continuation().mode();
        List<Continuing> learners = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (ModelDefinition.LearnerDefinition each : definition.learners()) {
            LearnerProvider provider = providers.get(each.name()); // none of an ensemble
            if (provider != null
                    && provider.create(each.settings()) instanceof Continuing learner
                    && learner.continues(mode)) {
                learners.add(learner);
            } else {
                others.add(each.name());
            }
        }
        if (!others.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The model %s cannot be updated (%s): no model of %s goes on learning in that way."
                            .formatted(definition.name(), mode.name().toLowerCase(Locale.ROOT), others),
                    mode == ContinuationMode.REFIT
                            ? "Maybe `mode: continue` was meant; leaves are refitted of xgboost and lightgbm."
                            : "Maybe `keelson train %s` trains it anew; xgboost, lightgbm, logistic, linear, mlp and lstm go on."
                                    .formatted(definition.name()));
        }
        return learners;
    }

    /**
     * The confident mistakes of a model that is to be reinforced: positions in the table.
     *
     * @throws KeelsonException BAD_REQUEST if it predicts a number
     */
    public static int[] mistakes(TrainingRequest request, TrainingMode.Update update) {
        return UpdateStep.mistakes(request, update);
    }

    /** The learners of a model, in order. */
    List<Learner> learners(ModelDefinition definition) {
        List<Learner> learners = new ArrayList<>();
        definition.learners().forEach(each -> learners.add(learner(definition, each)));
        return learners;
    }

    /** A fit on some rows, the steps it took, the losses on the way if any, and the predictions of others. */
    record Fitted(Model model, int steps, List<Double> losses, double[] predictions) {}

    static Fitted fit(TrainingRequest request, List<Learner> learners, int member, int[] train, int[] predict) {
        return fit(request, learners, member, train, predict, MemberBudget.ALL);
    }

    private static Fitted fit(
            TrainingRequest request, List<Learner> learners, int member, int[] train, int[] predict, MemberBudget budget) {
        return fit(request, request.definition().task(), learners, member, train, predict, budget);
    }

    /** A fit on the training rows of a fold, watched on the rows that judge; these have no say in it but through the monitor. */
    static Fitted fit(
            TrainingRequest request, List<Learner> learners, int member, Fold fold, FitControl.Monitor monitor) {
        Task task = request.definition().task();
        TrainingSet whole = rows(request, task, fold.validation());
        TrainingSet judged = new TrainingSet(whole.features(), whole.target(), null, whole.times());
        Fit fit = learners.get(member)
                .fit(
                        rows(request, task, fold.train()),
                        new FitControl(Optional.of(judged), monitor),
                        request.definition().seed() + member);
        return new Fitted(fit.model(), fit.steps(), fit.losses(), fit.model().predictAll(judged.features()));
    }

    static Fitted fit(
            TrainingRequest request,
            Task task,
            List<Learner> learners,
            int member,
            int[] train,
            int[] predict,
            MemberBudget budget) {
        TrainingTable table = request.table();
        Fit fit = learners.get(member)
                .fit(
                        rows(request, task, train),
                        FitControl.NONE.withMembers(budget),
                        request.definition().seed() + member);
        FeatureMatrix judged = table.features().take(predict);
        return new Fitted(fit.model(), fit.steps(), fit.losses(), fit.model().predictAll(judged));
    }

    private static TrainingSet rows(TrainingRequest request, Task task, int[] train) {
        TrainingTable table = request.table();
        Target target = table.hasValues()
                ? new Target.Numbers(Scores.take(table.values(), 1, train), task)
                : new Target.Classes(
                        Scores.take(table.labels(), train), request.definition().classes());
        double[] weights = RowWeights.of(request.definition(), table, train);
        return new TrainingSet(
                table.features().take(train), target, weights, table.times().take(train));
    }

    private TrainingOutcome refresh(TrainingRequest request, List<Learner> learners, RecipeParameters parameters) {
        if (parameters.weights().size() != learners.size()) {
            throw new IllegalArgumentException("There are %d weights for %d learners of the model %s."
                    .formatted(
                            parameters.weights().size(),
                            learners.size(),
                            request.definition().name()));
        }
        int[] all = IntStream.range(0, request.table().rows()).toArray();
        List<Callable<Fitted>> tasks = new ArrayList<>();
        for (int m = 0; m < learners.size(); m++) {
            int member = m;
            tasks.add(() -> fit(request, learners, member, all, new int[0], first(parameters.members())));
        }
        List<Fitted> fitted = inOrder(tasks, 0);
        QuantileStep quantiles = QuantileStep.of(request, learners, first(parameters.members()));
        EnsembleModel beside = quantiles == null
                ? null
                : quantiles.model(inOrder(quantiles.tasks(all, new int[0]), fitted.size()));
        EnsembleModel model = ensemble(learners, fitted, parameters, beside);
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("rows", (double) all.length);
        return new TrainingOutcome(
                ModelBundle.of(model),
                metrics,
                new TreeMap<>(),
                parameters,
                provenance(request, learners),
                Map.of(),
                importance(model),
                null,
                null,
                curves(request, learners, fitted));
    }

    private static MemberBudget first(@Nullable Integer members) {
        return members == null ? MemberBudget.ALL : MemberBudget.first(members);
    }

    private TrainingOutcome full(TrainingRequest request, List<Learner> learners, @Nullable Integer asked) {
        ModelDefinition definition = request.definition();
        TrainingTable table = request.table();
        int[] all = IntStream.range(0, table.rows()).toArray();
        WalkForward walk = new WalkForward(definition.folds(), Micros.of(definition.embargo()), FIRST_SHARE);
        Fold holdout = walk.holdout(table.times(), all, Micros.of(definition.test()));
        Splitter splitter = definition.splitter(FIRST_SHARE);
        List<Fold> folds = splitter.split(table.times(), holdout.train());

        int members = learners.size();
        List<Fitted> fitted = new ArrayList<>();
        Integer reached = asked;
        Duration limit = definition.timeLimit();
        if (reached == null && limit != null) { // what the largest fit reaches is what all of them take
            long rounds = 1L + (folds.size() + threads) / threads;
            long until = System.nanoTime() + limit.toNanos() / rounds;
            watch.fits(0, members * (2 + folds.size()));
            Fitted whole = fit(request, learners, 0, all, new int[0], done -> System.nanoTime() < until);
            fitted.add(whole);
            reached = whole.steps();
        }
        MemberBudget budget = first(reached);
        List<Callable<Fitted>> tasks =
                new ArrayList<>(); // the longest first: all rows, before the test, then the folds
        for (int m = fitted.size(); m < members; m++) {
            int member = m;
            tasks.add(() -> fit(request, learners, member, all, new int[0], budget));
        }
        for (int m = 0; m < members; m++) {
            int member = m;
            tasks.add(() -> fit(request, learners, member, holdout.train(), holdout.validation(), budget));
        }
        for (int f = folds.size() - 1; f >= 0; f--) {
            Fold fold = folds.get(f);
            for (int m = 0; m < members; m++) {
                int member = m;
                tasks.add(() -> fit(request, learners, member, fold.train(), fold.validation(), budget));
            }
        }
        fitted.addAll(inOrder(tasks, fitted.size()));

        int outputs = definition.task().outputs().size();
        int[] validated = folds.stream()
                .flatMapToInt(fold -> IntStream.of(fold.validation()))
                .toArray();
        List<double[]> outOfFold = new ArrayList<>();
        List<double[]> onTest = new ArrayList<>();
        for (int m = 0; m < members; m++) {
            double[] predictions = new double[validated.length * outputs];
            int at = 0;
            for (int f = 0; f < folds.size(); f++) {
                double[] part =
                        fitted.get((2 + folds.size() - 1 - f) * members + m).predictions();
                System.arraycopy(part, 0, predictions, at, part.length);
                at += part.length;
            }
            outOfFold.add(predictions);
            onTest.add(fitted.get(members + m).predictions());
        }

        Predicted predicted =
                new Predicted(splitter, folds, holdout, validated, outOfFold, onTest, fitted.subList(0, members),
                        fitted.subList(members, 2 * members), reached);
        return definition.isNumber()
                ? values(request, learners, predicted, quantiles(request, learners, all, folds, holdout, budget))
                : classes(request, learners, predicted);
    }

    /** Quantiles of rows that nothing was fitted on, and a model of all rows; null when none are asked for. */
    private QuantileStep.@Nullable Told quantiles(
            TrainingRequest request,
            List<Learner> learners,
            int[] all,
            List<Fold> folds,
            Fold holdout,
            MemberBudget budget) {
        QuantileStep step = QuantileStep.of(request, learners, budget);
        if (step == null) {
            return null;
        }
        List<Callable<Fitted>> tasks = new ArrayList<>(step.tasks(all, new int[0]));
        tasks.addAll(step.tasks(holdout.train(), holdout.validation()));
        folds.forEach(fold -> tasks.addAll(step.tasks(fold.train(), fold.validation())));
        return step.told(inOrder(tasks, 0), folds, holdout);
    }

    /** What the members of a full training told of rows that they were not fitted on, the members of all rows, and those before the test. */
    private record Predicted(
            Splitter splitter,
            List<Fold> folds,
            Fold holdout,
            int[] validated,
            List<double[]> outOfFold,
            List<double[]> onTest,
            List<Fitted> last,
            List<Fitted> before,
            @Nullable Integer reached) {}

    private TrainingOutcome values(
            TrainingRequest request,
            List<Learner> learners,
            Predicted predicted,
            QuantileStep.@Nullable Told quantiles) {
        ModelDefinition definition = request.definition();
        TrainingTable table = request.table();
        int[] validated = predicted.validated();
        int[] tested = predicted.holdout().validation();
        double[] weights = LinearPool.fit(predicted.outOfFold(), Scores.take(table.values(), 1, validated));
        SortedMap<String, Double> metrics = new TreeMap<>();
        GuidanceStep guidance = new GuidanceStep(definition, table, metrics);
        RecipeParameters parameters = new RecipeParameters(
                IntStream.range(0, weights.length).mapToObj(m -> weights[m]).toList(),
                null,
                guidance.fit(validated, predicted.outOfFold(), quantiles),
                predicted.reached(),
                request.asOf());
        HoldoutValues test = new HoldoutValues(
                IntStream.of(tested).mapToObj(row -> table.rowIds().get(row)).toList(),
                LinearPool.combine(predicted.onTest(), weights),
                Scores.take(table.values(), 1, tested),
                Scores.take(table.day(), tested));
        metrics.put("rows", (double) table.rows());
        double[] blended = LinearPool.combine(predicted.outOfFold(), weights);
        put(metrics, learners, predicted, table, blended, test.predictions(), 1);
        guidance.judge(parameters.guidance(), tested, test.predictions(), quantiles);
        if (quantiles != null) {
            QuantileScores.put(metrics, quantiles, table);
        }
        Scores.putMoney(metrics, BacktestInput.of(definition, table, null, test));
        double[] means = new double[tested.length];
        Arrays.fill(means, mean(Scores.take(table.values(), 1, predicted.holdout().train())));
        Signal.put(metrics, definition, test, means, LabelSigns.isConstant(table));
        SortedMap<String, SortedMap<String, Double>> baselines = new TreeMap<>();
        if (definition.baselines().contains(new ModelDefinition.Baseline.Mean())) {
            baselines.put("mean", ValueScores.baseline(test, means));
        }
        EnsembleModel model =
                ensemble(learners, predicted.last(), parameters, quantiles == null ? null : quantiles.model());
        return new TrainingOutcome(
                ModelBundle.of(model),
                metrics,
                baselines,
                parameters,
                provenance(request, learners),
                Map.of(),
                importance(request, learners, predicted, parameters, model),
                null,
                test,
                curves(request, learners, predicted.last()));
    }

    /** How the losses of the members fell that told them. */
    private static List<LearningCurve> curves(TrainingRequest request, List<Learner> learners, List<Fitted> fitted) {
        List<LearningCurve> curves = new ArrayList<>();
        for (int m = 0; m < learners.size(); m++) {
            List<Double> losses = fitted.get(m).losses();
            if (!losses.isEmpty() && losses.stream().allMatch(Double::isFinite)) {
                curves.add(new LearningCurve(
                        "%d-%s".formatted(m, learners.get(m).name()),
                        LearningCurve.loss(request.definition().task()),
                        fitted.get(m).steps(),
                        losses));
            }
        }
        return curves;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    /** Scores of the blend and of each member, on out-of-fold predictions and on the test period. */
    private static void put(
            SortedMap<String, Double> metrics,
            List<Learner> learners,
            Predicted predicted,
            TrainingTable table,
            double[] blended,
            double[] test,
            int outputs) {
        int[] validated = predicted.validated();
        int[] tested = predicted.holdout().validation();
        Scores.putRows(metrics, "oof_", blended, outputs, table, validated);
        if (predicted.splitter() instanceof CombinatorialPurged combined) {
            Scores.putPaths(metrics, blended, outputs, table, predicted.folds(), combined);
        }
        Scores.putRows(metrics, "test_", test, outputs, table, tested);
        Scores.putSegments(metrics, "oof_", blended, outputs, table, validated);
        Scores.putSegments(metrics, "test_", test, outputs, table, tested);
        for (int m = 0; m < learners.size() && learners.size() > 1; m++) {
            String prefix = "member/%d-%s/".formatted(m, learners.get(m).name());
            Scores.putRows(metrics, prefix + "oof_", predicted.outOfFold().get(m), outputs, table, validated);
            Scores.putRows(metrics, prefix + "test_", predicted.onTest().get(m), outputs, table, tested);
        }
        for (int m = 0; m < learners.size(); m++) {
            if (learners.get(m) instanceof EarlyStopped) {
                String name = "member/%d-%s/steps".formatted(m, learners.get(m).name());
                metrics.put(name, (double) predicted.last().get(m).steps());
            }
        }
    }

    private TrainingOutcome classes(TrainingRequest request, List<Learner> learners, Predicted predicted) {
        ModelDefinition definition = request.definition();
        TrainingTable table = request.table();
        Fold holdout = predicted.holdout();
        int[] validated = predicted.validated();
        List<double[]> outOfFold = predicted.outOfFold();
        List<double[]> onTest = predicted.onTest();
        int members = learners.size();
        int classes = definition.classes().size();
        int[] validatedLabels = Scores.take(table.labels(), validated);
        double[] weights = LogLinearPool.fit(outOfFold, classes, validatedLabels);
        double[] blended = LogLinearPool.combine(outOfFold, weights, classes, 1);
        SortedMap<String, Double> metrics = new TreeMap<>();
        CalibrationMap calibration =
                CalibrationStep.fit(definition, table, validated, blended, validatedLabels, metrics);
        GuidanceStep guidance = new GuidanceStep(definition, table, metrics);
        RecipeParameters parameters = new RecipeParameters(
                IntStream.range(0, members).mapToObj(m -> weights[m]).toList(),
                calibration.parameters(),
                guidance.fit(validated, outOfFold, null),
                predicted.reached(),
                request.asOf());

        HoldoutForecast test = new HoldoutForecast(
                IntStream.of(holdout.validation())
                        .mapToObj(row -> table.rowIds().get(row))
                        .toList(),
                CalibrationStep.corrected(onTest, weights, calibration, parameters.temperature()),
                Scores.take(table.labels(), holdout.validation()),
                Scores.take(table.day(), holdout.validation()),
                classes);
        metrics.put("rows", (double) table.rows());
        double[] calibrated =
                CalibrationStep.corrected(outOfFold, weights, calibration, parameters.temperature());
        put(metrics, learners, predicted, table, calibrated, test.probabilities(), classes);
        guidance.judge(parameters.guidance(), holdout.validation(), test.probabilities(), null);
        Scores.putMoney(metrics, BacktestInput.of(definition, table, test, null));
        Signal.put(
                metrics,
                definition,
                test,
                frequencies(table.labels(), holdout.train(), classes, test.labels().length),
                LabelSigns.isConstant(table));

        EnsembleModel model = ensemble(learners, predicted.last(), parameters, null);
        return new TrainingOutcome(
                ModelBundle.of(model),
                metrics,
                baselines(definition, table, holdout, test),
                parameters,
                provenance(request, learners),
                reliability(definition, test),
                importance(request, learners, predicted, parameters, model),
                test,
                null,
                curves(request, learners, predicted.last()));
    }

    private static SortedMap<String, SortedMap<String, Double>> baselines(
            ModelDefinition definition, TrainingTable table, Fold holdout, HoldoutForecast test) {
        int classes = test.classes();
        SortedMap<String, SortedMap<String, Double>> measured = new TreeMap<>();
        for (ModelDefinition.Baseline baseline : definition.baselines()) {
            switch (baseline) {
                case ModelDefinition.Baseline.Mean() -> {
                    // of values alone
                }
                case ModelDefinition.Baseline.Frequencies() ->
                    measured.put(
                            "frequencies",
                            Scores.baseline(
                                    test, frequencies(table.labels(), holdout.train(), classes, test.labels().length)));
                case ModelDefinition.Baseline.Probability(List<String> columns) -> {
                    double[] told = table.odds(columns, holdout.validation());
                    SortedMap<String, Double> metrics =
                            told == null
                            ? new TreeMap<>()
                            : Scores.baseline(
                                    test, probabilities(told, classes, holdout.validation().length));
                    if (!metrics.isEmpty()) {
                        measured.put("probability", metrics);
                    }
                }
                case ModelDefinition.Baseline.Market(List<String> columns) -> {
                    double[] odds = table.odds(columns, holdout.validation());
                    if (odds != null) {
                        double[] implied = OddsMargin.implied(OddsMargin.Method.PROPORTIONAL, odds, classes);
                        SortedMap<String, Double> metrics = Scores.baseline(test, implied);
                        if (!metrics.isEmpty()) {
                            measured.put("market", metrics);
                        }
                    }
                }
            }
        }
        return measured;
    }

    /**
     * Probabilities of every class that add up to 1, {@code NaN} in a row whose columns hold none.
     *
     * @param told row by row, one for each class, or of two classes that of the last alone
     * @param rows number of rows
     */
    private static double[] probabilities(double[] told, int classes, int rows) {
        double[] all = new double[rows * classes];
        int width = told.length / rows;
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            boolean valid = true;
            for (int k = 0; k < classes; k++) {
                double p = width == classes ? told[i * classes + k] : k == 1 ? told[i] : 1 - told[i];
                valid &= p >= 0 && p <= 1;
                all[i * classes + k] = p;
                sum += p;
            }
            for (int k = 0; k < classes; k++) {
                all[i * classes + k] = valid && sum > 0 ? all[i * classes + k] / sum : Double.NaN;
            }
        }
        return all;
    }

    /** The class frequencies of the training rows (half a row added to each class) for every row. */
    private static double[] frequencies(int[] labels, int[] train, int classes, int rows) {
        double[] counts = new double[classes];
        for (int row : train) {
            counts[labels[row]]++;
        }
        double[] all = new double[rows * classes];
        for (int i = 0; i < all.length; i++) {
            all[i] = (counts[i % classes] + 0.5) / (train.length + 0.5 * classes);
        }
        return all;
    }

    private static Map<String, ReliabilityBins> reliability(ModelDefinition definition, HoldoutForecast test) {
        Map<String, ReliabilityBins> diagrams = new LinkedHashMap<>();
        ReliabilityBins.Binning binning = ReliabilityBins.Binning.EQUAL_WIDTH;
        int count = ReliabilityBins.DEFAULT_COUNT;
        diagrams.put(
                TrainingOutcome.TOP,
                ReliabilityBins.topLabel(test.probabilities(), test.classes(), test.labels(), binning, count));
        for (int k = 0; k < test.classes(); k++) {
            diagrams.put(
                    definition.classes().get(k),
                    ReliabilityBins.ofClass(test.probabilities(), test.classes(), test.labels(), k, binning, count));
        }
        return diagrams;
    }

    private static EnsembleModel ensemble(
            List<Learner> learners,
            List<Fitted> fitted,
            RecipeParameters parameters,
            @Nullable EnsembleModel quantiles) {
        List<EnsembleModel.Member> members = new ArrayList<>();
        for (int m = 0; m < learners.size(); m++) {
            members.add(new EnsembleModel.Member(
                    learners.get(m).name(), fitted.get(m).model()));
        }
        return new EnsembleModel(members, parameters.weightArray(), parameters.map(), parameters.guidance(), quantiles);
    }

    static List<FeatureImportance> importance(EnsembleModel model) {
        double[] shares = model.importance();
        return IntStream.range(0, shares.length)
                .mapToObj(j -> new FeatureImportance(model.features().get(j), shares[j]))
                .sorted(Comparator.comparingDouble(FeatureImportance::share)
                        .reversed()
                        .thenComparing(FeatureImportance::feature))
                .toList();
    }

    private static RunProvenance provenance(TrainingRequest request, List<Learner> learners) {
        SortedMap<String, String> settings = new TreeMap<>();
        for (int m = 0; m < learners.size(); m++) {
            String prefix = "%d.%s.".formatted(m, learners.get(m).name());
            learners.get(m).settings().forEach((name, value) -> settings.put(prefix + name, value.toString()));
        }
        long[] times = request.table().eventTime();
        Instant first = Micros.toInstant(java.util.Arrays.stream(times).min().orElseThrow());
        Instant last = Micros.toInstant(java.util.Arrays.stream(times).max().orElseThrow());
        if (request.mode() instanceof TrainingMode.Update update) {
            settings.putAll(update.update().params());
            ReinforceDefinition reinforce = update.reinforce();
            if (reinforce != null) {
                settings.putAll(reinforce.params());
            }
        }
        return new RunProvenance(
                TrainingKey.of(request),
                request.mode().word(),
                request.inputs().datasetVersion(),
                request.inputs().featureHash(),
                DefinitionJson.canonical(request.definition()),
                settings,
                request.definition().seed(),
                request.inputs().codeVersion(),
                request.inputs().environment(),
                request.table().rows(),
                first,
                last,
                request.asOf(),
                request.table().features().names());
    }

    /**
     * The results in the order of the tasks, run side by side.
     *
     * @param before fits that were made before these
     */
    private List<Fitted> inOrder(List<Callable<Fitted>> tasks, int before) {
        List<Fitted> results = new ArrayList<>(tasks.size());
        int of = before + tasks.size();
        AtomicInteger done = new AtomicInteger(before);
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, tasks.size()))) {
            List<Future<Fitted>> futures = new ArrayList<>();
            tasks.forEach(task -> futures.add(pool.submit(() -> {
                watch.fits(done.get(), of);
                Fitted fitted = task.call();
                watch.fits(done.incrementAndGet(), of);
                return fitted;
            })));
            try {
                for (Future<Fitted> future : futures) {
                    results.add(future.get());
                }
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new CancellationException("The training was interrupted.");
            } catch (ExecutionException e) {
                pool.shutdownNow();
                throw unwrapped(e);
            }
        }
        return results;
    }

    static RuntimeException unwrapped(ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
            return failure;
        }
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("A fit failed.", e.getCause());
    }
}

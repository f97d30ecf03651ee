package dev.keelson.train;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.Model;
import dev.keelson.learn.ModelBundle;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.encode.EncodedLearner;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.PurgedKFold;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * One update of a model from recent rows.
 *
 * <p>Its members go on from the recent rows, those that tell quantiles beside them, too; weights, calibration, guidance and
 * the encoding of categories stay. Two things are measured. Forgetting:
 * the loss on older rows, which the update did not see, beside the loss of the model it goes on from. That model was
 * fitted on these rows, so the comparison is kinder to it than new rows would be. Learning: the loss on the last fifth of
 * the recent rows, of the same update from the four fifths before, beside the loss of the model it goes on from, over
 * the rows whose label that one did not know.
 */
final class UpdateStep {
    /** Rows below which nothing is judged. */
    private static final int LEAST = 10;

    private static final int PARTS = 5;
    private static final double CONFIDENCE = 0.95;

    private final TrainingRequest request;
    private final TrainingMode.Update mode;
    private final List<Continuing> learners;
    private final TrainingTable table;
    private final TuneMetric metric;
    private final double[] extra;

    UpdateStep(TrainingRequest request, TrainingMode.Update mode, List<Continuing> learners) {
        this.request = request;
        this.mode = mode;
        this.learners = learners;
        this.table = request.table();
        this.metric = request.definition().isNumber() ? TuneMetric.RMSE : TuneMetric.LOG_LOSS;
        this.extra = extraWeights();
        requireSame();
    }

    private void requireSame() {
        List<String> names = learners.stream().map(Continuing::name).toList();
        List<String> base = mode.base().members().stream()
                .map(EnsembleModel.Member::learner)
                .toList();
        if (!names.equals(base) || !mode.base().features().equals(table.features().names())) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The champion of %s was made by %s from %d features, the model is now %s of %d features: it cannot go on."
                            .formatted(
                                    request.definition().name(),
                                    base,
                                    mode.base().features().size(),
                                    names,
                                    table.features().width()),
                    "Maybe `keelson train %s` trains it anew first."
                            .formatted(request.definition().name()));
        }
    }

    private double[] extraWeights() {
        double[] weights = new double[table.rows()];
        Arrays.fill(weights, 1);
        ReinforceDefinition reinforce = mode.reinforce();
        if (reinforce != null) {
            for (int row : mistakes(request, mode)) {
                weights[row] = reinforce.weight();
            }
        }
        return weights;
    }

    /** Rows of the window in which the base was confident and wrong. */
    static int[] mistakes(TrainingRequest request, TrainingMode.Update mode) {
        ReinforceDefinition reinforce = mode.reinforce();
        if (reinforce == null) {
            return new int[0];
        }
        if (request.definition().isNumber()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The model %s predicts a number: it has no confident mistakes to learn from."
                            .formatted(request.definition().name()),
                    "Maybe `--update` was meant.");
        }
        TrainingTable table = request.table();
        long from = Micros.of(request.asOf().minus(reinforce.window()));
        int outputs = request.definition().classes().size();
        double[] row = new double[table.features().width()];
        double[] told = new double[outputs];
        return IntStream.range(0, table.rows())
                .filter(i -> table.eventTime()[i] >= from)
                .filter(i -> {
                    table.features().row(i, row);
                    mode.base().predict(row, told);
                    int most = 0;
                    for (int k = 1; k < outputs; k++) {
                        most = told[k] > told[most] ? k : most;
                    }
                    return told[most] >= reinforce.confidence() && most != table.labels()[i];
                })
                .toArray();
    }

    TrainingOutcome run(RunProvenance provenance) {
        long start = Micros.of(request.asOf().minus(mode.update().recent()));
        long oldStart = start - Micros.of(mode.update().old());
        int[] recent = rows(i -> table.eventTime()[i] >= start);
        int[] old = rows(i -> table.eventTime()[i] >= oldStart && table.eventTime()[i] < start && table.knownAt()[i] < start);
        require(recent, "recent", mode.update().recent());
        require(old, "old", mode.update().old());
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("rows", (double) recent.length);
        if (mode.reinforce() != null) {
            metrics.put(
                    "mistakes",
                    (double) Arrays.stream(extra).filter(weight -> weight != 1).count());
        }
        judgeRecent(metrics, recent);
        EnsembleModel model = from(recent);
        ClusteredMean difference = judge(metrics, "old_", model, old);
        double allowed = mode.update().margin() * metrics.getOrDefault("old_base_" + key(), 0.0);
        metrics.put("old_allowed", allowed);
        boolean forgets = difference.mean() > allowed && difference.interval(CONFIDENCE).lower() > 0;
        metrics.put(TrainingOutcome.FORGETS, forgets ? 1.0 : 0.0);
        return new TrainingOutcome(
                ModelBundle.of(model),
                metrics,
                new TreeMap<>(),
                mode.parameters(),
                provenance,
                Map.of(),
                Training.importance(model),
                null,
                null);
    }

    private int[] rows(IntPredicate wanted) {
        return IntStream.range(0, table.rows()).filter(wanted).toArray();
    }

    private void require(int[] rows, String which, Duration length) {
        if (rows.length < LEAST) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "The model %s has %d %s rows with known labels for an update (%d days); %d are needed."
                            .formatted(
                                    request.definition().name(), rows.length, which, length.toDays(), LEAST),
                    "Maybe `update: { %s: ... }` must be longer, or more history must be loaded.".formatted(which));
        }
    }

    /** The last fifth of the recent rows, as far as the base did not know them. */
    private void judgeRecent(SortedMap<String, Double> metrics, int[] recent) {
        Optional<Fold> last = lastFold(recent);
        if (last.isEmpty()) {
            return;
        }
        long known = Micros.of(mode.baseAsOf());
        int[] judged = Arrays.stream(last.get().validation())
                .filter(i -> table.knownAt()[i] >= known)
                .toArray();
        if (judged.length >= LEAST) {
            judge(metrics, "recent_", from(last.get().train()), judged);
        }
    }

    private Optional<Fold> lastFold(int[] rows) {
        long embargo = Micros.of(request.definition().embargo());
        long horizon = Micros.of(request.definition().label().delay());
        try {
            return Optional.of(new PurgedKFold(PARTS, embargo, horizon)
                    .split(table.times(), rows)
                    .getLast());
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_ENOUGH_ROWS) {
                throw e;
            }
            return Optional.empty(); // what was learned is not judged then; what was forgotten is
        }
    }

    private EnsembleModel from(int[] rows) {
        List<EnsembleModel.Member> members = members(mode.base(), learners, rows);
        EnsembleModel quantiles = null;
        if (mode.base().quantiles() instanceof EnsembleModel told) {
            List<Continuing> telling = learners.stream()
                    .filter(learner -> learner.supports(told.task()))
                    .toList();
            quantiles = new EnsembleModel(members(told, telling, rows), told.weights(), 1);
        }
        return new EnsembleModel(
                members,
                mode.parameters().weightArray(),
                mode.parameters().map(),
                mode.parameters().guidance(),
                quantiles);
    }

    /**
     * The members of a base, gone on.
     *
     * @param by the learner of each
     */
    private List<EnsembleModel.Member> members(EnsembleModel base, List<Continuing> by, int[] rows) {
        TrainingSet set = set(base.task(), rows);
        List<EnsembleModel.Member> members = new ArrayList<>();
        for (int m = 0; m < by.size(); m++) {
            Continuing learner = by.get(m);
            Model from = base.members().get(m).model();
            members.add(new EnsembleModel.Member(
                    learner.name(),
                    EncodedLearner.goOn(
                            learner,
                            from,
                            set,
                            mode.continuation(),
                            request.definition().seed() + m)));
        }
        return members;
    }

    private TrainingSet set(Task task, int[] rows) {
        double[] own = RowWeights.of(request.definition(), table, rows);
        double[] weights = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            weights[i] = extra[rows[i]] * (own == null ? 1 : own[i]);
        }
        Target target = table.hasValues()
                ? new Target.Numbers(Scores.take(table.values(), 1, rows), task)
                : new Target.Classes(
                        Scores.take(table.labels(), rows), request.definition().classes());
        return new TrainingSet(
                table.features().take(rows), target, weights, table.times().take(rows));
    }

    private String key() {
        return metric == TuneMetric.RMSE ? "mse" : metric.key();
    }

    /** Losses of both models on some rows, and their difference by row: above 0 when the update is worse. */
    private ClusteredMean judge(SortedMap<String, Double> metrics, String prefix, EnsembleModel model, int[] rows) {
        double[] losses = losses(model, rows);
        double[] before = losses(mode.base(), rows);
        ClusteredMean difference = ClusteredMean.ofDifference(losses, before, Scores.take(table.day(), rows));
        Interval interval = difference.interval(CONFIDENCE);
        metrics.put(prefix + "n", (double) rows.length);
        Scores.putFinite(metrics, prefix + key(), mean(losses));
        Scores.putFinite(metrics, prefix + "base_" + key(), mean(before));
        Scores.putFinite(metrics, prefix + "difference", difference.mean());
        Scores.putFinite(metrics, prefix + "difference_lower", interval.lower());
        Scores.putFinite(metrics, prefix + "difference_upper", interval.upper());
        return difference;
    }

    private double[] losses(EnsembleModel model, int[] rows) {
        double[] told = model.predictAll(table.features().take(rows));
        return table.hasValues()
                ? metric.perRow(told, Scores.take(table.values(), 1, rows))
                : metric.perRow(told, request.definition().classes().size(), Scores.take(table.labels(), rows));
    }

    private static double mean(double[] losses) {
        return Arrays.stream(losses).sum() / losses.length;
    }
}

package dev.keelson.train;

import dev.keelson.frame.Micros;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.blend.LinearPool;
import dev.keelson.learn.blend.LogLinearPool;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.WalkForward;
import dev.keelson.stats.ClusteredMean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Judges variants of a model by their out-of-fold loss: on the rows before the test period, by the model's own validation.
 * The rows of the test period are neither fitted nor judged.
 *
 * <p>Several learners are pooled with weights fitted on their out-of-fold predictions, as in a training. Probabilities are
 * judged as they are, before any correction. Safe for use by several threads; the same variant has the same loss to the
 * last bit.
 */
public final class OutOfFoldLoss {
    private final Training training;
    private final TrainingRequest request;
    private final TuneMetric metric;
    private final List<Fold> folds;
    private final int[] validated;

    /**
     * @param request the model whose variants are judged, and its rows
     * @throws dev.keelson.error.KeelsonException NOT_ENOUGH_ROWS if they do not suffice for test period and folds
     */
    public OutOfFoldLoss(Training training, TrainingRequest request, TuneMetric metric) {
        ModelDefinition definition = request.definition();
        if (metric.ofNumbers() != definition.isNumber()) {
            throw new IllegalArgumentException(
                    "The metric (%s) does not judge the model %s.".formatted(metric.key(), definition.name()));
        }
        this.training = training;
        this.request = request;
        this.metric = metric;
        TrainingTable table = request.table();
        int[] all = IntStream.range(0, table.rows()).toArray();
        Fold holdout = new WalkForward(definition.folds(), Micros.of(definition.embargo()), Training.FIRST_SHARE)
                .holdout(table.times(), all, Micros.of(definition.test()));
        this.folds = definition.splitter(Training.FIRST_SHARE).split(table.times(), holdout.train());
        this.validated = folds.stream()
                .flatMapToInt(fold -> IntStream.of(fold.validation()))
                .toArray();
    }

    /** Hears of folds while a variant is judged. */
    @FunctionalInterface
    public interface Watch {

        /**
         * A fold is done.
         *
         * @param fold 0 for the first
         * @param loss of this fold
         * @param running of all folds so far
         * @return whether to go on
         */
        boolean after(int fold, double loss, double running);

        /**
         * Some boosting rounds, or epochs, of a fold are done.
         *
         * @param fold 0 for the first
         * @param step of the fit, 1 for the first
         * @param running of all folds so far, this one as it is now; as the learner computes it in its own precision
         * @return whether to go on
         */
        default boolean within(int fold, int step, double running) {
            return true;
        }

        /** Whether it hears of steps within folds; then the model has one learner, judged by log loss or squared error. */
        default boolean listens() {
            return false;
        }
    }

    /**
     * What came out.
     *
     * @param loss out-of-fold loss; NaN when it was stopped
     * @param rows loss of each judged row, fold after fold; empty when it was stopped
     */
    public record Judged(double loss, double[] rows) {
        /** Whether it was judged to its end. */
        public boolean whole() {
            return rows.length > 0;
        }
    }

    /** Number of folds. */
    public int folds() {
        return folds.size();
    }

    /** Number of rows that judge; combined folds judge a row several times. */
    public int rows() {
        return validated.length;
    }

    /**
     * Judges a variant.
     *
     * @param variant the same model with other settings
     * @param watch called after each fold in this thread; equal weights stand for those that are fitted at the end
     * @throws dev.keelson.error.KeelsonException when a setting is none of its learner's, or out of range; BAD_VALUE when a
     *     number is too great to compute with
     */
    public Judged judge(ModelDefinition variant, Watch watch) {
        TrainingRequest mine = new TrainingRequest(
                variant, request.table(), request.asOf(), request.inputs(), request.mode());
        FiniteRows.require(mine);
        List<Learner> learners = training.learners(variant);
        List<List<double[]>> predictions = new ArrayList<>();
        learners.forEach(learner -> predictions.add(new ArrayList<>()));
        double[] equal = new double[learners.size()];
        Arrays.fill(equal, 1.0 / equal.length);
        List<double[]> running = new ArrayList<>();
        for (int f = 0; f < folds.size(); f++) {
            Fold fold = folds.get(f);
            List<double[]> told = new ArrayList<>();
            boolean[] stopped = new boolean[1];
            for (int m = 0; m < learners.size(); m++) {
                double[] part = watch.listens()
                        ? Training.fit(mine, learners, m, fold, monitor(watch, f, running, stopped)).predictions()
                        : Training.fit(mine, learners, m, fold.train(), fold.validation()).predictions();
                told.add(part);
                predictions.get(m).add(part);
            }
            if (stopped[0]) {
                return new Judged(Double.NaN, new double[0]);
            }
            double[] losses = losses(told, equal, fold.validation());
            running.add(losses);
            if (!watch.after(f, metric.loss(losses), metric.loss(joined(running)))) {
                return new Judged(Double.NaN, new double[0]);
            }
        }
        List<double[]> members = predictions.stream().map(OutOfFoldLoss::joined).toList();
        double[] weights = request.definition().isNumber()
                ? LinearPool.fit(members, Scores.take(request.table().values(), 1, validated))
                : LogLinearPool.fit(
                        members,
                        request.definition().classes().size(),
                        Scores.take(request.table().labels(), validated));
        double[] rows = losses(members, weights, validated);
        return new Judged(metric.loss(rows), rows);
    }

    /** Tells a watch how a fold goes, together with the folds before it. */
    private FitControl.Monitor monitor(Watch watch, int fold, List<double[]> before, boolean[] stopped) {
        double[] past = joined(before);
        double sum = Arrays.stream(past).sum();
        int here = folds.get(fold).validation().length;
        return (step, loss) -> {
            double mean = (sum + loss * here) / (past.length + here);
            stopped[0] = !watch.within(fold, step, metric == TuneMetric.RMSE ? Math.sqrt(mean) : mean);
            return !stopped[0];
        };
    }

    /**
     * How much the first loses more than the second in the mean, with what days do together; of {@link TuneMetric#RMSE}
     * squared errors are compared.
     */
    public ClusteredMean difference(Judged first, Judged second) {
        return ClusteredMean.ofDifference(first.rows(), second.rows(), Scores.take(request.table().day(), validated));
    }

    private double[] losses(List<double[]> members, double[] weights, int[] rows) {
        TrainingTable table = request.table();
        if (request.definition().isNumber()) {
            return metric.perRow(LinearPool.combine(members, weights), Scores.take(table.values(), 1, rows));
        }
        int classes = request.definition().classes().size();
        double[] pooled = members.size() == 1 ? members.getFirst() : LogLinearPool.combine(members, weights, classes, 1);
        return metric.perRow(pooled, classes, Scores.take(table.labels(), rows));
    }

    private static double[] joined(List<double[]> parts) {
        double[] all = new double[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (double[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}

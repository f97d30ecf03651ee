package dev.keelson.learn.tune;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Stops a trial whose best report so far is worse than a percentile of what the complete trials reported at this step.
 *
 * <p>The percentile is interpolated linearly and leaves NaN out. A trial that reported nothing but NaN is stopped. Only the
 * first report in each interval of steps is judged. Source: as in Optuna 5.
 *
 * @param percentile share of complete trials that a trial must be among, in per cent, 0 to 100
 * @param startupTrials complete trials before which none is stopped, at least 0
 * @param warmupSteps steps before which none is stopped, at least 0
 * @param intervalSteps steps from one judgement to the next, at least 1
 * @param leastTrials complete trials with a report at the step that a judgement needs, at least 1
 */
public record PercentilePruner(
        double percentile, int startupTrials, int warmupSteps, int intervalSteps, int leastTrials) implements Pruner {

    /** Checks the ranges. */
    public PercentilePruner {
        if (!(percentile >= 0 && percentile <= 100)) {
            throw new IllegalArgumentException("percentile (%s) must be between 0 and 100.".formatted(percentile));
        }
        if (startupTrials < 0 || warmupSteps < 0) {
            throw new IllegalArgumentException("startupTrials (%d) and warmupSteps (%d) must be at least 0."
                    .formatted(startupTrials, warmupSteps));
        }
        if (intervalSteps < 1 || leastTrials < 1) {
            throw new IllegalArgumentException("intervalSteps (%d) and leastTrials (%d) must be at least 1."
                    .formatted(intervalSteps, leastTrials));
        }
    }

    /** The median of at least five complete trials, at each step. */
    public static PercentilePruner median() {
        return of(50);
    }

    /** A percentile of at least five complete trials, at each step. */
    public static PercentilePruner of(double percentile) {
        return new PercentilePruner(percentile, 5, 0, 1, 1);
    }

    @Override
    public boolean prunes(String study, Direction direction, List<Trial> history, Trial trial) {
        List<Trial> complete = history.stream()
                .filter(each -> each.state() == TrialState.COMPLETE)
                .toList();
        if (trial.reports().isEmpty() || complete.isEmpty() || complete.size() < startupTrials) {
            return false;
        }
        int step = trial.reports().lastKey();
        if (step < warmupSteps || !firstOfInterval(trial, step)) {
            return false;
        }
        double best = losses(trial.reports().values().stream().mapToDouble(each -> each), direction)
                .min()
                .orElse(Double.NaN);
        if (Double.isNaN(best)) {
            return true;
        }
        double[] reported = complete.stream()
                .filter(each -> each.reports().containsKey(step))
                .mapToDouble(each -> each.reported(step))
                .toArray();
        double[] others = losses(Arrays.stream(reported), direction).toArray();
        return reported.length >= leastTrials && others.length > 0 && best > percentile(others, percentile);
    }

    private boolean firstOfInterval(Trial trial, int step) {
        int start = (step - warmupSteps) / intervalSteps * intervalSteps + warmupSteps;
        return trial.reports().subMap(start, step).isEmpty();
    }

    private static DoubleStream losses(DoubleStream reports, Direction direction) {
        return reports.filter(report -> !Double.isNaN(report)).map(direction::loss);
    }

    /** Linear interpolation between order statistics (Hyndman and Fan 1996, definition 7). */
    static double percentile(double[] values, double percent) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double place = percent / 100 * (sorted.length - 1);
        int lower = (int) Math.floor(place);
        int upper = Math.min(lower + 1, sorted.length - 1);
        double share = place - lower;
        return share == 0 ? sorted[lower] : sorted[lower] + share * (sorted[upper] - sorted[lower]);
    }
}

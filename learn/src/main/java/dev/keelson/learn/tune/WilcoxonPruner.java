package dev.keelson.learn.tune;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Stops a trial whose reports are worse than those of the best complete trial at the same steps, by a paired one-sided
 * Wilcoxon test. Right where steps are folds or repeats of one evaluation, not rounds of one training.
 *
 * <p>A trial whose average is not worse than the best trial's average goes on whatever the test says. Reports that are
 * infinite or NaN, of either trial, stop nothing. The test is repeated after each step, so that more good trials are
 * stopped in the end than {@code threshold} says. Source: as in Optuna 5.
 *
 * @param threshold p-value below which a trial is stopped, 0 to 1
 * @param startupSteps common steps that a test needs, at least 0; never fewer than 2
 */
public record WilcoxonPruner(double threshold, int startupSteps) implements Pruner {
    private static final int LEAST_PAIRS = 2;

    /** Checks the ranges. */
    public WilcoxonPruner {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold (%s) must be between 0 and 1.".formatted(threshold));
        }
        if (startupSteps < 0) {
            throw new IllegalArgumentException("startupSteps (%d) must be at least 0.".formatted(startupSteps));
        }
    }

    /** A p-value below 0.1 at two folds or more. */
    public static WilcoxonPruner defaults() {
        return new WilcoxonPruner(0.1, 2);
    }

    @Override
    public boolean prunes(String study, Direction direction, List<Trial> history, Trial trial) {
        Optional<Trial> best = history.stream()
                .filter(each -> each.state() == TrialState.COMPLETE)
                .min(Comparator.comparingDouble(each -> direction.loss(each.objective())));
        if (best.isEmpty() || !finite(trial) || !finite(best.get())) {
            return false;
        }
        TreeSet<Integer> common = new TreeSet<>(trial.reports().keySet());
        common.retainAll(best.get().reports().keySet());
        if (common.size() < Math.max(LEAST_PAIRS, startupSteps)) {
            return false;
        }
        double[] worse = common.stream()
                .mapToDouble(step -> direction.loss(trial.reported(step)) - direction.loss(best.get().reported(step)))
                .toArray();
        return SignedRank.pValueGreater(worse) < threshold && average(trial, direction) > average(best.get(), direction);
    }

    private static boolean finite(Trial trial) {
        return trial.reports().values().stream().allMatch(Double::isFinite);
    }

    private static double average(Trial trial, Direction direction) {
        double sum = 0;
        for (double report : trial.reports().values()) {
            sum += direction.loss(report);
        }
        return sum / trial.reports().size();
    }
}
